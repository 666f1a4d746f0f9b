"""The command line. Each command prints what was asked for on standard output, and faults in one line on standard error."""

import asyncio
import datetime as dt
import signal
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from socket import socket
from types import FrameType
from typing import Annotated, Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import asyncpg
import typer

from .core.db import Connection, DatabaseUnreachable, connected
from .core.embedded import EmbeddedPostgresError, running
from .core.errors import RuleError, RuleErrors
from .core.terminal import Fault, progress
from .settings import Settings, SettingsError, load

T = TypeVar("T")
cli = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help=__doc__)
imports = typer.Typer(no_args_is_help=True, help="Load customers and orders from files.")
staff_commands = typer.Typer(no_args_is_help=True, help="Staff users and their tokens.")
customer_commands = typer.Typer(no_args_is_help=True, help="Tokens of customers, for trying things out.")
cli.add_typer(imports, name="import")
cli.add_typer(staff_commands, name="staff")
cli.add_typer(customer_commands, name="customer")


class Audience(StrEnum):
    admin = "admin"
    storefront = "storefront"


@cli.command()
def demo(port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None) -> None:
    """Serve a shop of made-up customers on an embedded PostgreSQL. Ctrl-C ends both."""
    from .app import create_app
    from .demo.start import greeting, prepared
    from .execution import logs, server

    settings = load(environment="development", log_format="console", **_given(port=port))
    logs.configure(settings.log_format)
    with _listening(settings) as listening, _database(settings) as url:
        _migrate(url)
        with progress("a shop of made-up customers") as advance:
            tokens = prepared(url, advance, is_ours=settings.database_url is None)
        base = f"http://{settings.host}:{listening.getsockname()[1]}"
        app = create_app(settings.model_copy(update={"database_url": url}))
        server.serve(app, listening, lambda: print(greeting(base, *tokens), flush=True))


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Serve on the database of CUSTOMER_GQL_DATABASE_URL, which has to be migrated."""
    from .app import create_app
    from .execution import logs, server
    from .schema import migrating

    settings = load(**_given(host=host, port=port))
    logs.configure(settings.log_format)
    if settings.database_url is None:
        raise Fault("Set CUSTOMER_GQL_DATABASE_URL to a PostgreSQL 15 or newer; `customer-gql demo` brings its own.")
    with _listening(settings) as listening, _database(settings) as url:
        migrating.require_newest(url)
        at = f"http://{settings.host}:{listening.getsockname()[1]}"
        server.serve(create_app(settings), listening, lambda: print(f"serving on {at}", file=sys.stderr, flush=True))


@cli.command()
def worker() -> None:
    """Do the jobs apart from `serve`, which then has CUSTOMER_GQL_WORKER=false. Any number of workers may run."""
    from .execution import logs
    from .jobs.worker import until_signalled
    from .schema import migrating
    from .schema.work import WORK

    settings = load()
    logs.configure(settings.log_format)
    if settings.database_url is None:
        raise Fault("Set CUSTOMER_GQL_DATABASE_URL; `customer-gql demo` has a worker inside.")
    migrating.require_newest(settings.database_url)
    asyncio.run(until_signalled(settings, WORK, lambda: print("working", file=sys.stderr, flush=True)))


@cli.command()
def migrate(
    new: Annotated[str | None, typer.Option(metavar="MESSAGE", help="Write a migration from the tables.")] = None,
    check: Annotated[bool, typer.Option(help="Only tell whether tables and migrations agree.")] = False,
) -> None:
    """Bring the database to this version's tables."""
    from .schema import migrating

    if new == "":
        raise Fault('Say what changes: make migration m="gift registries".')
    with _database(load()) as url:
        if new is not None:
            _migrate(url)
            migrating.new(url, new)
        elif check:
            migrating.reach(url)
            migrating.check(url)
        else:
            _migrate(url)
            print(f"the database is at migration {migrating.head()}")


@cli.command()
def seed(
    customers: Annotated[int, typer.Option(help="How many customers.")],
    seed: Annotated[int, typer.Option(help="The same number gives the same shop.")] = 1,
) -> None:
    """Fill an empty shop with made-up customers."""
    from .demo.seed import seed as fill

    with _database(load()) as url, progress(f"{customers:,} customers") as advance:
        _migrate(url)
        done = _run(url, lambda c: fill(c, customers=customers, seed=seed, on_progress=advance), transaction=False)
    _print_counts(done)


@imports.command()
def adobe(
    customers: Annotated[Path | None, typer.Option(help="Customers main file (CSV).")] = None,
    addresses: Annotated[Path | None, typer.Option(help="Customer addresses file (CSV).")] = None,
    report: Annotated[Path | None, typer.Option(help="Where refused rows go (CSV).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would happen; write nothing.")] = False,
) -> None:
    """Load Adobe Commerce's customer import files: new customers are added, known ones updated."""
    from .customer_grid.adobe_import import import_adobe

    with _database(load()) as url, progress("rows") as advance:
        _migrate(url)
        done = _run(
            url,
            lambda c: import_adobe(
                c, customers=customers, addresses=addresses, dry_run=dry_run, report=report, on_progress=advance
            ),
            transaction=False,
        )
    _print_counts(done)
    if not done.customers.valid and not done.addresses.valid:
        raise Fault("Not one row could be loaded; the report says why.")


@imports.command()
def northwind(folder: Annotated[Path, typer.Argument(help="Folder with the five CSV files.")]) -> None:
    """Load the Northwind sample as a shop's real history."""
    from .demo.northwind import import_northwind

    with _database(load()) as url:
        _migrate(url)
        done = _run(url, lambda c: import_northwind(c, folder), transaction=False)
    _print_counts(done)


