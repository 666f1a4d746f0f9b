"""Deleting what has run out. Nothing depends on it being done: whatever is read here is read with its time."""

import datetime as dt

from sqlalchemy import delete, or_

from customer_gql.core.db import Connection, execute

from .tables import (
    customer_refresh_token,
    customer_session,
    customer_token,
    email_token,
    login_code,
    password_reset,
    throttle,
    visitor,
)

# Links are counted for an hour after they were sent, and answer "used" for as long as they are known.
_KEPT = dt.timedelta(days=1)
_VISITORS = dt.timedelta(days=1)
# A row of wrong passwords is in a row however slowly they come; a month without one is a new start.
_FAILURES = dt.timedelta(days=30)


async def purge(connection: Connection, now: dt.datetime) -> int:
    """How many rows went."""
    gone = 0
    for table in (customer_session, customer_refresh_token, login_code, password_reset, email_token):
        gone += await execute(connection, delete(table).where(table.c.expires_at < now - _KEPT))
    gone += await execute(
        connection,
        delete(customer_token).where(or_(customer_token.c.expires_at < now, customer_token.c.idle_until < now)),
    )
    gone += await execute(connection, delete(visitor).where(visitor.c.last_activity_at < now - _VISITORS))
    return gone + await execute(connection, delete(throttle).where(throttle.c.until < now - _FAILURES))
