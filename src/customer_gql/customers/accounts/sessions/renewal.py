"""Renewal: a refresh token is exchanged for a new pair (docs/domain/sessions.md#sessions-4).

Two tabs, or a client that lost the answer, present the same token twice. For a short time the token that was exchanged
last gets the same pair again; whatever is presented otherwise was copied, and ends the session.
"""

import datetime as dt
from typing import Final

from sqlalchemy import BigInteger, DateTime, LargeBinary, bindparam, delete, exists, null, select, update

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.clock import read_clock
from customer_gql.customers.accounts.tables import (
    customer_refresh_token as refresh_token,
    customer_session as session,
    customer_token as token,
)
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile import writes as customers
from customer_gql.customers.profile.tables import customer
from customer_gql.database.distribution.forms import are_forms_distributed, for_one_machine
from customer_gql.database.statements import Connection, Row, compile_statement, execute_statement, fetch_one
from customer_gql.messaging.jobs.work import Tools
from customer_gql.security import tokens
from customer_gql.security.sealed_grants import open_grant, seal_grant
from customer_gql.security.sessions import SessionGrant
from customer_gql.shop.groups.tables import customer_group_excluded_website as excluded
from customer_gql.shop.settings.reads import settings_at

from .reach import session_reaches_website
from .remembered import forget_remembered_of_session
from .secret_owners import fetch_secret
from .sessions import describe_grant, end_sessions, insert_grant, make_grant, store_owners_of_grant
from .settings import REFRESH_REPEAT_SECONDS, SESSION_IDLE_MINUTES

_owner: Final = bindparam("owner", type_=BigInteger())
_of: Final = bindparam("of", type_=BigInteger())
_now: Final = bindparam("now", type_=DateTime(timezone=True))
_is_session: Final = (session.c.customer_id == _owner, session.c.id == _of)
_LOCK_SESSION: Final = compile_statement(select(session).where(*_is_session).with_for_update())
_presented: Final = refresh_token.c.token_hash == bindparam("presented", type_=LargeBinary())
# A token that was used takes two statements, because its customer is locked before its session.
_LOCK_SESSION_OF_UNUSED: Final = for_one_machine(
    compile_statement(
        select(session)
        .join(
            refresh_token,
            (refresh_token.c.customer_id == session.c.customer_id) & (refresh_token.c.session_id == session.c.id),
        )
        .where(_presented, refresh_token.c.used_at.is_(None))
        .with_for_update(of=session)
    )
)
_is_excluded = exists().where(
    excluded.c.group_id == customer.c.group_id, excluded.c.website_id == bindparam("website", type_=BigInteger())
)
_PRESENTED: Final = compile_statement(
    select(refresh_token, _is_excluded.label("is_excluded"))
    .select_from(customer)
    .outerjoin(refresh_token, (refresh_token.c.customer_id == customer.c.id) & _presented)
    .where(customer.c.id == _owner)
)
_kept = update(session).where(*_is_session).values(last_used_at=_now)
_ended = delete(token).where(token.c.customer_id == _owner, token.c.session_id == _of)
# Erases what earlier tokens of the session would get again: from now on only the newest one is repeated.
_forgotten = (
    update(refresh_token)
    .where(
        refresh_token.c.customer_id == _owner, refresh_token.c.session_id == _of, refresh_token.c.successor.is_not(None)
    )
    .values(successor=null(), successor_until=null())
)
_used = (
    update(refresh_token)
    .where(
        refresh_token.c.customer_id == _owner,
        refresh_token.c.token_hash == bindparam("presented", type_=LargeBinary()),
    )
    .values(
        used_at=_now,
        successor=bindparam("sealed", type_=LargeBinary()),
        successor_until=bindparam("until", type_=DateTime(timezone=True)),
    )
)
# No two parts change one row: the presented token was not used before, so that it has no successor.
_EXCHANGE: Final = insert_grant(_kept.cte("kept"), _ended.cte("ended"), _forgotten.cte("forgotten"), _used.cte("used"))