@staff_commands.command("create")
def staff_create(
    email: str,
    role: Annotated[str, typer.Option(help="administrator, support or viewer.")],
    name: Annotated[str | None, typer.Option(help="Name people see; the address when left out.")] = None,
) -> None:
    """Make a staff user."""
    from .customers.emails import checked_email
    from .staff import writes

    try:
        address = checked_email(email)
    except ValueError as error:
        raise Fault(str(error)) from None
    with _migrated() as url:
        _run(url, lambda c: writes.create(c, email=address, name=name or address, role=role))
    print(f"{address} is staff with the role {role}")


@staff_commands.command("token")
def staff_token(email: str) -> None:
    """Print a fresh token of a staff user, and nothing else."""
    from .staff import writes

    with _migrated() as url:
        print(_run(url, lambda c: writes.issue_token(c, email=email)))


@staff_commands.command("password")
def staff_password(email: str) -> None:
    """Ask for a new password of a staff user, and set it. Ends their sessions."""
    from .core import passwords as hashing
    from .core.emails import normalised
    from .staff import passwords
    from .staff.events import SYSTEM

    async def put(connection: Connection) -> None:
        user = await passwords.find(connection, normalised(email))
        given = typer.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
        passwords.check_strength(given, second_factor=user.totp_since is not None, email=user.email)
        await passwords.change(connection, user, await hashing.hashed(given), by=SYSTEM)

    with _database(load()) as url:
        _run(url, put, transaction=False)
    print(f"{email} has a new password; every session of theirs ended")


@staff_commands.command("totp-off")
def staff_totp_off(email: str) -> None:
    """Switch off the second factor of a staff user who lost it."""
    from .core.emails import normalised
    from .core.ids import encode
    from .staff import passwords, totp
    from .staff.events import SYSTEM, record

    async def switch_off(connection: Connection) -> None:
        user = await passwords.find(connection, normalised(email))
        if not await totp.disable(connection, user.id):
            raise Fault(f"{email} has no second factor.")
        await record(connection, "TOTP_OFF", by=SYSTEM, subject=encode("stf", user.id))

    with _database(load()) as url:
        _run(url, switch_off)
    print(f"{email} signs in with the password alone now")


@customer_commands.command("token")
def customer_token(
    email: str,
    website: Annotated[str | None, typer.Option(help="Code of the website, when several know the address.")] = None,
    hours: Annotated[int, typer.Option(min=1, max=720, help="How long it works.")] = 1,
) -> None:
    """Print a fresh token of a customer, and nothing else."""
    from .accounts.writes import issue_token
    from .customers.reads import find_by_email

    async def issue(connection: Connection) -> str:
        found = await find_by_email(connection, email, website)
        return await issue_token(connection, found, lifetime=dt.timedelta(hours=hours))

    with _migrated() as url:
        print(_run(url, issue))


@cli.command()
def schema(audience: Annotated[Audience, typer.Option(help="Whose part of the graph.")]) -> None:
    """Print the schema of one audience."""
    from .schema import admin, storefront

    print({Audience.admin: admin, Audience.storefront: storefront}[audience].schema.as_str())


@contextmanager
def _database(settings: Settings) -> Generator[str]:
    """The configured database, or else the embedded one, started if need be and stopped again."""
    if settings.database_url is not None:
        yield _checked(settings.database_url)
        return
    with running(settings.data_dir, binaries=settings.postgres_binaries) as server:
        yield server.url()


@contextmanager
def _migrated() -> Generator[str]:
    from .schema import migrating

    with _database(load()) as url:
        migrating.require_newest(url)
        yield url


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"postgresql", "postgres"} and parts.port != 0
    except ValueError:
        usable = False
    if not usable:  # what was given may hold a password
        raise Fault("CUSTOMER_GQL_DATABASE_URL is no address like postgresql://user:password@host:5432/database.")
    return url


def _listening(settings: Settings) -> socket:
    from .execution import server

    try:
        return server.bound(settings.host, settings.port)
    except server.PortTaken as error:
        raise Fault(str(error)) from None


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _run(url: str, work: Callable[[Connection], Awaitable[T]], *, transaction: bool = True) -> T:
    async def run() -> T:
        async with connected(url, statement_timeout_seconds=3600) as database:
            opened: Any = database.transaction() if transaction else database.writes.acquire()
            async with opened as connection:
                return await work(connection)

    return asyncio.run(run())


def _migrate(url: str) -> None:
    from .schema import migrating

    migrating.reach(url)
    migrating.upgrade(url)


def _print_counts(summary: Any) -> None:
    for line in summary.lines():
        print(line)


def main() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores one, and shall
            signal.signal(number, _leave)
    try:
        cli()
    except KeyboardInterrupt:
        sys.exit(130)
    except ModuleNotFoundError as error:
        if error.name != "mimesis":
            raise
        sys.exit('customer-gql: Made-up customers need another package: pip install "customer-gql[demo]".')
    except Exception as error:
        if not isinstance(error, _faults()):
            raise
        sys.exit(f"customer-gql: {' '.join(str(error).split())}")


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    """End in good order, so that the embedded database is stopped too."""
    raise SystemExit(128 + number)


def _faults() -> tuple[type[Exception], ...]:
    """What the person at the terminal can act on; anything else is a bug and keeps its traceback."""
    from .schema.migrating import MigrationFault

    ours = (Fault, SettingsError, EmbeddedPostgresError, DatabaseUnreachable, MigrationFault, RuleError, RuleErrors)
    return (*ours, asyncpg.PostgresError, asyncpg.InterfaceError)


if __name__ == "__main__":
    main()
