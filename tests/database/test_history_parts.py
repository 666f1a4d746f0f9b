"""Histories in parts by month: nobody notices them, old months can be dropped, and a command that was killed goes on."""

import asyncio
import datetime as dt
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from customer_gql.database.schema import kept_history
from customer_gql.database.schema.kept_history import keep_history
from customer_gql.database.schema.large_tables import MIGRATION_LOCK
from customer_gql.database.schema.parts import (
    HISTORIES,
    Part,
    choose_end,
    first_key_of,
    is_part,
    month_before,
    read_parts,
    time_of,
)
from customer_gql.embedded.server import Server
from customer_gql.settings import SettingsError, load_settings
from support.processes import run

PARTS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = $1::text::regclass ORDER BY 1"
CHECKS = "SELECT count(*) FROM pg_constraint WHERE conname = 'is_within_part'"
INSERT = "INSERT INTO customer_event (customer_id, id, version, kind, actor) VALUES (7, $1, 1, 'EDITED', 'SYSTEM')"


def at(year: int, month: int, day: int = 1) -> dt.datetime:
    return dt.datetime(year, month, day, tzinfo=dt.UTC)


class Owner:
    """The owner's connection, whose clock a test sets."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.now = at(2026, 12, 1)
        self.fails_at: str | None = None
        self.fault: Exception = ConnectionError("killed")

    async def fetchval(self, statement: str, *arguments: Any) -> Any:
        return self.now if statement == "SELECT now()" else await self.connection.fetchval(statement, *arguments)

    async def fetch(self, statement: str) -> Any:
        return await self.connection.fetch(statement)

    def transaction(self) -> Any:
        return self.connection.transaction()

    async def execute(self, statement: str) -> None:
        if self.fails_at is not None and self.fails_at in statement:
            raise self.fault
        await self.connection.execute(statement)


@pytest.fixture
async def owner(server: Server, empty_database_url: str) -> AsyncIterator[Owner]:
    name = re.sub(r".*@/([^?]+)\?.*", r"\1", empty_database_url)
    connection = await asyncpg.connect(server.owner_url(name))
    yield Owner(connection)
    await connection.close()


@pytest.fixture
async def service(empty_database_url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(empty_database_url)
    yield connection
    await connection.close()


async def parts_of(service: Any, table: str = "customer_event") -> list[str]:
    return [row[0].removeprefix(f"{table}_") for row in await service.fetch(PARTS, table)]


async def first_end(service: Any) -> dt.datetime:
    [name] = [name for name in await parts_of(service) if name != "newest"]
    year, month = map(int, name.removeprefix("to_").split("_"))
    return at(year, month)


async def test_months_come_and_go(owner: Owner, service: Any):
    begun = await first_end(service)
    months = [month_before(begun, -number) for number in range(4)]
    # One row in what was before, and one in each month after.
    keys = [first_key_of(month_before(begun, 1)), *[first_key_of(month) + 5 for month in months]]
    ends: list[str] = []
    for key, month in zip(keys, [month_before(begun, 1), *months], strict=True):
        owner.now = month + dt.timedelta(days=10)
        ends += await keep_history(owner, kept_months=None)  # type: ignore[arg-type]
        assert await keep_history(owner, kept_months=None) == []  # type: ignore[arg-type]
        await service.execute(INSERT, key)
    names = [f"to_{month:%Y_%m}" for month in months]
    assert await parts_of(service) == ["newest", *names, f"to_{month_before(begun, -4):%Y_%m}"]
    assert len(ends) == 2 * len(months)
    assert [row[0] for row in await service.fetch("SELECT id FROM customer_event ORDER BY id DESC")] == keys[::-1]

    owner.now = month_before(begun, -14) + dt.timedelta(days=3)
    done = await keep_history(owner, kept_months=12)  # type: ignore[arg-type]
    # Twelve whole months before this one are kept: those that ended before are gone.
    assert [line for line in done if "dropped" in line and line.startswith("customer_event")] == [
        f"customer_event: customer_event_{name} was dropped" for name in names[:3]
    ]
    assert [row[0] for row in await service.fetch("SELECT id FROM customer_event ORDER BY id")] == keys[3:]


async def test_the_service_reads_and_appends_and_nothing_else(owner: Owner, service: Any):
    end = await first_end(service)
    owner.now = end + dt.timedelta(days=1)
    await keep_history(owner, kept_months=None)  # type: ignore[arg-type]
    await service.execute(INSERT, first_key_of(end) + 1)
    assert await service.fetchval("SELECT count(*) FROM customer_event") == 1
    for table in ["customer_event", *[f"customer_event_{name}" for name in await parts_of(service)]]:
        for statement in (f"UPDATE {table} SET version = 2", f"DELETE FROM {table}", f"DROP TABLE {table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await service.execute(statement)


async def test_default_privileges_make_no_part_writable(owner: Owner, service: Any):
    role = await service.fetchval("SELECT quote_ident(current_user)")
    await owner.connection.execute(f"ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO {role}")
    end = await first_end(service)
    owner.now = end + dt.timedelta(days=1)
    await keep_history(owner, kept_months=None)  # type: ignore[arg-type]
    await service.execute(INSERT, first_key_of(month_before(end, -2)))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute("UPDATE customer_event_newest SET version = 2")


@pytest.mark.parametrize("step", ["VALIDATE", "RENAME", "ATTACH", "CREATE TABLE"])
async def test_a_command_that_was_killed_goes_on(owner: Owner, service: Any, step: str):
    end = await first_end(service)
    await service.execute(INSERT, first_key_of(end) + 1)
    owner.now, owner.fails_at = end + dt.timedelta(days=1), step
    with pytest.raises(ConnectionError):
        await keep_history(owner, kept_months=None)  # type: ignore[arg-type]
    await service.execute(INSERT, first_key_of(end) + 2)
    owner.fails_at = None
    assert len(await keep_history(owner, kept_months=None)) == 2  # type: ignore[arg-type]
    assert f"to_{month_before(end, -1):%Y_%m}" in await parts_of(service)
    assert await service.fetchval("SELECT count(*) FROM customer_event") == 2


@pytest.mark.parametrize("step", ["VALIDATE", "DETACH", "CREATE TABLE"])
async def test_a_part_that_could_not_end_refuses_nothing(owner: Owner, service: Any, step: str):
    end = await first_end(service)
    owner.now, owner.fails_at = end + dt.timedelta(days=1), step
    owner.fault = asyncpg.LockNotAvailableError("somebody reads the table")
    with pytest.raises(asyncpg.LockNotAvailableError):
        await keep_history(owner, kept_months=None)  # type: ignore[arg-type]
    await service.execute(INSERT, first_key_of(month_before(end, -3)))
    assert await service.fetchval("SELECT count(*) FROM customer_event") == 1


async def test_the_whole_is_analyzed_unless_others_lock_it(
    owner: Owner, service: Any, server: Server, empty_database_url: str
):
    """Autovacuum analyzes parts alone."""
    name = re.sub(r".*@/([^?]+)\?.*", r"\1", empty_database_url)
    other: Any = await asyncpg.connect(server.owner_url(name))
    known = "SELECT count(*) FROM pg_stats WHERE tablename = 'customer_event' AND attname = 'customer_id'"
    await service.execute(INSERT, first_key_of(owner.now))
    async with other.transaction():
        await other.execute("LOCK TABLE customer_event IN SHARE UPDATE EXCLUSIVE MODE")
        await keep_history(owner, kept_months=None)  # type: ignore[arg-type]
    await other.close()
    assert await service.fetchval(known) == 0
    await keep_history(owner, kept_months=None)  # type: ignore[arg-type]
    assert await service.fetchval(known) == 1


async def test_one_command_or_migration_at_a_time(owner: Owner, service: Any):
    end = await first_end(service)
    owner.now = end + dt.timedelta(days=1)
    await service.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
    waiting = asyncio.create_task(keep_history(owner, kept_months=None))  # type: ignore[arg-type]
    await asyncio.sleep(0.5)
    assert not waiting.done()
    assert await service.fetchval(CHECKS) == 0
    await service.execute("SELECT pg_advisory_unlock($1)", MIGRATION_LOCK)
    assert len(await waiting) == 2
    assert await service.fetchval("SELECT pg_try_advisory_lock($1)", MIGRATION_LOCK)


async def test_writes_go_on_while_a_month_begins(owner: Owner, service: Any):
    end = await first_end(service)
    owner.now = end + dt.timedelta(days=1)
    stop, keys = asyncio.Event(), iter(range(10_000))

    async def write() -> int:
        written = 0
        while not stop.is_set():
            await service.execute(INSERT, first_key_of(end) + next(keys))
            written += 1
        return written

    writing = asyncio.create_task(write())
    await asyncio.sleep(0.05)
    await keep_history(owner, kept_months=None)  # type: ignore[arg-type]
    await asyncio.sleep(0.05)
    stop.set()
    written = await writing
    assert written > 2
    assert await service.fetchval("SELECT count(*) FROM customer_event") == written


async def test_a_part_is_never_ended_before_rows_that_are_there(owner: Owner, service: Any):
    end = await first_end(service)
    ahead = month_before(end, -5) + dt.timedelta(days=2)  # of a machine with a wrong clock
    await service.execute(INSERT, first_key_of(ahead))
    owner.now = end + dt.timedelta(days=1)
    await keep_history(owner, kept_months=None)  # type: ignore[arg-type]
    assert f"to_{month_before(end, -6):%Y_%m}" in await parts_of(service)


async def test_a_customers_newest_entries_come_from_few_parts(owner: Owner, service: Any):
    """The parts are read one after the other, the newest first, until there are enough rows."""
    end = await first_end(service)
    await service.execute(INSERT, first_key_of(end) - 1)
    await service.execute(INSERT, first_key_of(end) + 1)
    await service.execute("SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off")
    statement = "SELECT id FROM customer_event WHERE customer_id = 7 ORDER BY id DESC LIMIT 1"
    plan = "\n".join(row[0] for row in await service.fetch(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement}"))
    assert "Merge Append" not in plan
    assert "never executed" in plan


def test_the_beginning_of_months():
    assert month_before(at(2026, 12, 31), 0) == at(2026, 12)
    assert month_before(at(2026, 12, 31), 12) == at(2025, 12)
    assert month_before(at(2026, 12, 31), -1) == at(2027, 1)
    assert choose_end(None, at(2026, 12, 30)) == at(2027, 1)
    assert choose_end(None, at(2026, 12, 31)) == at(2027, 2)  # a day ahead, for clocks that differ
    assert choose_end(first_key_of(at(2027, 3, 4)), at(2026, 12, 1)) == at(2027, 4)
    assert time_of(first_key_of(at(2026, 12, 1))) == at(2026, 12)


def test_the_bounds_of_parts():
    rows = [
        ("b", "FOR VALUES FROM ('100') TO (MAXVALUE)"),
        ("a", "FOR VALUES FROM (MINVALUE) TO ('100')"),
    ]
    assert read_parts(rows) == [Part("a", None, 100), Part("b", 100, None)]
    assert [is_part(name) for name in ("customer_event", "customer_event_newest", "staff_event_to_2027_01")] == [
        False,
        True,
        True,
    ]


async def test_the_command_keeps_all_unless_told(tmp_path: Path, server: Server, empty_database_url: str):
    name = re.sub(r".*@/([^?]+)\?.*", r"\1", empty_database_url)
    urls = {"database_url": server.url(name), "owner_database_url": server.owner_url(name)}
    done = await asyncio.to_thread(run, tmp_path, "history", **urls)
    assert (done.returncode, done.stderr) == (0, "")
    assert "dropped" not in done.stdout
    with pytest.raises(SettingsError, match="CUSTOMER_GQL_HISTORY_KEPT_MONTHS"):
        load_settings(history_kept_months=11)
    assert load_settings().history_kept_months is None


async def test_both_histories_have_parts(service: Any):
    for table in HISTORIES:
        assert "newest" in await parts_of(service, table)
    assert kept_history.HISTORIES == ("customer_event", "staff_event")
