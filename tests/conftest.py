"""One real PostgreSQL for all workers, one database for each, cloned from a template that the migrations built."""

import asyncio
import fcntl
import hashlib
import inspect
import uuid
from collections.abc import AsyncGenerator, Callable, Generator
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.database import background, lease
from customer_gql.database.pools import Database, open_database
from customer_gql.database.schema import migrations
from customer_gql.database.statements import Connection
from customer_gql.embedded.server import Server, create_database
from customer_gql.loading import kept_answers
from customer_gql.messaging.jobs.runs.leases import watching
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.settings import AdminSettings, Settings, StorefrontSettings, load_settings
from customer_gql.staff import writes as staff
from support.clients import Client, hash_cheaply, served, treat_documents_as_frequent
from support.databases import cloned
from support.given_server import server_of_tests
from support.hand_written import HAND_WRITTEN, assert_nobody_differs
from support.isolation import Isolation, isolate
from support.mailed import SECRET_KEYS
from support.races import StoppableConnection
from support.spare_databases import SpareDatabases

pytest_plugins = [
    "support.devices",
    "support.distribution.collecting",
    "support.furnished",
    "support.identities",
    "support.impersonating",
    "support.large_tables",
    "support.skips",
    "support.two_services",
]
ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
treat_documents_as_frequent()
hash_cheaply()  # now, because fixtures of the session make passwords too
_in_background: ContextVar[bool] = ContextVar("in_background", default=False)


