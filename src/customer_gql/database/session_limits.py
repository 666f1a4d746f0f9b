"""Time limits of database sessions: how the service sets them, and whether they apply.

A direct connection sets them when it opens. Behind a pooler in transaction mode there is no session to set them for: each
transaction sets its own, and single statements depend on the defaults of the role (docs/operations.md, "Behind a pooler").
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from .statements import Connection

_CURRENT: Final = "SELECT name, setting || coalesce(unit, '') FROM pg_settings WHERE name = ANY($1::text[])"
_OFF: Final = "0ms"
BEHIND_POOLER: Final = (
    "A pooler stands between the service and the database and does not pass on the limits of a session ({names}). If it pools "
    "transactions, set CUSTOMER_GQL_PREPARED_STATEMENTS=false."
)
NO_DEFAULTS: Final = (
    "Behind a pooler, reads have no time limits but the defaults of the role, and some are missing. Have an administrator of the "
    "server run: {commands} Then have the pooler reconnect (RECONNECT in its console)."
)
DEFAULTS: Final = {"statement_timeout": "30s", "client_connection_check_interval": "1s"}
"""What the role of a service behind a pooler should limit, as operations.md has it."""


def make_local_statement(limits: Mapping[str, str]) -> str:
    """One text that states limits until the end of a transaction."""
    return "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in limits.items())


async def find_missing_limits(connection: Connection, limits: Mapping[str, str]) -> list[str]:
    """The names of limits, stated in milliseconds, that do not apply to the session."""
    current = await _read_limits(connection, limits)
    return [name for name, value in limits.items() if current.get(name) != value]


async def find_missing_defaults(connection: Connection) -> list[str]:
    """What to do where the role limits no statement by default; nothing where it does."""
    missing = [name for name, value in (await _read_limits(connection, DEFAULTS)).items() if value == _OFF]
    if not missing:
        return []
    role = await connection.fetchval("SELECT quote_ident(current_user)")
    commands = " ".join(f"ALTER ROLE {role} SET {name} = '{DEFAULTS[name]}';" for name in missing)
    return [NO_DEFAULTS.format(commands=commands)]


async def _read_limits(connection: Connection, names: Iterable[str]) -> dict[str, str]:
    return {row[0]: row[1] for row in await connection.fetch(_CURRENT, list(names))}


async def is_pooled(connection: Any) -> bool:
    """Whether a pooler stands between: it tells a process id of its own when a connection opens."""
    return connection.get_server_pid() != await connection.fetchval("SELECT pg_backend_pid()")
