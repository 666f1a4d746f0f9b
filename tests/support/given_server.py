"""The server that the tests run on: the package's own, one of other programs, or a server that somebody gives."""

import asyncio
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from customer_gql.embedded.databases import OWNER, SERVICE
from customer_gql.embedded.server import Server, running_server
from support.databases import FAST

DSN = "CUSTOMER_GQL_TEST_DSN"
BINARIES = "CUSTOMER_GQL_TEST_BINARIES"
_PASSWORD = "of-the-tests"


@dataclass(frozen=True)
class GivenServer(Server):
    """`dsn` is the address of a superuser."""

    dsn: str = ""

    def admin_url(self, database: str | None = None) -> str:
        return self.dsn if database is None else urlunsplit(urlsplit(self.dsn)._replace(path=f"/{quote(database)}"))

    def _url(self, role: str, database: str) -> str:
        parts = urlsplit(self.dsn)
        place = parts.netloc.rpartition("@")[2]
        account = f"{role}:{self.passwords[role]}"
        return urlunsplit(parts._replace(netloc=f"{account}@{place}", path=f"/{quote(database)}"))


@contextmanager
def server_of_tests(folder: Path, environment: Mapping[str, str] = os.environ) -> Generator[Server]:
    """`folder` is where the server of the package keeps its data, unless the environment names another one."""
    if dsn := environment.get(DSN):
        yield asyncio.run(prepare_given(dsn))
        return
    binaries = environment.get(BINARIES)
    data = folder / quote(binaries, safe="") if binaries else folder
    with running_server(data, binaries=Path(binaries) if binaries else None, settings=FAST) as started:
        yield started


async def prepare_given(dsn: str) -> GivenServer:
    """Make the roles of the service on a server, or give them the password of the tests."""
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        major = connection.get_server_version().major
        if not await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
            raise ValueError(f"{DSN} has to be the address of a superuser, who makes databases and roles.")
        async with connection.transaction():
            # Workers of one run come at the same time.
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('customer_gql tests'))")
            for role in (OWNER, SERVICE):
                known = await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role)
                await connection.execute(f"{'ALTER' if known else 'CREATE'} ROLE {role} LOGIN PASSWORD '{_PASSWORD}'")
    finally:
        await connection.close()
    return GivenServer(Path(), 0, Path(), major, {OWNER: _PASSWORD, SERVICE: _PASSWORD}, dsn)
