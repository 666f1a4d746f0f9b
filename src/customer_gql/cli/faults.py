"""Faults of a command that the person at the terminal can act on: one line each, and the code 1."""

import errno
import sys
from collections.abc import Callable
from typing import Final

import asyncpg

from customer_gql.core.errors import RuleError, RuleErrors
from customer_gql.core.terminal import CommandFailed
from customer_gql.database.pools import DatabaseUnreachable
from customer_gql.embedded.server import EmbeddedPostgresError
from customer_gql.settings import SettingsError

_EXTRAS: Final = {
    "mimesis": "demo",
    "redis": "redis",
    "obstore": "s3",
    "opentelemetry": "tracing",
    "authlib": "oidc",
    "httpx2": "oidc",
    "joserfc": "oidc",
}
"""The extra that brings a package which is not always there."""


def run_reporting(command: Callable[[], object]) -> int:
    """Run something, print the fault that ended it, and return the code to exit with. Bugs are raised."""
    try:
        command()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return 1
        return end.code or 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        told = _describe_fault(error)
        if told is None:
            raise
        print(f"customer-gql: {told}", file=sys.stderr)
        return 1
    return 0


def _describe_fault(error: Exception) -> str | None:
    if isinstance(error, ModuleNotFoundError):
        extra = _EXTRAS.get((error.name or "").partition(".")[0])
        return extra and f'This needs another package, {error.name}: pip install "customer-gql[{extra}]".'
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"What the command prints or writes has no room: {error.strerror}."
    return " ".join(str(error).split()) if isinstance(error, _faults()) else None


def _faults() -> tuple[type[Exception], ...]:
    """Errors that the person at the terminal can act on; any other is a bug and keeps its traceback."""
    from customer_gql.database.schema.compatibility import MigrationFailed

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
