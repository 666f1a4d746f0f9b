"""Migrated databases that one test after the other gets, emptied in between: making one costs as much as twenty tests."""

import asyncio
import threading
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, TypeVar

import asyncpg

from customer_gql.embedded.databases import drop_database
from customer_gql.embedded.server import Server, create_database
from support.databases import name_database

BLOATED = 24 * 2**20
"""Bytes of a database that is not worth emptying."""

# Whatever a test may change besides rows: such a database is dropped. `reltuples` and `pg_statistic` show an ANALYZE.
DEFINITIONS = """
WITH ours AS (SELECT * FROM pg_class WHERE relnamespace = 'public'::regnamespace), facts(fact) AS (
SELECT concat_ws(':', oid, relname, relkind, relowner, relacl, reloptions, reltuples) FROM ours
UNION ALL SELECT concat_ws(':', attrelid, attnum, attname, atttypid, attnotnull, attacl, attisdropped)
  FROM pg_attribute WHERE attrelid IN (SELECT oid FROM ours)
UNION ALL SELECT concat_ws(':', oid, convalidated) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT concat_ws(':', oid, tgenabled) FROM pg_trigger
UNION ALL SELECT concat_ws(':', oid, prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT concat_ws(':', oid, adrelid) FROM pg_attrdef
UNION ALL SELECT concat_ws(':', starelid, staattnum) FROM pg_statistic WHERE starelid IN (SELECT oid FROM ours)
UNION ALL SELECT concat_ws(':', oid, nspname, nspacl) FROM pg_namespace WHERE nspname !~ '^pg_(temp|toast_temp)_'
UNION ALL SELECT concat_ws(':', setrole, setconfig) FROM pg_db_role_setting
UNION ALL SELECT concat_ws(':', datdba, datallowconn, datconnlimit, datacl)
  FROM pg_database WHERE datname = current_database())
SELECT md5(string_agg(fact, ',' ORDER BY fact)) FROM facts"""
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"
SEQUENCES = """SELECT sequencename, coalesce(last_value, start_value), last_value IS NOT NULL
FROM pg_sequences WHERE schemaname = 'public'"""
# Waits until each is gone: a test may count connections.
END_CONNECTIONS = """SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""
T = TypeVar("T")


@dataclass
class State:
    """How the migrations leave a database, and the superuser's connection to it: a new one would first read the catalogs."""

    connection: Any
    definitions: str
    rows: dict[str, bytes]
    sequences: list[Any]
    filled: str
    """A query for the tables that have rows."""


@dataclass
class SpareDatabases:
    server: Server
    template: str
    free: list[tuple[str, State]] = field(default_factory=list)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    """Of the connections, in a thread of its own: the tests may already be inside another."""

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    @contextmanager
    def lend(self) -> Generator[str]:
        name, state = self.free.pop() if self.free else self._make()
        try:
            yield self.server.url(name)
        finally:
            if self._empty(state):
                self.free.append((name, state))
            else:
                self._drop(name, state)

    def close(self) -> None:
        for name, state in self.free:
            self._drop(name, state)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def _make(self) -> tuple[str, State]:
        name = name_database()
        create_database(self.server, name, self.template)
        return name, self._run(self._look(name))

    def _drop(self, name: str, state: State) -> None:
        state.connection.terminate()
        drop_database(self.server, name)

    async def _look(self, name: str) -> State:
        connection: Any = await asyncpg.connect(self.server.admin_url(name))
        tables = [row[0] for row in await connection.fetch(TABLES)]
        filled = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)
        rows: dict[str, bytes] = {}
        for (table,) in await connection.fetch(filled):
            content = BytesIO()
            await connection.copy_from_table(table, output=content, format="binary")
            rows[table] = content.getvalue()
        definitions = await connection.fetchval(DEFINITIONS)
        return State(connection, definitions, rows, await connection.fetch(SEQUENCES), filled)

    def _empty(self, state: State) -> bool:
        """Whether the database is again as the migrations left it."""
        try:
            return self._run(self._restore(state))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):  # the test stopped it
            return False

    async def _restore(self, state: State) -> bool:
        connection = state.connection
        await connection.execute(END_CONNECTIONS)
        if await connection.fetchval("SELECT pg_database_size(current_database())") > BLOATED:
            return False
        if await connection.fetchval(DEFINITIONS) != state.definitions:
            return False
        async with connection.transaction():
            # Neither foreign keys nor triggers look at what is deleted.
            await connection.execute("SET LOCAL session_replication_role = replica")
            for (table,) in await connection.fetch(state.filled):
                await connection.execute(f"DELETE FROM {table}")
            for table, content in state.rows.items():
                await connection.copy_to_table(table, source=BytesIO(content), format="binary")
            for sequence in set(state.sequences) - set(await connection.fetch(SEQUENCES)):
                await connection.execute("SELECT setval($1, $2, $3)", *sequence)
        return True
