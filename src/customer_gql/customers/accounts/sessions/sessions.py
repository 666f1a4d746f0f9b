"""A session is one device of one customer. Its access token comes with every request, its refresh token once.

Locks are taken in one order: the customer, the session, its tokens. So a transaction that ends sessions waits for one
that is just being renewed, and deletes what that made.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    Delete,
    LargeBinary,
    Table,
    any_,
    bindparam,
    delete,
    exists,
    insert,
    literal_column,
    select,
)

from customer_gql.core.clock import read_clock
from customer_gql.core.ids import new_id
from customer_gql.core.viewer import RequestOrigin
from customer_gql.customers.accounts.reads import MAX_SESSIONS
from customer_gql.customers.accounts.tables import (
    customer_refresh_token as refresh_token,
    customer_session as session,
    customer_token as token,
    remembered_sign_in as remembered,
)
from customer_gql.customers.profile.reads import ONLINE_SINCE
from customer_gql.customers.profile.tables import customer
from customer_gql.database.distribution.of_customers import compile_of_customers
from customer_gql.database.statements import (
    Connection,
    Row,
    Statement,
    compile_statement,
    delete_rows,
    execute_statement,
    fetch_one,
    fetch_rows,
    fetch_value,
)
from customer_gql.security import tokens
from customer_gql.security.sessions import TOKEN_COLUMNS, SessionGrant, describe_token, issue_token
from customer_gql.shop.daily_figures.writes import count_sign_in
from customer_gql.shop.settings.reads import settings_at

from .secret_owners import store_owner
from .settings import SESSION_DAYS, SESSION_IDLE_MINUTES

# However much it is used: after a day it has to be renewed, which is what makes a stolen one show.
_MAX_ACCESS_LIFETIME: Final = dt.timedelta(days=1)
_MAX_DEVICE_LENGTH: Final = 200
_of_customer: Final = session.c.customer_id == bindparam("customer_id", type_=BigInteger())
_HAS_ACTIVE: Final = compile_statement(select(exists().where(_of_customer, session.c.last_used_at > ONLINE_SINCE)))
_OTHERS: Final = compile_statement(
    select(session.c.id).where(_of_customer, session.c.id.is_distinct_from(bindparam("keep", type_=BigInteger())))
)
_BEYOND: Final = compile_statement(
    select(session.c.id)
    .where(_of_customer)
    .order_by(session.c.last_used_at.desc(), session.c.id.desc())
    .offset(literal_column(str(MAX_SESSIONS)))
)
_STARTED: Final = ("customer_id", "id", "website_id", "device", "address", "expires_at")
_INSERT: Final = compile_statement(
    insert(session).values({name: bindparam(name, type_=session.c[name].type) for name in _STARTED}).returning(session)
)


async def start_session(
    connection: Connection, customer_id: int, *, website_id: int, caller: RequestOrigin
) -> SessionGrant:
    """A session for a device that just proved who it is. The caller has locked the customer."""
    shop = await settings_at(connection, SESSION_IDLE_MINUTES, SESSION_DAYS)
    expires_at = read_clock() + dt.timedelta(days=shop[SESSION_DAYS])
    started = await _insert_session(connection, customer_id, website_id, caller, expires_at)
    await count_sign_in(connection, website_id)
    await _end_excess_sessions(connection, customer_id)
    return await issue_tokens(connection, started, idle=dt.timedelta(minutes=shop[SESSION_IDLE_MINUTES]))


async def start_session_without_refresh(
    connection: Connection, customer_id: int, *, lifetime: dt.timedelta, device: str
) -> str:
    """An access token that works for its whole lifetime, in a session of its own without a refresh token."""
    expires_at = read_clock() + lifetime
    website_id = await fetch_value(connection, select(customer.c.website_id).where(customer.c.id == customer_id))
    origin = RequestOrigin(user_agent=device)
    started = await _insert_session(connection, customer_id, website_id, origin, expires_at)
    return await issue_customer_access_token(
        connection, customer_id, started.id, website_id=website_id, expires_at=expires_at, idle=lifetime
    )


async def issue_customer_access_token(
    connection: Connection,
    customer_id: int,
    session_id: int,
    *,
    website_id: int,
    expires_at: dt.datetime,
    idle: dt.timedelta,
    staff_id: int | None = None,
) -> str:
    """A token for a session of the customer, or for an impersonation by `staff_id`; shown once."""
    owner = {"customer_id": customer_id, "session_id": session_id, "staff_id": staff_id, "website_id": website_id}
    issued = await issue_token(connection, token, tokens.CUSTOMER, expires_at=expires_at, idle=idle, **owner)
    await store_owner(connection, customer_id, {tokens.hash_token(issued): expires_at})
    return issued


async def end_sessions(connection: Connection, customer_id: int, session_ids: Sequence[int]) -> int:
    """End these sessions of the customer; how many there were."""
    ids = list(session_ids)
    ended = await delete_rows(connection, session, {"customer_id": customer_id, "id": ids})
    await execute_statement(connection, _END_TOKENS_OF_SESSIONS, customer_id=customer_id, session_ids=ids)
    return ended


async def has_active_session(connection: Connection, customer_id: int) -> bool:
    """Whether a device was used so lately that its customer counts as online."""
    return await fetch_value(connection, _HAS_ACTIVE, customer_id=customer_id)


async def end_other_sessions(connection: Connection, customer_id: int, *, keep: int | None) -> int:
    """End every session but one."""
    rows = await fetch_rows(connection, _OTHERS, customer_id=customer_id, keep=keep)
    return await end_sessions(connection, customer_id, [row.id for row in rows])


async def end_sessions_of_customers(connection: Connection, customer_ids: Sequence[int]) -> int:
    """End every session and token of these customers, whose rows the caller has locked, and what devices remember; how many
    tokens there were."""
    await _FORGET_AND_END_SESSIONS.execute(connection, customer_ids)
    return await _END_TOKENS_OF_CUSTOMERS.execute(connection, customer_ids)


def _end_tokens(find: Callable[[Table], Sequence[ColumnElement[bool]]]) -> Delete:
    """A statement after that of the sessions: one that was just being renewed has new tokens, which it has to see."""
    refresh = delete(refresh_token).where(*find(refresh_token))
    return delete(token).where(*find(token)).add_cte(refresh.cte("refresh"))


_ids: Final = bindparam("session_ids", type_=ARRAY(BigInteger()))
_END_TOKENS_OF_SESSIONS: Final = compile_statement(
    _end_tokens(
        lambda table: [
            table.c.customer_id == bindparam("customer_id", type_=BigInteger()),
            table.c.session_id == any_(_ids),
        ]
    )
)
_END_TOKENS_OF_CUSTOMERS: Final = compile_of_customers(
    lambda is_one: _end_tokens(lambda table: [is_one(table.c.customer_id)])
)
_FORGET_AND_END_SESSIONS: Final = compile_of_customers(
    lambda is_one: (
        delete(remembered)
        .where(is_one(remembered.c.customer_id))
        .add_cte(delete(session).where(is_one(session.c.customer_id)).cte("ended"))
    )
)


async def _insert_session(
    connection: Connection, customer_id: int, website_id: int, caller: RequestOrigin, expires_at: dt.datetime
) -> Row:
    values = {
        "customer_id": customer_id,
        "id": new_id(),
        "website_id": website_id,
        "device": caller.user_agent[:_MAX_DEVICE_LENGTH] or None,
        "address": caller.address or None,
        "expires_at": expires_at,
    }
    started = await fetch_one(connection, _INSERT, **values)
    assert started is not None
    return started


async def _end_excess_sessions(connection: Connection, customer_id: int) -> None:
    """The list of sessions is shown whole, so it has an end."""
    beyond = await fetch_rows(connection, _BEYOND, customer_id=customer_id)
    if beyond:
        await end_sessions(connection, customer_id, [row.id for row in beyond])


async def issue_tokens(connection: Connection, of: Row, *, idle: dt.timedelta) -> SessionGrant:
    """A new pair for a session, whose row the caller has locked."""
    grant = make_grant(of, idle=idle)
    await store_grant(connection, grant, of, idle=idle)
    return grant


async def store_grant(connection: Connection, grant: SessionGrant, of: Row, *, idle: dt.timedelta) -> None:
    values = describe_grant(grant, of, idle=idle)
    await execute_statement(connection, _ISSUE, **values)
    await store_owners_of_grant(connection, values)


async def store_owners_of_grant(connection: Connection, values: Mapping[str, Any]) -> None:
    """Of the pair that `describe_grant` describes."""
    expires = {
        values["access_token_hash"]: values["access_expires_at"],
        values["refresh_hash"]: values["refresh_expires_at"],
    }
    await store_owner(connection, values["customer_id"], expires)


def make_grant(of: Row, *, idle: dt.timedelta) -> SessionGrant:
    """A new pair for a session, which is stored nowhere yet."""
    now = read_clock()
    ends = min(now + idle, now + _MAX_ACCESS_LIFETIME, of.expires_at)
    access, refresh = tokens.new_token(tokens.CUSTOMER), tokens.new_token(tokens.REFRESH)
    return SessionGrant(of.customer_id, access, ends, refresh, of.expires_at, session_id=of.id)


def describe_grant(grant: SessionGrant, of: Row, *, idle: dt.timedelta) -> dict[str, Any]:
    """What `insert_grant` stores of a new pair."""
    assert grant.refresh_token is not None
    of_session = {"customer_id": of.customer_id, "session_id": of.id, "website_id": of.website_id}
    access = describe_token(
        grant.access_token, expires_at=min(read_clock() + _MAX_ACCESS_LIFETIME, of.expires_at), idle=idle
    )
    return {
        **of_session,
        **{f"access_{name}": value for name, value in access.items()},
        "refresh_hash": tokens.hash_token(grant.refresh_token),
        "refresh_expires_at": of.expires_at,
    }


def insert_grant(*others: Any) -> Statement:
    """Stores a new pair, and does what other statements do in the same one."""
    of: dict[str, Any] = {name: bindparam(name, type_=BigInteger()) for name in ("customer_id", "session_id")}
    access: dict[str, Any] = {name: bindparam(f"access_{name}", type_=token.c[name].type) for name in TOKEN_COLUMNS}
    refresh = insert(refresh_token).values(
        token_hash=bindparam("refresh_hash", type_=LargeBinary()),
        expires_at=bindparam("refresh_expires_at", type_=DateTime(timezone=True)),
        **of,
    )
    put = insert(token).values(**access, **of, website_id=bindparam("website_id", type_=BigInteger()))
    return compile_statement(put.add_cte(refresh.cte("refresh"), *others))


_ISSUE: Final = insert_grant()
