"""What is deleted of customers' access once its time is over (docs/domain/sessions.md#sessions-9)."""

import datetime as dt
from typing import Final

from customer_gql.customers.newsletter.tables import newsletter_confirmation
from customer_gql.customers.profile.tables import customer_email, visitor
from customer_gql.database.expired_rows import delete_expired_rows, expires
from customer_gql.messaging.jobs.work import Tools
from customer_gql.security.devices import EXPIRED_DEVICES
from customer_gql.security.sessions import ends_unused
from customer_gql.security.throttle import EXPIRED_FAILURES

from .tables import (
    customer_refresh_token,
    customer_session,
    customer_token,
    email_change_undo,
    email_token,
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
    EXPIRED_FAILURES,
    EXPIRED_DEVICES,
)


async def delete_expired_access(tools: Tools) -> None:
    await delete_expired_rows(tools.database, CUSTOMER_EXPIRIES)
