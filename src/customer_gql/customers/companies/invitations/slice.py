import datetime as dt
from typing import Final

from customer_gql.database.expired_rows import delete_expired_rows, expires
from customer_gql.messaging.jobs.work import Schedule, Tools

from .tables import company_invitation

_KEPT: Final = dt.timedelta(days=30)
"""How long an invitation can be sent again after its link expired."""


async def delete_expired_invitations(tools: Tools) -> None:
    await delete_expired_rows(tools.database, [expires(company_invitation, kept=_KEPT)])


WORK: Final = (Schedule("companies.delete_invitations", "41 3 * * *", delete_expired_invitations),)
