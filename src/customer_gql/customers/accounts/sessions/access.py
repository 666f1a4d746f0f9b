"""Ending what lets customers in: sessions, impersonations, and every link and code that is still open."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    ColumnElement,
    DateTime,
    Table,
    Text,
    any_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.customers.accounts.tables import (
    customer_session,
    customer_token,
    email_token,
    impersonation,
    login_code,
    password_reset,
)
from customer_gql.customers.history.writes import record_customer_event, record_customer_events
from customer_gql.customers.profile.tables import customer
from customer_gql.database.distribution.of_customers import IsOne, compile_of_customers
from customer_gql.database.statements import (
    Connection,
    Row,
    compile_statement,
    equals_any,
    execute_statement,
    fetch_rows,
    fetch_value,
)
from customer_gql.shop.groups.tables import customer_group_excluded_website as excluded

from .remembered import forget_remembered_of_session
from .sessions import end_sessions, end_sessions_of_customers

SESSION_NOT_FOUND: Final = Refusal(
    "session.not_found", "There is no such session. It may have ended.", UserErrorCode.NOT_FOUND
)


async def end_all_access(connection: Connection, customer_ids: Sequence[int], *, by: Actor) -> int:
    """End all that lets these customers in: sessions, impersonations, every link and code still open. The history has the
    end of each impersonation, except of an account that is deleted.

    The caller has locked the customers' rows. Returns how many access tokens ended.
    """
    ended = await end_sessions_of_customers(connection, customer_ids)
    now = read_clock()
    impersonated = await _END_AND_REVOKE_ALL.fetch_rows(connection, customer_ids, now=now)
    await _record_ends(connection, impersonated, now, by)
    return ended


async def revoke_session(connection: Connection, locked: Row, session_id: int, *, by: Actor) -> None:
    """End one session of a customer whose row the caller has locked. Raises `RuleError` for one that is not there."""
    if not await end_sessions(connection, locked.id, [session_id]):
        raise SESSION_NOT_FOUND(path=["id"])
    await forget_remembered_of_session(connection, locked.id, session_id)
    await record_customer_event(connection, locked.id, kind="SESSION_REVOKED", version=locked.version, by=by)


async def end_sessions_elsewhere(connection: Connection, customer_id: int | None = None, *, by: Actor) -> int:
    """End what lets customers in on another website than their account's; of one of them or of all. How many sessions.

    As long as accounts work on one website, that is where their sessions are.
    """
    one = [] if customer_id is None else [customer.c.id == customer_id]
    return await _end_sessions_where(
        connection, lambda table: [customer.c.website_id != table.c.website_id, *one], by=by
    )


_group_id: Final = bindparam("group_id", type_=BigInteger())
_EXCLUDES_ANY: Final = compile_statement(
    select(select(excluded).where(or_(_group_id.is_(None), excluded.c.group_id == _group_id)).exists())
)


async def end_sessions_on_excluded_websites(
    connection: Connection, *, group_id: int | None = None, customer_ids: Sequence[int] | None = None, by: Actor
) -> int:
    """End what lets members of a group, or these customers, in on websites that their group excludes. How many sessions.
    With both, the customers are members of the group."""
    if customer_ids is not None and not customer_ids:
        return 0
    # Most groups exclude none.
    if not await fetch_value(connection, _EXCLUDES_ANY, group_id=group_id):
        return 0
    owners: list[ColumnElement[bool]] = [] if group_id is None else [customer.c.group_id == group_id]
    if customer_ids is not None:
        owners.append(equals_any(customer.c.id, customer_ids))
    return await _end_sessions_where(
        connection,
        lambda table: [
            *owners,
            excluded.c.group_id == customer.c.group_id,
            excluded.c.website_id == table.c.website_id,
        ],
        by=by,
    )


async def _end_sessions_where(
    connection: Connection, conditions: Callable[[Table], Sequence[ColumnElement[bool]]], *, by: Actor
) -> int:
    """Of their customers' sessions and tokens, those for which the conditions are true. How many sessions."""
    ended = await execute_statement(
        connection,
        delete(customer_session).where(customer.c.id == customer_session.c.customer_id, *conditions(customer_session)),
    )
    # After the sessions: a request that was renewing one of them is done by now. Refresh tokens are useless without it.
    tokens = await fetch_rows(
        connection,
        delete(customer_token)
        .where(customer.c.id == customer_token.c.customer_id, *conditions(customer_token))
        .returning(customer_token.c.customer_id, customer_token.c.session_id, customer_token.c.staff_id),
    )
    impersonated = [row for row in tokens if row.staff_id is not None]
    if impersonated:
        now = read_clock()
        owners, ids = ([row[name] for row in impersonated] for name in ("customer_id", "session_id"))
        await _record_ends(connection, await _END_THESE.fetch_rows(connection, owners, ids=ids, now=now), now, by)
    return ended


