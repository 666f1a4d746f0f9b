"""Ending what lets customers in: sessions, impersonations, and every link and code that is still open."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, func, select, update

from customer_gql.core.actor import Actor
from customer_gql.customers.accounts.tables import (
    customer_session,
    customer_token,
    email_token,
    impersonation,
    login_code,
    password_reset,
)
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, equals_any, execute_statement, fetch_rows

from .sessions import end_sessions_of_customers


async def end_all_access(connection: Connection, customer_ids: Sequence[int], *, by: Actor) -> int:
    """End all that lets these customers in: sessions, impersonations, every link and code still open. The history has the
    end of each impersonation, except of an account that is deleted.

    The caller has locked the customers' rows. Returns how many access tokens ended.
    """
    ended = await end_sessions_of_customers(connection, customer_ids)
    await _end_impersonations(connection, equals_any(impersonation.c.customer_id, customer_ids), by)
    await revoke_open_links(connection, customer_ids)
    return ended


async def end_sessions_elsewhere(connection: Connection, customer_id: int | None = None, *, by: Actor) -> int:
    """End what lets customers in on another website than their account's; of one of them or of all. How many sessions.

    As long as accounts work on one website, that is where their sessions are.
    """
    one = [] if customer_id is None else [customer.c.id == customer_id]
    ended = await execute_statement(
        connection,
        delete(customer_session).where(
            customer.c.id == customer_session.c.customer_id,
            customer.c.website_id != customer_session.c.website_id,
            *one,
        ),
    )
    # After the sessions: a request that was renewing one of them is done by now. Refresh tokens are useless without it.
    tokens = await fetch_rows(
        connection,
        delete(customer_token)
        .where(
            customer.c.id == customer_token.c.customer_id, customer.c.website_id != customer_token.c.website_id, *one
        )
        .returning(customer_token.c.session_id, customer_token.c.staff_id),
    )
    impersonation_ids = [row.session_id for row in tokens if row.staff_id is not None]
    await _end_impersonations(connection, equals_any(impersonation.c.id, impersonation_ids), by)
    return ended


async def _end_impersonations(connection: Connection, where: ColumnElement[bool], by: Actor) -> None:
    """Those that were still going on get an entry of the history."""
    now = dt.datetime.now(dt.UTC)
    ended = await fetch_rows(
        connection,
        update(impersonation)
        .where(where, impersonation.c.ended_at.is_(None))
        .values(ended_at=func.least(impersonation.c.expires_at, now))
        .returning(impersonation.c.customer_id, impersonation.c.expires_at),
    )
    owners = [row.customer_id for row in ended if row.expires_at > now]
    if not owners:
        return
    found = select(customer.c.id, customer.c.version).where(equals_any(customer.c.id, owners))
    versions = {row.id: row.version for row in await fetch_rows(connection, found)}
    for owner in owners:
        version = versions[owner]
        await record_customer_event(connection, owner, kind="IMPERSONATION_ENDED", version=version, by=by)


async def revoke_open_links(connection: Connection, customer_ids: Sequence[int]) -> None:
    """With a change of a credential, every other way to change one ends; the link that was used is used up already."""
    await execute_statement(connection, delete(login_code).where(equals_any(login_code.c.customer_id, customer_ids)))
    await revoke_reset_links(connection, customer_ids)
    await revoke_email_links(connection, customer_ids)


async def revoke_reset_links(connection: Connection, customer_ids: Sequence[int]) -> None:
    await execute_statement(
        connection,
        update(password_reset)
        .where(
            equals_any(password_reset.c.customer_id, customer_ids),
            password_reset.c.used_at.is_(None),
            password_reset.c.revoked_at.is_(None),
        )
        .values(revoked_at=dt.datetime.now(dt.UTC)),
    )


async def revoke_email_links(
    connection: Connection, customer_ids: Sequence[int], *, purpose: str | None = None
) -> None:
    """Links that confirm an address, or change it."""
    await execute_statement(
        connection,
        update(email_token)
        .where(
            equals_any(email_token.c.customer_id, customer_ids),
            email_token.c.used_at.is_(None),
            email_token.c.revoked_at.is_(None),
            *([] if purpose is None else [email_token.c.purpose == purpose]),
        )
        .values(revoked_at=dt.datetime.now(dt.UTC)),
    )
