"""Deleting what has run out. Nothing depends on it being done: whatever is read here is read with its time."""

import datetime as dt
from typing import Final

from sqlalchemy import ColumnElement, Table, delete, or_, select, tuple_

from customer_gql.customers.newsletter.tables import newsletter_confirmation
from customer_gql.customers.profile.tables import visitor
from customer_gql.database.statements import Connection, execute_statement
from customer_gql.messaging.jobs.work import Tools
from customer_gql.security.tables import throttle

from .tables import customer_refresh_token, customer_session, customer_token, email_token, login_code, password_reset

BATCH: Final = 5_000
_LINKS: Final = (
    customer_session,
    customer_refresh_token,
    login_code,
    password_reset,
    email_token,
    newsletter_confirmation,
)
# Links are counted for an hour after they were sent, and answer "used" for as long as they are known.
_KEPT = dt.timedelta(days=1)
_VISITORS = dt.timedelta(days=1)
# A row of wrong passwords is in a row however slowly they come; a month without one is a new start.
_FAILURES = dt.timedelta(days=30)


async def delete_expired(tools: Tools) -> None:
    """In batches, so that no transaction holds many rows. Doing it twice does nothing the second time."""
    now = dt.datetime.now(dt.UTC)
    gone = 1
    while gone:
        async with tools.database.transaction() as connection:
            gone = await purge(connection, now)


async def purge(connection: Connection, now: dt.datetime) -> int:
    """How many rows went: a batch of each table at most."""
    gone = 0
    for table in _LINKS:
        gone += await _delete(connection, table, table.c.expires_at < now - _KEPT)
    gone += await _delete(
        connection, customer_token, or_(customer_token.c.expires_at < now, customer_token.c.idle_until < now)
    )
    gone += await _delete(connection, visitor, visitor.c.last_activity_at < now - _VISITORS)
    return gone + await _delete(connection, throttle, throttle.c.until < now - _FAILURES)


async def _delete(connection: Connection, table: Table, is_over: ColumnElement[bool]) -> int:
    key = tuple_(*table.primary_key.columns)
    batch = select(*table.primary_key.columns).where(is_over).limit(BATCH)
    return await execute_statement(connection, delete(table).where(key.in_(batch)))
