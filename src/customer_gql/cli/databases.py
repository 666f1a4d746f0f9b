"""The database a command works on."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
import typer

from customer_gql.core.terminal import CommandFailed
from customer_gql.database.distribution.forms import use_distributed_forms
from customer_gql.database.lease import is_open
from customer_gql.database.pools import open_database
from customer_gql.database.statements import Connection
from customer_gql.database.transactions import transaction as begin
from customer_gql.embedded.server import running_server
from customer_gql.security.secret_keys import use_secret_keys
from customer_gql.settings import Settings, load_settings

T = TypeVar("T")
_LOST: Final = (asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError, asyncpg.CrashShutdownError)
"""A connection that broke."""
_LOST_IF_CLOSED: Final = (asyncpg.InterfaceError, asyncpg.InternalClientError)
"""Also raised for it, by a statement that comes later; on a connection that is open they tell of a fault of ours."""


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """One database, as two roles: the owner migrates the tables, the service works with them."""

    service: str
    owner: str


@contextmanager
def database(settings: Settings) -> Generator[DatabaseUrls]:
    """The configured database, or else the embedded one, started if need be and stopped again."""
    if settings.database_url is not None:
        url = _checked(settings.database_url, "DATABASE_URL")
        owner, replica = settings.owner_database_url, settings.database_read_url
        if replica is not None:
            _checked(replica, "DATABASE_READ_URL")
        yield DatabaseUrls(url, url if owner is None else _checked(owner, "OWNER_DATABASE_URL"))
        return
    others = {"OWNER_DATABASE_URL": settings.owner_database_url, "DATABASE_READ_URL": settings.database_read_url}
    for name, other in others.items():
        if other is not None:
            raise CommandFailed(f"CUSTOMER_GQL_{name} is set, but CUSTOMER_GQL_DATABASE_URL is not: set both.")
    with running_server(settings.data_dir, binaries=settings.postgres_binaries) as server:
        yield DatabaseUrls(server.url(), server.owner_url())


@contextmanager
def migrated() -> Generator[str]:
    from customer_gql.database.schema.compatibility import find_schema_warning

    with database(load_settings()) as urls:
        if warning := find_schema_warning(urls.service):
            typer.echo(warning, err=True)
        yield urls.service


def _checked(url: str, name: str) -> str:
    try:
        usable = _is_usable(url)
    except ValueError:
        usable = False
    if not usable:  # what was given may hold a password
        raise CommandFailed(f"CUSTOMER_GQL_{name} is no address like postgresql://user:password@host:5432/database.")
    return url


def _is_usable(url: str) -> bool:
    """Whether asyncpg can read it: with one host, with several to try in turn, or with none. May raise `ValueError`."""
    parts = urlsplit(url)
    given = parse_qs(parts.query, strict_parsing=bool(parts.query))
    hosts = [parts.netloc.rpartition("@")[2], *given.get("host", ())]
    ports = [int(port) for listed in given.get("port", ()) for port in listed.split(",")]
    is_each_host_usable = all(_is_usable_host(host) for listed in hosts if listed for host in listed.split(","))
    return parts.scheme in {"postgresql", "postgres"} and is_each_host_usable and 0 not in ports


def _is_usable_host(given: str) -> bool:
    """A name, an IP address or the folder of a socket, with or without a port."""
    if unquote(given).startswith("/"):
        return True
    place = urlsplit(f"//{given}")
    name = place.hostname or ""
    name.encode("idna")  # as it is looked up
    return name != "" and place.port != 0


def run(url: str, work: Callable[[Connection], Awaitable[T]], *, transaction: bool = True) -> T:
    from customer_gql.schema.projections import PROJECTIONS
    from customer_gql.schema.slices import join_declarations

    join_declarations()
    settings = load_settings()
    use_secret_keys(settings.secret_keys)
    use_distributed_forms(settings.distributed)
    options: Any = {"prepared_statements": settings.prepared_statements, "projections": PROJECTIONS}

    async def done() -> T:
        async with (
            open_database(url, statement_timeout_seconds=3600, **options) as database,
            database.writes.acquire() as connection,
            _closed_is_lost(connection),
            begin(connection) if transaction else nullcontext(),
        ):
            return await work(connection)

    try:
        return asyncio.run(done())
    except _LOST as error:
        raise CommandFailed(
            f"The database ended the connection ({error}): what was not committed was not stored. Run the command again."
        ) from error


@asynccontextmanager
async def _closed_is_lost(connection: Connection) -> AsyncGenerator[None]:
    try:
        yield
    except _LOST_IF_CLOSED as error:
        if is_open(connection):
            raise
        raise asyncpg.ConnectionDoesNotExistError(str(error)) from error


def bring_up(urls: DatabaseUrls, revision: str = "head") -> None:
    from customer_gql.database.schema import migrations

    migrations.upgrade_database(urls.owner, revision, service_url=urls.service)


def check_database(urls: DatabaseUrls) -> None:
    """Raises the first thing that is not as this version needs it."""
    from customer_gql.database.projection_checks import compare_sample
    from customer_gql.database.schema import migrations
    from customer_gql.messaging.jobs.tables import QUEUE_TABLES
    from customer_gql.schema.projections import PROJECTIONS
    from customer_gql.schema.tables import metadata

    migrations.compare_tables(urls.owner)
    migrations.require_separate_owner(urls.service)
    append_only = {name for name, table in metadata.tables.items() if table.info["append_only"]}
    changing = {*metadata.tables, *QUEUE_TABLES} - append_only
    migrations.require_service_rights(urls.service, append_only=append_only, changing=changing)
    for projection in PROJECTIONS:
        compared = run(urls.service, lambda c, p=projection: compare_sample(c, p), transaction=False)
        if compared.rows:
            raise CommandFailed(
                f"{compared.rows:,} rows of {projection.table.name} differ from what they should be, of {compared.customers:,} "
                "customers that were compared: run `customer-gql reproject`."
            )


def distribute_database(urls: DatabaseUrls) -> str:
    """What was done, in a line."""
    from customer_gql.customers.accounts.sessions.secret_owners import store_all_owners
    from customer_gql.database.distribution.placing import distribute_tables
    from customer_gql.schema.tables import metadata

    placed = run(urls.owner, lambda c: distribute_tables(c, metadata, before=store_all_owners), transaction=False)
    if placed is None:
        return "nothing is distributed: the database has no Citus"
    return f"{len(placed)} tables were distributed" + (f": {', '.join(placed)}" if placed else ", all others before")


def analyze_tables(urls: DatabaseUrls) -> None:
    """For the planner, after a shop was filled at once; only an owner may."""

    async def analyze(connection: Connection) -> None:
        await connection.execute("ANALYZE")

    run(urls.owner, analyze, transaction=False)


def print_counts(summary: Any) -> None:
    for line in summary.lines():
        print(line)
