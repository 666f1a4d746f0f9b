"""`customer-gql history`: a part of the histories for each month, and the end of those that are older than the shop keeps."""

import datetime as dt
from collections.abc import Iterable, Iterator

from customer_gql.core.terminal import CommandFailed
from customer_gql.database.statements import Connection

from .large_tables import LOCK_TIMEOUT
from .parts import (
    HISTORIES,
    NEWEST_KEY,
    PARTS,
    Part,
    check_steps,
    choose_end,
    first_key_of,
    month_before,
    read_parts,
    split_steps,
)


async def keep_history(connection: Connection, *, kept_months: int | None) -> list[str]:
    """As the owner, outside a transaction: begin the part of the next month where it has not begun, and drop those whose rows are all
    older than `kept_months` whole months. What was done, in lines. It can be killed and run again."""
    await connection.execute(LOCK_TIMEOUT)
    now: dt.datetime = await connection.fetchval("SELECT now()")
    done: list[str] = []
    for table in HISTORIES:
        if (ended := await _end_newest(connection, table, now)) is not None:
            done.append(f"{table}: the part before {ended:%Y-%m-%d} has ended")
        parts = await _read_parts(connection, table)
        for part in _find_old(parts, now, kept_months):
            await connection.execute(f"DROP TABLE {part.name}")
            done.append(f"{table}: {part.name} was dropped")
    return done


async def _end_newest(connection: Connection, table: str, now: dt.datetime) -> dt.datetime | None:
    """The beginning of the new part; None where it is that of the next month already."""
    parts = await _read_parts(connection, table)
    if not parts:
        raise CommandFailed(f"{table} has no parts yet: run `customer-gql migrate` first.")
    newest = parts[-1]
    end = choose_end(await connection.fetchval(NEWEST_KEY.format(table=newest.name)), now)
    if newest.start is None or newest.start >= first_key_of(end):
        return None
    await _run_each(connection, check_steps(newest.name, newest.start, first_key_of(end)))
    async with connection.transaction():
        await _run_each(connection, split_steps(table, newest.start, end))
    return end


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
