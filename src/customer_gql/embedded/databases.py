"""Work in a server that runs: its databases, and what the superuser does there."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar, cast
from urllib.parse import quote

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from . import postmaster
from .binaries import SUPERUSER, EmbeddedPostgresError

T = TypeVar("T")

SERVICE: Final = "customer_gql"
"""The role of the service, and the name of its database."""
OWNER: Final = "customer_gql_owner"
"""The role that owns the databases and their tables, and migrates them."""


@dataclass(frozen=True)
class Server:
    """A running server; `data_dir` is where its files are, which as root may differ from the folder asked for."""

    socket_dir: Path
    port: int
    data_dir: Path
    version: int
    passwords: Mapping[str, str] = field(repr=False)

    def url(self, database: str = SERVICE) -> str:
        """For the service: the role owns nothing, and may do what the migrations granted it."""
        return self._url(SERVICE, database)

    def owner_url(self, database: str = SERVICE) -> str:
        """For migrations: the role owns the database and may create none."""
        return self._url(OWNER, database)

    def admin_url(self, database: str = SUPERUSER) -> str:
        """For maintenance and tests: the superuser."""
        return self._url(SUPERUSER, database)

    def _url(self, role: str, database: str) -> str:
        where = f"host={quote(str(self.socket_dir), safe='')}&port={self.port}"
        return f"postgresql://{role}:{self.passwords[role]}@/{quote(database, safe='')}?{where}"


def create_database(server: Server, name: str, template: str | None = None) -> None:
    """Make a database of the owner's role; nobody may be connected to the template."""
    source = f" TEMPLATE {_quote_name(template)}" if template else ""
    run_in_thread(lambda: _execute_as_superuser(server, f"CREATE DATABASE {_quote_name(name)} OWNER {OWNER}{source}"))


def drop_database(server: Server, name: str) -> None:
    """Drop a database if it is there, ending the connections to it."""
    run_in_thread(lambda: _execute_as_superuser(server, f"DROP DATABASE IF EXISTS {_quote_name(name)} WITH (FORCE)"))


async def prepare_database(server: Server) -> None:
    """Check the locale; make the roles and the database where they are missing.

    What the role of the service owns, in a folder of a version that had one role, becomes the owner's.
    """
    async with connect_superuser(server) as connection:
        if not await connection.fetchval("SELECT lower('É') = 'é' AND current_setting('server_encoding') = 'UTF8'"):
            raise EmbeddedPostgresError(
                f"The database in {server.data_dir} was made with a locale that knows ASCII letters only: "
                "dump it and restore it into a new folder, or delete the folder to start again."
            )
        for role in (OWNER, SERVICE):
            if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role):
                await connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{server.passwords[role]}'")
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", SERVICE):
            await connection.execute(f"CREATE DATABASE {SERVICE} OWNER {OWNER}")
        former = await connection.fetch("SELECT datname FROM pg_database WHERE datdba = $1::regrole", SERVICE)
    for row in former:
        await _execute_as_superuser(server, f"REASSIGN OWNED BY {SERVICE} TO {OWNER}", row["datname"])


def _quote_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def run_in_thread(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end in a thread of its own: the caller may already be inside an event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


@asynccontextmanager
async def connect_superuser(server: Server, database: str = SUPERUSER) -> AsyncGenerator[Any]:
    """A connection of the superuser; OSError when nobody answers, one sentence for every other refusal."""
    try:
        connection: Any = await cast("Any", asyncpg).connect(
            server.admin_url(database), timeout=postmaster.ANSWER_TIMEOUT
        )
        try:
            yield connection
        finally:
            await connection.close()
    except (asyncpg.CannotConnectNowError, asyncpg.AdminShutdownError, asyncpg.PostgresConnectionError) as error:
        raise ConnectionRefusedError(str(error)) from error
    except asyncpg.PostgresError as error:
        raise EmbeddedPostgresError(f"The server on {server.data_dir} refuses: {error}.") from error


async def _execute_as_superuser(server: Server, statement: str, database: str = SUPERUSER) -> None:
    async with connect_superuser(server, database) as connection:
        await connection.execute(statement)
