"""Limits of a database session: how the service states them, and whether they hold where it is connected.

A connection of the service's own states them when it opens. A pooler in transaction mode gives each transaction another
connection of the server, so that nothing can be stated for a session: transactions state their limits themselves, and what
single statements need is a default of the role (docs/operations.md, "Behind a pooler").
"""

from collections.abc import Mapping
from typing import Any, Final

from .statements import Connection

_MS_OF_UNIT: Final = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_CURRENT: Final = "SELECT name, setting, unit FROM pg_settings WHERE name = ANY($1::text[])"
BEHIND_POOLER: Final = (
    "A pooler stands between the service and the database, and keeps the limits of a session from it ({names}). Behind one in "
    "transaction mode set CUSTOMER_GQL_PREPARED_STATEMENTS=false."
)
NO_DEFAULTS: Final = (
    "Behind a pooler, only defaults of the role limit statements of reads, and there are none. Have an administrator of the server "
    "run: {commands} Then have the pooler reconnect (RECONNECT in its console)."
)
DEFAULTS: Final = {"statement_timeout": "30s", "client_connection_check_interval": "1s"}
"""What the role of a service behind a pooler should limit, as operations.md has it."""


def make_local_statement(limits: Mapping[str, str]) -> str:
    """One text that states limits until the end of a transaction."""
    return "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in limits.items())


async def find_missing_limits(connection: Connection, limits: Mapping[str, str]) -> list[str]:
    """The names of limits that do not hold as stated, in one query."""
    rows = await connection.fetch(_CURRENT, list(limits))
    stored = {row[0]: (row[1], row[2]) for row in rows}
    return [name for name, value in limits.items() if name not in stored or not _is_same(*stored[name], value)]


async def find_missing_defaults(connection: Connection) -> list[str]:
    """What to do where the role limits no statement by default; nothing where it does."""
    rows = await connection.fetch(_CURRENT, list(DEFAULTS))
    missing = [row[0] for row in rows if row[1] == "0"]
    if not missing:
        return []
    role = await connection.fetchval("SELECT current_user::text")
    commands = " ".join(f"ALTER ROLE {role} SET {name} = '{DEFAULTS[name]}';" for name in missing)
    return [NO_DEFAULTS.format(commands=commands)]


def _is_same(setting: str, unit: str | None, stated: str) -> bool:
    return _in_milliseconds(setting, unit) == _in_milliseconds(*_split_unit(stated))


def _split_unit(stated: str) -> tuple[str, str | None]:
    number = stated.rstrip("abcdefghijklmnopqrstuvwxyz")
    return (number, stated[len(number) :]) if number.isdigit() else (stated, None)


def _in_milliseconds(setting: str, unit: str | None) -> Any:
    return int(setting) * _MS_OF_UNIT[unit] if unit in _MS_OF_UNIT and setting.isdigit() else setting


async def is_pooled(connection: Any) -> bool:
    """Whether a pooler stands between: it tells a process id of its own when a connection opens."""
    return connection.get_server_pid() != await connection.fetchval("SELECT pg_backend_pid()")
