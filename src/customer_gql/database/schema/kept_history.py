"""`customer-gql history`: a part of the histories for each month, and the end of those that are older than the shop keeps."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from customer_gql.core.terminal import CommandFailed
from customer_gql.database.statements import Connection

from .large_tables import LOCK_TIMEOUT, MIGRATION_LOCK
from .parts import (
    GRANTS,
    HISTORIES,
    NEWEST_KEY,
    PARTS,
    Part,
    check_steps,
    choose_end,
    drop_check_step,
    first_key_of,
    month_before,
    read_parts,
    split_steps,
)

_SECONDS_BETWEEN_TRIES: Final = 0.2
_MOST_TRIES: Final = 30


async def keep_history(connection: Connection, *, kept_months: int | None) -> list[str]:
    """As the owner, outside a transaction: begin the part of the next month where it has not begun, and drop those whose rows are all
    older than `kept_months` whole months. What was done, in lines. It can be killed and run again."""
    await connection.execute(LOCK_TIMEOUT)
    async with _waiting_for_turn(connection):
        return await _keep_each(connection, kept_months)


@asynccontextmanager
async def _waiting_for_turn(connection: Connection) -> AsyncGenerator[None]:
    """No migration and no other of these commands runs meanwhile: two that end one part would leave a check on the next."""
    while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", MIGRATION_LOCK):  # noqa: ASYNC110
        await asyncio.sleep(_SECONDS_BETWEEN_TRIES)
    try:
        yield
    finally:
        await connection.fetchval("SELECT pg_advisory_unlock($1)", MIGRATION_LOCK)


async def _keep_each(connection: Connection, kept_months: int | None) -> list[str]:
    now: dt.datetime = await connection.fetchval("SELECT now()")
    done: list[str] = []
    for table in HISTORIES:
        if (ended := await _end_newest(connection, table, now)) is not None:
            done.append(f"{table}: the part before {ended:%Y-%m-%d} has ended")
        parts = await _read_parts(connection, table)
        for part in _find_old(parts, now, kept_months):
            await connection.execute(f"DROP TABLE {part.name}")
            done.append(f"{table}: {part.name} was dropped")
        await _analyze(connection, table)
    return done


async def _analyze(connection: Connection, table: str) -> None:
    """Autovacuum analyzes parts, and never the whole that statements name. Where others keep it from that, the next run does it."""
    with contextlib.suppress(asyncpg.LockNotAvailableError):
        await connection.execute(f"ANALYZE {table}")


async def _end_newest(connection: Connection, table: str, now: dt.datetime) -> dt.datetime | None:
    """The beginning of the new part; None where it is that of the next month already."""
    parts = await _read_parts(connection, table)
    if not parts:
        raise CommandFailed(f"{table} has no parts yet: run `customer-gql migrate` first.")
    newest = parts[-1]
    end = choose_end(await connection.fetchval(NEWEST_KEY.format(table=newest.name)), now)
    if newest.start is None or newest.start >= first_key_of(end):
        return None
    try:
        await _run_each(connection, check_steps(newest.name, newest.start, first_key_of(end)))
        async with connection.transaction():
            await _run_each(connection, split_steps(table, newest.start, end))
            await _take_rights(connection, newest.name)
    except asyncpg.PostgresError:
        await _leave_open(connection, newest.name, end)
        raise
    return end


async def _take_rights(connection: Connection, part: str) -> None:
    """Of all others than the owner: default privileges may have given the service what makes a part more than append-only."""
    named = [row[0] for row in await connection.fetch(GRANTS.format(table=part))]
    for role in ("PUBLIC", *named):
        await connection.execute(f"REVOKE ALL ON {part} FROM {role}")


async def _leave_open(connection: Connection, part: str, end: dt.datetime) -> None:
    """The check goes again, however often others have to be waited for."""
    for _ in range(_MOST_TRIES):
        try:
            await connection.execute(drop_check_step(part))
        except asyncpg.LockNotAvailableError:
            await asyncio.sleep(_SECONDS_BETWEEN_TRIES)
        else:
            return
    raise CommandFailed(
        f"{part} was locked by others for too long. Run `customer-gql history` again before {end:%Y-%m-%d}: from then on the "
        "part would refuse new entries."
    )


async def _read_parts(connection: Connection, table: str) -> list[Part]:
    return read_parts([tuple(row) for row in await connection.fetch(PARTS.format(table=table))])


def _find_old(parts: Iterable[Part], now: dt.datetime, kept_months: int | None) -> Iterator[Part]:
    if kept_months is None:
        return
    oldest_kept = first_key_of(month_before(now, kept_months))
    yield from (part for part in parts if part.end is not None and part.end <= oldest_kept)


async def _run_each(connection: Connection, steps: Iterable[str]) -> None:
    for step in steps:
        await connection.execute(step)