def _end_impersonations(*conditions: ColumnElement[bool]) -> Any:
    now = bindparam("now", type_=DateTime(timezone=True))
    return (
        update(impersonation)
        .where(*conditions, impersonation.c.ended_at.is_(None))
        .values(ended_at=func.least(impersonation.c.expires_at, now))
        .returning(impersonation.c.customer_id, impersonation.c.expires_at)
    )


async def _record_ends(connection: Connection, ended: Sequence[Row], now: dt.datetime, by: Actor) -> None:
    """Those that were still going on get an entry of the history."""
    owners = [row.customer_id for row in ended if row.expires_at > now]
    if not owners:
        return
    found = select(customer.c.id, customer.c.version).where(equals_any(customer.c.id, owners))
    versions = {row.id: row.version for row in await fetch_rows(connection, found)}
    while owners:
        # An entry for each, and several of one customer one after the other.
        once = dict.fromkeys(owners)
        for owner in once:
            owners.remove(owner)
        events = [(owner, versions[owner], {}) for owner in once]
        await record_customer_events(connection, events, kind="IMPERSONATION_ENDED", by=by)


async def revoke_open_links(connection: Connection, customer_ids: Sequence[int]) -> None:
    """With a change of a credential, every other way to change one ends; the link that was used is used up already."""
    await _REVOKE_ALL.execute(connection, customer_ids, now=read_clock())


async def revoke_reset_links(connection: Connection, customer_ids: Sequence[int]) -> None:
    await _REVOKE_RESETS.execute(connection, customer_ids, now=read_clock())


async def revoke_email_links(
    connection: Connection, customer_ids: Sequence[int], *, purpose: str | None = None
) -> None:
    """Links that confirm an address, or change it."""
    now = read_clock()
    if purpose is None:
        await _REVOKE_EMAIL_LINKS.execute(connection, customer_ids, now=now)
    else:
        await _REVOKE_LINKS_OF_PURPOSE.execute(connection, customer_ids, now=now, purpose=purpose)


def _revoke(is_one: IsOne, links: Table, *conditions: ColumnElement[bool]) -> Any:
    """Those of these customers that are still open."""
    return (
        update(links)
        .where(is_one(links.c.customer_id), links.c.used_at.is_(None), links.c.revoked_at.is_(None), *conditions)
        .values(revoked_at=bindparam("now", type_=DateTime(timezone=True)))
    )


def _revoke_all(is_one: IsOne) -> Sequence[CTE]:
    return _revoke(is_one, password_reset).cte("resets"), _revoke(is_one, email_token).cte("emails")


def _end_codes(is_one: IsOne) -> Any:
    return delete(login_code).where(is_one(login_code.c.customer_id))


_END_THESE: Final = compile_of_customers(
    lambda is_one: _end_impersonations(
        is_one(impersonation.c.customer_id),
        impersonation.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger()))),
    )
)
_REVOKE_RESETS: Final = compile_of_customers(lambda is_one: _revoke(is_one, password_reset))
_REVOKE_EMAIL_LINKS: Final = compile_of_customers(lambda is_one: _revoke(is_one, email_token))
_REVOKE_LINKS_OF_PURPOSE: Final = compile_of_customers(
    lambda is_one: _revoke(is_one, email_token, email_token.c.purpose == bindparam("purpose", type_=Text()))
)
_REVOKE_ALL: Final = compile_of_customers(lambda is_one: _end_codes(is_one).add_cte(*_revoke_all(is_one)))
_END_AND_REVOKE_ALL: Final = compile_of_customers(
    lambda is_one: _end_impersonations(is_one(impersonation.c.customer_id)).add_cte(
        *_revoke_all(is_one), _end_codes(is_one).cte("codes")
    )
)
