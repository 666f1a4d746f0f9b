"""What is deleted of customers' access once its time is over (docs/domain/sessions.md#sessions-9)."""

import datetime as dt
from typing import Final

from sqlalchemy import and_

from customer_gql.customers.newsletter.tables import newsletter_confirmation
from customer_gql.customers.profile.tables import customer_email, visitor
from customer_gql.database.expired_rows import Expiry, delete_expired_rows, expires
from customer_gql.messaging.jobs.work import Tools
from customer_gql.security.devices import EXPIRED_DEVICES
from customer_gql.security.sessions import ends_unused
from customer_gql.security.throttle import EXPIRED_FAILURES
from customer_gql.shop.settings.reads import setting

from .sessions.settings import IMPERSONATIONS_KEPT_DAYS
from .tables import (
    customer_refresh_token,
    customer_secret_owner,
    customer_session,
    customer_token,
    email_change_undo,
    email_token,
    impersonation,
    login_code,
    password_reset,
    remembered_sign_in,
)

_LINK_TABLES: Final = (
    customer_session,
    customer_refresh_token,
    login_code,
    password_reset,
    email_token,
    email_change_undo,
    newsletter_confirmation,
)
# Links are counted for an hour after they were sent, and answer "used" for as long as they are known.
_RETENTION: Final = dt.timedelta(days=1)
CUSTOMER_EXPIRIES: Final = (
    *[expires(table, kept=_RETENTION) for table in _LINK_TABLES],
    ends_unused(customer_token),
    expires(visitor, "last_activity_at", kept=_RETENTION),
    expires(customer_email, "reserved_until"),
    expires(remembered_sign_in),
    expires(customer_secret_owner, kept=_RETENTION),
    EXPIRED_FAILURES,
    EXPIRED_DEVICES,
)


_UNUSED_CODES: Final = Expiry(
    impersonation,
    lambda now: and_(impersonation.c.started_at.is_(None), impersonation.c.expires_at < now - _RETENTION),
)


async def delete_expired_access(tools: Tools) -> None:
    await delete_expired_rows(tools.database, CUSTOMER_EXPIRIES)


async def delete_old_impersonations(tools: Tools) -> None:
    """Of those that took place, the history of the customer keeps who, when and why."""
    async with tools.database.reads.acquire() as connection:
        kept = dt.timedelta(days=await setting(connection, IMPERSONATIONS_KEPT_DAYS))
    await delete_expired_rows(tools.database, (_UNUSED_CODES, expires(impersonation, kept=kept)))
