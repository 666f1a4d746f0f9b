"""The command line of customer-gql. Results go to standard output, and errors, one line each, to standard error."""

import errno
import signal
import sys
from enum import StrEnum
from types import FrameType
from typing import Annotated, Final, NoReturn

import asyncpg
import typer

from customer_gql.core.errors import RuleError, RuleErrors
from customer_gql.core.terminal import CommandFailed
from customer_gql.database.pools import DatabaseUnreachable
from customer_gql.embedded.server import EmbeddedPostgresError
from customer_gql.settings import SettingsError

from . import filling, people, projections, serving

cli = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help=__doc__)
for command in (serving.demo, serving.serve, serving.worker, filling.migrate, filling.seed, projections.reproject):
    cli.command()(command)
cli.add_typer(filling.imports, name="import")
cli.add_typer(people.staff_commands, name="staff")
cli.add_typer(people.customer_commands, name="customer")


class Audience(StrEnum):
    admin = "admin"
    storefront = "storefront"


@cli.command()
def schema(audience: Annotated[Audience, typer.Option(help="Audience whose schema is printed.")]) -> None:
    """Print the GraphQL schema of one audience."""
    from customer_gql.schema import admin, storefront

    print({Audience.admin: admin, Audience.storefront: storefront}[audience].schema.as_str())


@cli.command()
def error_keys() -> None:
    """Print the page of keys that errors of mutations have, in Markdown."""
    from customer_gql.schema import admin, storefront

    from .error_keys import describe_error_keys

    assert admin.schema
    assert storefront.schema
    print(describe_error_keys())


_EXTRAS: Final = {
    "mimesis": "demo",
    "redis": "redis",
    "opentelemetry": "tracing",
    "authlib": "oidc",
    "httpx2": "oidc",
    "joserfc": "oidc",
}
"""The extra that brings a package which is not always there."""


def main() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores one, and must
            signal.signal(number, _leave)
    try:
        cli()
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.exit(f"customer-gql: What the command prints or writes has no room: {error.strerror}.")
    except KeyboardInterrupt:
        sys.exit(130)
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        sys.exit(f'customer-gql: This needs another package, {error.name}: pip install "customer-gql[{extra}]".')
    except Exception as error:
        if not isinstance(error, _faults()):
            raise
        sys.exit(f"customer-gql: {' '.join(str(error).split())}")


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    """End in good order, so that the embedded database is stopped too."""
    raise SystemExit(128 + number)


def _faults() -> tuple[type[Exception], ...]:
    """Errors that the person at the terminal can act on; any other is a bug and keeps its traceback."""
    from customer_gql.database.schema.migrations import MigrationFailed

    ours = (
        CommandFailed,
        SettingsError,
        EmbeddedPostgresError,
        DatabaseUnreachable,
        MigrationFailed,
        RuleError,
        RuleErrors,
    )
    return (*ours, asyncpg.PostgresError, asyncpg.InterfaceError)
