"""A session is one device of one customer. Its access token comes with every request, its refresh token once.

Locks are taken in one order: the customer, the session, its tokens. So a transaction that ends sessions waits for one
that is just being renewed, and deletes what that made.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, exists, insert, select

from customer_gql.core.clock import read_clock
from customer_gql.core.ids import new_id
from customer_gql.core.viewer import RequestOrigin
from customer_gql.customers.accounts.reads import MAX_SESSIONS
from customer_gql.customers.accounts.tables import (
    customer_refresh_token as refresh_token,
    customer_session as session,
    customer_token as token,
)
from customer_gql.customers.profile.reads import ONLINE_SINCE
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import (
    Connection,
    Row,
    equals_any,
    execute_statement,
    fetch_one,
    fetch_rows,
    fetch_value,
    insert_row,
)
from customer_gql.security import tokens
from customer_gql.security.sessions import SessionGrant, issue_token
from customer_gql.shop.settings.reads import settings_at

from .settings import SESSION_DAYS, SESSION_IDLE_MINUTES

# However much it is used: after a day it has to be renewed, which is what makes a stolen one show.
_MAX_ACCESS_LIFETIME: Final = dt.timedelta(days=1)
_MAX_DEVICE_LENGTH: Final = 200


async def start_session(
    connection: Connection, customer_id: int, *, website_id: int, caller: RequestOrigin
) -> SessionGrant:
    """A session for a device that just proved who it is. The caller has locked the customer."""
    shop = await settings_at(connection, SESSION_IDLE_MINUTES, SESSION_DAYS)
    expires_at = read_clock() + dt.timedelta(days=shop[SESSION_DAYS])
    started = await _insert_session(connection, customer_id, website_id, caller, expires_at)
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
    return await issue_token(connection, token, tokens.CUSTOMER, expires_at=expires_at, idle=idle, **owner)


async def end_sessions(connection: Connection, customer_id: int, session_ids: Sequence[int]) -> int:
    """End these sessions of the customer; how many there were."""
    ended = await execute_statement(
        connection, delete(session).where(session.c.customer_id == customer_id, equals_any(session.c.id, session_ids))
    )
    for table in (refresh_token, token):
        await execute_statement(
            connection,
            delete(table).where(table.c.customer_id == customer_id, equals_any(table.c.session_id, session_ids)),
        )
    return ended


async def has_active_session(connection: Connection, customer_id: int) -> bool:
    """Whether a device was used so lately that its customer counts as online."""
    active = exists().where(session.c.customer_id == customer_id, session.c.last_used_at > ONLINE_SINCE)
    return await fetch_value(connection, select(active))


async def end_other_sessions(connection: Connection, customer_id: int, *, keep: int | None) -> int:
    """End every session but one."""
    rows = await fetch_rows(
        connection,
        select(session.c.id).where(session.c.customer_id == customer_id, session.c.id.is_distinct_from(keep)),
    )
    return await end_sessions(connection, customer_id, [row.id for row in rows])


async def end_sessions_of_customers(connection: Connection, customer_ids: Sequence[int]) -> int:
    """End every session and token of these customers, whose rows the caller has locked; how many tokens there were."""
    await execute_statement(connection, delete(session).where(equals_any(session.c.customer_id, customer_ids)))
    await execute_statement(
        connection, delete(refresh_token).where(equals_any(refresh_token.c.customer_id, customer_ids))
    )
    return await execute_statement(connection, delete(token).where(equals_any(token.c.customer_id, customer_ids)))


async def _insert_session(
    connection: Connection, customer_id: int, website_id: int, caller: RequestOrigin, expires_at: dt.datetime
) -> Row:
    started = await fetch_one(
        connection,
        insert(session)
        .values(
            customer_id=customer_id,
            id=new_id(),
            website_id=website_id,
            device=caller.user_agent[:_MAX_DEVICE_LENGTH] or None,
            address=caller.address or None,
            expires_at=expires_at,
        )
        .returning(session),
    )
    assert started is not None
    return started


async def _end_excess_sessions(connection: Connection, customer_id: int) -> None:
    """The list of sessions is shown whole, so it has an end."""
    beyond = await fetch_rows(
        connection,
        select(session.c.id)
        .where(session.c.customer_id == customer_id)
        .order_by(session.c.last_used_at.desc(), session.c.id.desc())
        .offset(MAX_SESSIONS),
    )
    if beyond:
        await end_sessions(connection, customer_id, [row.id for row in beyond])


async def issue_tokens(connection: Connection, of: Row, *, idle: dt.timedelta) -> SessionGrant:
    """A new pair for a session, whose row the caller has locked."""
    now = read_clock()
    expires_at = min(now + _MAX_ACCESS_LIFETIME, of.expires_at)
    access = await issue_customer_access_token(
        connection, of.customer_id, of.id, website_id=of.website_id, expires_at=expires_at, idle=idle
    )
    refresh = tokens.new_token(tokens.REFRESH)
    issued = {"customer_id": of.customer_id, "session_id": of.id, "expires_at": of.expires_at}
    await insert_row(connection, refresh_token, {"token_hash": tokens.hash_token(refresh), **issued})
    return SessionGrant(of.customer_id, access, min(now + idle, expires_at), refresh, of.expires_at)
