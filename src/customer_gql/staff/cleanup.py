"""What is deleted of staff access once its time is over (docs/domain/jobs.md#jobs-6)."""

from typing import Final

from customer_gql.database.expired_rows import delete_expired_rows, expires
from customer_gql.messaging.jobs.work import Tools
from customer_gql.security.devices import EXPIRED_DEVICES
from customer_gql.security.sessions import ends_unused
from customer_gql.security.throttle import EXPIRED_FAILURES

from .tables import staff_invitation, staff_oidc_code, staff_oidc_flow, staff_password_reset, staff_session

STAFF_EXPIRIES: Final = (
    ends_unused(staff_session),
    expires(staff_invitation),
    expires(staff_password_reset),
    expires(staff_oidc_flow),
    expires(staff_oidc_code),
    EXPIRED_FAILURES,
    EXPIRED_DEVICES,
)


async def delete_expired_staff_access(tools: Tools) -> None:
    await delete_expired_rows(tools.database, STAFF_EXPIRIES)
