"""Access tokens of customers and staff: opaque, ended by disuse and by time (docs/domain/sessions.md#sessions-3).

A token is a row of a table of its identity, found by its SHA-256. Every request reads the row, so a transaction that deletes it
ends the token at once in every process.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Integer,
    Interval,
    LargeBinary,
    Table,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    update,
)
from sqlalchemy.schema import SchemaItem

from customer_gql.core.clock import read_clock
from customer_gql.core.viewer import Viewer
from customer_gql.database.expired_rows import Expiry
from customer_gql.database.statements import Connection, Row, Statement, compile_statement, fetch_one, insert_row
from customer_gql.database.tables import created_at

from . import tokens
from .tables import hash_key, is_sha256

NOBODY: Final[Mapping[str, Any]] = {}
_ONE_SECOND = literal_column("interval '1 second'", Interval())
_ONE_MINUTE = literal_column("interval '1 minute'", Interval())
_QUARTER_SECOND = literal_column("interval '0.25 seconds'", Interval())


@dataclass(frozen=True, slots=True)
class SessionGrant:
    """What a device gets when it is signed in, shown once; only hashes of the tokens are stored."""

    owner_id: int
    access_token: str
    expires_at: dt.datetime
    refresh_token: str | None = None
    session_expires_at: dt.datetime | None = None
    device_token: str | None = None
    persistent_token: str | None = None
    session_id: int | None = None


@dataclass(frozen=True, slots=True)
class AuthenticatedSession:
    """The viewer behind a token, and whether its last use was recorded so long ago that this one has to be."""

    viewer: Viewer
    token_hash: bytes
    is_stale: bool
    is_of_row: bool = False
    """Whether the row of the token alone says all of it."""


def token_columns(key: Column[bytes] | None = None) -> tuple[SchemaItem, ...]:
    """The columns of a table of access tokens, beside their owner. Without `key` the hash is the primary key."""
    return (
        hash_key() if key is None else key,
        created_at(),
        Column("idle_seconds", Integer, nullable=False),
        Column("idle_until", DateTime(timezone=True), nullable=False),
        Column("expires_at", DateTime(timezone=True), nullable=False),
        is_sha256(),
    )


def ends_unused(table: Table) -> Expiry:
    """Access tokens that time or disuse has ended."""
    return Expiry(table, lambda now: or_(table.c.expires_at < now, table.c.idle_until < now))


def is_live(table: Table) -> ColumnElement[bool]:
    return and_(table.c.expires_at > func.now(), table.c.idle_until > func.now())


def is_stale(table: Table) -> ColumnElement[bool]:
    """The last recorded use is more than a minute ago: reading must not turn into writing. Of a token that soon ends without use, a
    quarter of that time: it would end before a use is recorded."""
    recorded = func.least(_ONE_MINUTE, table.c.idle_seconds * _QUARTER_SECOND)
    return table.c.idle_until < _idle_until(table, func.now()) - recorded


def _idle_until(table: Table, now: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.least(table.c.expires_at, now + table.c.idle_seconds * _ONE_SECOND)


async def issue_token(
    connection: Connection, table: Table, prefix: str, *, expires_at: dt.datetime, idle: dt.timedelta, **owner: Any
) -> str:
    """A new access token. `owner` holds the other columns of the table."""
    token = tokens.new_token(prefix)
    await insert_row(connection, table, {**describe_token(token, expires_at=expires_at, idle=idle), **owner})
    return token


TOKEN_COLUMNS: Final = ("token_hash", "idle_seconds", "idle_until", "expires_at")


def describe_token(token: str, *, expires_at: dt.datetime, idle: dt.timedelta) -> dict[str, Any]:
    """The columns of a new access token, except its owner."""
    return {
        "token_hash": tokens.hash_token(token),
        "idle_seconds": max(int(idle.total_seconds()), 0),
        "idle_until": min(read_clock() + idle, expires_at),
        "expires_at": expires_at,
    }


async def record_use(
    connection: Connection,
    table: Table,
    token_hash: bytes,
    now: dt.datetime,
    *,
    owner: Mapping[str, Any] = NOBODY,
    **columns: Any,
) -> Row | None:
    """Let the token work on from now, and set other columns with it; at most once a minute, or in a quarter of the time
    without use after which it ends, no matter who asks. `owner` are columns that its row is found by too.

    The row, if this call did it.
    """
    given = {f"new_{name}": value for name, value in columns.items()}
    statement = _use_statement(table, tuple(columns), tuple(owner))
    return await fetch_one(connection, statement, used=token_hash, now=now, **given, **owner)


@cache
def _use_statement(table: Table, names: tuple[str, ...], owner: tuple[str, ...]) -> Statement:
    now: Any = bindparam("now", type_=DateTime(timezone=True))
    set_ = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    return compile_statement(
        update(table)
        .where(
            table.c.token_hash == bindparam("used", type_=LargeBinary()),
            table.c.idle_until > now,
            is_stale(table),
            *[table.c[name] == bindparam(name, type_=table.c[name].type) for name in owner],
        )
        .values(idle_until=_idle_until(table, now), **set_)
        .returning(table)
    )