async def renew_session(
    connection: Connection, given: str, *, website_id: int | None, address: str | None
) -> SessionGrant | None:
    """New tokens for a refresh token; None when it does not work.

    A website the session does not reach gets none either, and one that the group excludes by now ends the session.
    """
    current = await _lock_session(connection, tokens.hash_token(given))
    if current is None or not await session_reaches_website(connection, current, website_id):
        return None
    # Read under the lock of the session: a parallel request may have used the token.
    of = {"owner": current.customer_id, "website": current.website_id}
    presented = await fetch_one(connection, _PRESENTED, **of, presented=tokens.hash_token(given))
    if presented is None or presented.is_excluded:
        await end_sessions(connection, current.customer_id, [current.id])
        return None
    if presented.token_hash is None:
        return None
    if presented.used_at is None:
        return await _exchange(connection, current, given)
    return await _repeat_or_end(connection, current, presented, given, address)


async def _lock_session(connection: Connection, presented: bytes) -> Row | None:
    """The session of a token, unless it is over."""
    if not are_forms_distributed():
        current = await fetch_one(connection, _LOCK_SESSION_OF_UNUSED, presented=presented)
        if current is not None:
            return current if current.expires_at > read_clock() else None
    known = await fetch_secret(connection, refresh_token, presented)
    if known is None:
        return None
    if known.used_at is not None:
        # Before the session, as everywhere: a token used again may be written into the customer's history.
        await customers.lock_customers(connection, [known.customer_id], websites=None)
    current = await fetch_one(connection, _LOCK_SESSION, owner=known.customer_id, of=known.session_id)
    return current if current is not None and current.expires_at > read_clock() else None


async def _exchange(connection: Connection, current: Row, given: str) -> SessionGrant:
    now = read_clock()
    shop = await settings_at(connection, SESSION_IDLE_MINUTES, REFRESH_REPEAT_SECONDS)
    of = {"owner": current.customer_id, "of": current.id}
    idle = dt.timedelta(minutes=shop[SESSION_IDLE_MINUTES])
    grant = make_grant(current, idle=idle)
    until = now + dt.timedelta(seconds=shop[REFRESH_REPEAT_SECONDS])
    sealed = seal_grant(grant, presented=given) if until > now else None
    repeated = {"sealed": sealed, "until": None if sealed is None else until}
    pair = describe_grant(grant, current, idle=idle)
    used = {**of, "presented": tokens.hash_token(given), "now": now, **repeated}
    await execute_statement(connection, _EXCHANGE, **used, **pair)
    await store_owners_of_grant(connection, pair)
    return grant


async def _repeat_or_end(
    connection: Connection, current: Row, presented: Row, given: str, address: str | None
) -> SessionGrant | None:
    """The pair of before for the token that was exchanged last, within its time; else the end of the session."""
    if presented.successor is not None and presented.successor_until > read_clock():
        return open_grant(presented.successor, presented=given)
    await end_sessions(connection, current.customer_id, [current.id])
    await forget_remembered_of_session(connection, current.customer_id, current.id)
    await _record_reuse(connection, current.customer_id, address)
    return None


async def _record_reuse(connection: Connection, customer_id: int, address: str | None) -> None:
    owner = (await customers.lock_customers(connection, [customer_id], websites=None)).get(customer_id)
    if owner is not None:
        by = Actor(ActorKind.SYSTEM, address=address)
        await record_customer_event(connection, customer_id, kind="REFRESH_TOKEN_REUSED", version=owner.version, by=by)


async def forget_expired_successors(tools: Tools) -> None:
    """Every minute: what can no longer be handed out is not kept."""
    over = refresh_token.c.successor.is_not(None) & (refresh_token.c.successor_until <= read_clock())
    # Those that somebody else is just writing are left to the next minute, so that it waits for nobody.
    free = select(refresh_token.c.token_hash).where(over).with_for_update(skip_locked=True)
    found = over if are_forms_distributed() else refresh_token.c.token_hash.in_(free)
    async with tools.database.transaction() as connection:
        await execute_statement(
            connection, update(refresh_token).where(found).values(successor=None, successor_until=None)
        )
