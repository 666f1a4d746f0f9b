"""A session is one device of one customer. Its access token comes with every request, its refresh token once.

Locks are taken in one order: the customer, the session, its tokens. So whoever ends sessions waits for one that is
just being renewed, and deletes what that made.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import DateTime, delete, func, insert, literal, select, update

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.ids import new_id
from customer_gql.core.viewer import RequestOrigin, Viewer, ViewerKind
from customer_gql.customers.accounts.reads import (
    IS_EXCLUDED,
    IS_STALE,
    MAX_SESSIONS,
    ONE_SECOND,
    REFRESH_TOKEN_BY_HASH,
    viewers_by_token,
    websites_by_store_view,
)
from customer_gql.customers.accounts.tables import (
    customer_refresh_token as refresh_token,
    customer_session as session,
    customer_token as token,
)
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile.sharing import email_scope
from customer_gql.customers.profile.tables import customer
from customer_gql.database.pools import Database
from customer_gql.database.statements import (
    Connection,
    Row,
    equals_any,
    execute_statement,
    fetch_one,
    fetch_rows,
    fetch_value,
)
from customer_gql.loading.coalescing import read_coalesced
from customer_gql.security import tokens
from customer_gql.shop.settings.declaration import GLOBAL, Setting
from customer_gql.shop.settings.reads import settings_at

SESSION_IDLE_MINUTES: Final = Setting(
    "accounts.session_idle_minutes", 60, GLOBAL, "An access token unused so long ends.", at_least=1, at_most=1440
)
SESSION_DAYS: Final = Setting("accounts.session_days", 30, GLOBAL, "Days until a session ends in any case.", at_least=1)
# However much it is used: after a day it has to be renewed, which is what makes a stolen one show.
_MAX_ACCESS_LIFETIME: Final = dt.timedelta(days=1)
_MAX_DEVICE_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class SessionGrant:
    """What a device gets, once; only hashes of it are kept."""

    customer_id: int
    access_token: str
    expires_at: dt.datetime
    refresh_token: str | None = None
    session_expires_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class AuthenticatedSession:
    viewer: Viewer
    token_hash: bytes
    is_stale: bool


async def find_session(database: Database, given: str, *, store_view: str | None = None) -> AuthenticatedSession | None:
    """Who has this token, read anew each time; None when it is none, ended or expired.

    Likewise when the store view is one of a website the session does not reach.
    """
    if not given.startswith(tokens.CUSTOMER):
        return None
    token_hash = tokens.hash_token(given)
    found = await read_coalesced(database, viewers_by_token, token_hash)
    if found is None:
        return None
    asked = None if store_view is None else await read_coalesced(database, websites_by_store_view, store_view)
    if asked is not None and asked.website_id != found.website_id:
        async with database.reads.acquire() as connection:
            if not await session_reaches_website(connection, found, asked.website_id):
                return None
    viewer = Viewer(
        ViewerKind.CUSTOMER,
        customer_id=found.customer_id,
        staff_id=found.staff_id,
        session_id=found.session_id,
        website_id=found.website_id if asked is None else asked.website_id,
    )
    return AuthenticatedSession(viewer, token_hash, found.is_stale)


async def session_reaches_website(connection: Connection, held: Any, website_id: int | None) -> bool:
    """Whether a session may act on a website; `held` is of a customer, and of the website they signed in on.

    An account of one website is unknown on the others; a shared one is kept out of those its group excludes (docs/domain/account-scope.md#account-scope-7).
    """
    if website_id in {None, held.website_id}:
        return True
    assert website_id is not None
    return await can_act_on_website(connection, held.customer_id, website_id)


async def can_act_on_website(connection: Connection, customer_id: int, website_id: int) -> bool:
    """Whether the customer may act on a website that is not their own."""
    is_shared = await email_scope(connection, website_id) != website_id
    return is_shared and not await is_excluded_from_website(connection, customer_id, website_id)


async def is_excluded_from_website(connection: Connection, customer_id: int, website_id: int) -> bool:
    return await fetch_value(connection, IS_EXCLUDED, customer_id=customer_id, website_id=website_id)


async def record_session_use(connection: Connection, token_hash: bytes) -> None:
    """Used just now. At most once a minute for one token, whoever asks."""
    now = dt.datetime.now(dt.UTC)
    idle_until = func.least(
        token.c.expires_at, literal(now, DateTime(timezone=True)) + token.c.idle_seconds * ONE_SECOND
    )
    touched = await fetch_one(
        connection,
        update(token)
        .where(token.c.token_hash == token_hash, token.c.idle_until > now, IS_STALE)
        .values(idle_until=idle_until)
        .returning(token.c.customer_id, token.c.session_id),
    )
    if touched is not None:
        await execute_statement(connection, update(session).where(*_session_key(*touched)).values(last_used_at=now))


async def start_session(
    connection: Connection, customer_id: int, *, website_id: int, caller: RequestOrigin
) -> SessionGrant:
    """A session for a device that just proved who it is. The customer is locked by the caller."""
    shop = await settings_at(connection, SESSION_IDLE_MINUTES, SESSION_DAYS)
    expires_at = dt.datetime.now(dt.UTC) + dt.timedelta(days=shop[SESSION_DAYS])
    opened = await _insert_session(connection, customer_id, website_id, caller, expires_at)
    await _end_excess_sessions(connection, customer_id)
    return await _issue_tokens(connection, opened, idle=dt.timedelta(minutes=shop[SESSION_IDLE_MINUTES]))


async def start_session_without_refresh(
    connection: Connection, customer_id: int, *, lifetime: dt.timedelta, device: str
) -> str:
    """An access token that works for its whole lifetime, in a session of its own without a refresh token."""
    expires_at = dt.datetime.now(dt.UTC) + lifetime
    home = await fetch_value(connection, select(customer.c.website_id).where(customer.c.id == customer_id))
    opened = await _insert_session(connection, customer_id, home, RequestOrigin(user_agent=device), expires_at)
    return await insert_access_token(
        connection, customer_id, opened.id, website_id=home, expires_at=expires_at, idle=lifetime
    )


async def renew_session(
    connection: Connection, given: str, *, website_id: int | None, address: str | None
) -> SessionGrant | None:
    """New tokens for a refresh token. One used before ends its session: it was copied. None when it was no good.

    A website the session does not reach gets none either, and one that the group excludes by now ends it.
    """
    known = await fetch_one(connection, REFRESH_TOKEN_BY_HASH, token_hash=tokens.hash_token(given))
    if known is None:
        return None
    held = await fetch_one(
        connection, select(session).where(*_session_key(known.customer_id, known.session_id)).with_for_update()
    )
    now = dt.datetime.now(dt.UTC)
    if held is None or held.expires_at <= now or not await session_reaches_website(connection, held, website_id):
        return None
    used = await execute_statement(
        connection,
        update(refresh_token)
        .where(refresh_token.c.token_hash == known.token_hash, refresh_token.c.used_at.is_(None))
        .values(used_at=now),
    )
    if not used or await is_excluded_from_website(connection, held.customer_id, held.website_id):
        await end_sessions(connection, held.customer_id, [held.id])
        if not used:
            await _record_reuse(connection, held.customer_id, address)
        return None
    await execute_statement(
        connection, delete(token).where(token.c.customer_id == held.customer_id, token.c.session_id == held.id)
    )
    await execute_statement(
        connection, update(session).where(*_session_key(held.customer_id, held.id)).values(last_used_at=now)
    )
    shop = await settings_at(connection, SESSION_IDLE_MINUTES)
    return await _issue_tokens(connection, held, idle=dt.timedelta(minutes=shop[SESSION_IDLE_MINUTES]))


async def _record_reuse(connection: Connection, customer_id: int, address: str | None) -> None:
    owner = await fetch_one(connection, select(customer.c.version).where(customer.c.id == customer_id))
    if owner is not None:
        by = Actor(ActorKind.SYSTEM, address=address)
        await record_customer_event(connection, customer_id, kind="REFRESH_TOKEN_REUSED", version=owner.version, by=by)


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


async def end_other_sessions(connection: Connection, customer_id: int, *, keep: int | None) -> int:
    """End every session but one."""
    rows = await fetch_rows(
        connection,
        select(session.c.id).where(session.c.customer_id == customer_id, session.c.id.is_distinct_from(keep)),
    )
    return await end_sessions(connection, customer_id, [row.id for row in rows])


async def end_sessions_of_customers(connection: Connection, customer_ids: Sequence[int]) -> int:
    """End every session and token of these customers, whose rows the caller has locked; how many tokens it were."""
    await execute_statement(connection, delete(session).where(equals_any(session.c.customer_id, customer_ids)))
    await execute_statement(
        connection, delete(refresh_token).where(equals_any(refresh_token.c.customer_id, customer_ids))
    )
    return await execute_statement(connection, delete(token).where(equals_any(token.c.customer_id, customer_ids)))


async def insert_access_token(
    connection: Connection,
    customer_id: int,
    session_id: int,
    *,
    website_id: int,
    expires_at: dt.datetime,
    idle: dt.timedelta,
    staff_id: int | None = None,
) -> str:
    """A fresh access token; shown once, stored as a hash."""
    fresh = tokens.new_token(tokens.CUSTOMER)
    now = dt.datetime.now(dt.UTC)
    await execute_statement(
        connection,
        insert(token).values(
            token_hash=tokens.hash_token(fresh),
            customer_id=customer_id,
            session_id=session_id,
            staff_id=staff_id,
            website_id=website_id,
            idle_seconds=max(int(idle.total_seconds()), 0),
            idle_until=min(now + idle, expires_at),
            expires_at=expires_at,
        ),
    )
    return fresh


async def _insert_session(
    connection: Connection, customer_id: int, website_id: int, caller: RequestOrigin, expires_at: dt.datetime
) -> Row:
    opened = await fetch_one(
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
    assert opened is not None
    return opened


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


async def _issue_tokens(connection: Connection, held: Row, *, idle: dt.timedelta) -> SessionGrant:
    expires_at = min(dt.datetime.now(dt.UTC) + _MAX_ACCESS_LIFETIME, held.expires_at)
    access = await insert_access_token(
        connection, held.customer_id, held.id, website_id=held.website_id, expires_at=expires_at, idle=idle
    )
    refresh = tokens.new_token(tokens.REFRESH)
    await execute_statement(
        connection,
        insert(refresh_token).values(
            token_hash=tokens.hash_token(refresh),
            customer_id=held.customer_id,
            session_id=held.id,
            expires_at=held.expires_at,
        ),
    )
    return SessionGrant(held.customer_id, access, expires_at, refresh, held.expires_at)


def _session_key(customer_id: int, session_id: int) -> Any:
    return session.c.customer_id == customer_id, session.c.id == session_id