@pytest.fixture(scope="session")
def server() -> Generator[Server]:
    """Started by the first worker, stopped by the last; or the one that the environment names."""
    with server_of_tests(ROOT / ".data" / "tests") as started:
        yield started


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    """The name of a database that the migrations of this very checkout built."""
    files = [
        *sorted((ROOT / "migrations").rglob("*.py")),
        *(
            ROOT / "src" / "customer_gql" / "database" / "schema" / name
            for name in ("compatibility.py", "parts.py", "rights.py")
        ),
    ]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
    name = f"template_{digest}"
    with (ROOT / ".data" / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not exists(server, name):
            create_database(server, f"{name}_raw")
            migrations.upgrade_database(server.owner_url(f"{name}_raw"), service_url=server.url(f"{name}_raw"))
            # Renamed when complete, so that a run that was killed leaves no half-built template.
            admin(server, f'ALTER DATABASE "{name}_raw" RENAME TO "{name}"')
    return name


def exists(server: Server, name: str) -> bool:
    if admin(server, "SELECT 1 FROM pg_database WHERE datname = $1", name):
        return True
    admin(server, f'DROP DATABASE IF EXISTS "{name}_raw"')
    return False


def admin(server: Server, statement: str, *arguments: Any) -> list[Any]:
    async def run() -> list[Any]:
        connection = await asyncpg.connect(server.admin_url())
        try:
            return await connection.fetch(statement, *arguments)
        finally:
            await connection.close()

    with asyncio.Runner() as runner:
        return runner.run(run())


@pytest.fixture(scope="session")
def database_url(server: Server, template: str) -> Generator[str]:
    """This worker's database. Tests make the customers they look at, and look at no others."""
    with cloned(server, template) as url:
        yield url


@pytest.fixture(scope="session")
def spare_databases(server: Server, template: str) -> Generator[SpareDatabases]:
    spare = SpareDatabases(server, template)
    yield spare
    spare.close()


@pytest.fixture
def empty_database_url(spare_databases: SpareDatabases) -> Generator[str]:
    """A migrated database of this test's own, as long as it runs."""
    with spare_databases.lend() as url:
        yield url


@pytest.fixture
async def empty_database(empty_database_url: str) -> AsyncGenerator[Database]:
    async with open_database(
        empty_database_url, write_connections=4, projections=PROJECTIONS, connection_class=StoppableConnection
    ) as database:
        yield database


@dataclass(eq=False)
class Statements:
    """What ran since `clear`, but for the writes that no answer waits for: they run whenever the process comes to it."""

    texts: list[str] = field(default_factory=list)

    def __call__(self, record: Any) -> None:
        # The driver asks about a type once for each connection, when it first meets it; that is no read of ours.
        if "typeinfo" not in record.query and "'jit'" not in record.query and not _in_background.get():
            self.texts.append(record.query)

    async def clear(self) -> None:
        await asyncio.sleep(0)  # a statement is told of in the tick after its end
        self.texts.clear()

    async def count(self, part: str = "") -> int:
        """How many there were with this part."""
        await asyncio.sleep(0)
        return sum(part in text for text in self.texts)


@pytest.fixture(scope="session")
def statements() -> Statements:
    return Statements()


@pytest.fixture(scope="session", autouse=True)
def _told_apart() -> Generator[None]:
    """A statement is told of in the context of its task, so that those of the background are known by a mark there."""
    run = background.Background._run

    async def run_marked(self: background.Background) -> None:
        _in_background.set(True)
        await run(self)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(background.Background, "_run", run_marked)
        yield


@pytest.fixture(autouse=True)
async def untimed_statements(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where statements are counted, none depends on the time or on tests before: a batch that takes long on a busy machine would
    run one more, which looks for a cancellation, what is kept for seconds would be read again in the midst of a test, and after
    thousands of uses the pool sees a connection and ends what may be open on it."""
    if "statements" in inspect.signature(request.function).parameters:
        monkeypatch.setattr(watching, "CHECK_SECONDS", 3600)
        monkeypatch.setattr(lease, "_MOST_USES", 10**12)
        monkeypatch.setattr(kept_answers, "KEPT_SECONDS", 0)
        await kept_answers.forget_kept()


@pytest.fixture(scope="session")
async def worker_database(database_url: str, statements: Statements) -> AsyncGenerator[Database]:
    async with open_database(
        database_url,
        read_connections=5,
        write_connections=8,
        on_statement=statements,
        connection_class=StoppableConnection,
        projections=PROJECTIONS,
    ) as opened:
        yield opened
        async with opened.writes.acquire() as connection:
            name = await connection.fetchval("SELECT current_database()")
            await assert_nobody_differs(connection, HAND_WRITTEN[name])


@pytest.fixture(scope="session")
def database(worker_database: Database) -> Database:
    """The one that `connection` and `http` use: the worker's, unless a module puts one of its own in its place."""
    return worker_database


@pytest.fixture(scope="session")
async def isolation(worker_database: Database) -> Isolation:
    async with worker_database.writes.acquire() as connection:
        return await isolate(connection)


@pytest.fixture
async def isolated(worker_database: Database, isolation: Isolation) -> AsyncGenerator[None]:
    """Settings and counted attempts are as before the test, and nothing was done to who has no part in it."""
    yield
    async with worker_database.writes.acquire() as connection:
        changes = await isolation.restore(connection)
    assert changes == [], "\n".join(["the test changed rows of the bystander, see support/bystander.py", *changes])


@pytest.fixture(autouse=True)
def _isolated(request: pytest.FixtureRequest) -> None:
    """Set up before the test's own fixtures, so that it looks at the worker's database when all else is over."""
    hash_cheaply()
    if "worker_database" in request.fixturenames:
        request.getfixturevalue("isolated")


@pytest.fixture
async def connection(database: Database) -> AsyncGenerator[Connection]:
    """A connection in autocommit, to arrange what a test needs and to look at what is stored."""
    async with database.writes.acquire() as opened:
        yield opened


@pytest.fixture(scope="session")
def settings(database_url: str) -> Settings:
    # Costs are held to in tests/execution; elsewhere a test may ask for a whole shop.
    wide = AdminSettings(cost=10**6, fields=10**5, tokens=10**5, bucket=10**9, rate=50_000, requests=300)  # pyright: ignore[reportCallIssue]
    shop = StorefrontSettings(bucket=10**9, guest_rate=10**9, rate=10**9)  # pyright: ignore[reportCallIssue]
    return load_settings(
        database_url=database_url, environment="development", admin=wide, storefront=shop, secret_keys=SECRET_KEYS
    )


@pytest.fixture(scope="session")
async def http(settings: Settings, database: Database) -> AsyncGenerator[httpx.AsyncClient]:
    async with served(settings, database) as client:
        yield client


@pytest.fixture
def storefront(http: httpx.AsyncClient) -> Client:
    """A guest in the shop."""
    return Client(http, "/graphql", None)


@pytest.fixture
async def as_customer(http: httpx.AsyncClient, connection: Connection) -> Callable[[int], Any]:
    async def client(customer_id: int) -> Client:
        return Client(http, "/graphql", await issue_customer_token(connection, customer_id))

    return client


@pytest.fixture
async def as_staff(http: httpx.AsyncClient, connection: Connection) -> Callable[[str], Any]:
    async def client(role: str) -> Client:
        email = f"{uuid.uuid4().hex}@example.com"
        await staff.create_staff_user(connection, email=email, name="Somebody", role=role)
        return Client(http, "/admin/graphql", await staff.issue_staff_token(connection, email=email))

    return client


@pytest.fixture
async def admin_client(as_staff: Callable[[str], Any]) -> Client:
    return await as_staff("administrator")
