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

BATCH_SIZE: Final = 5_000
_TABLES_OF_LINKS: Final = (
    customer_session,
    customer_refresh_token,
    login_code,
    password_reset,
    email_token,
    newsletter_confirmation,
)
# Links are counted for an hour after they were sent, and answer "used" for as long as they are known.
_LINK_RETENTION = dt.timedelta(days=1)
_VISITOR_RETENTION = dt.timedelta(days=1)
# A row of wrong passwords is in a row however slowly they come; a month without one is a new start.
_FAILURE_RETENTION = dt.timedelta(days=30)


async def delete_expired_access(tools: Tools) -> None:
    """In batches, so that no transaction holds many rows. Doing it twice does nothing the second time."""
    now = dt.datetime.now(dt.UTC)
    gone = 1
    while gone:
        async with tools.database.transaction() as connection:
            gone = await delete_batch(connection, now)


async def delete_batch(connection: Connection, now: dt.datetime) -> int:
    """How many rows went: a batch of each table at most."""
    gone = 0
    for table in _TABLES_OF_LINKS:
        gone += await _delete_rows(connection, table, table.c.expires_at < now - _LINK_RETENTION)
    gone += await _delete_rows(
        connection, customer_token, or_(customer_token.c.expires_at < now, customer_token.c.idle_until < now)
    )
    gone += await _delete_rows(connection, visitor, visitor.c.last_activity_at < now - _VISITOR_RETENTION)
    return gone + await _delete_rows(connection, throttle, throttle.c.until < now - _FAILURE_RETENTION)


async def _delete_rows(connection: Connection, table: Table, is_over: ColumnElement[bool]) -> int:
    key = tuple_(*table.primary_key.columns)
    batch = select(*table.primary_key.columns).where(is_over).limit(BATCH_SIZE)
    return await execute_statement(connection, delete(table).where(key.in_(batch)))
