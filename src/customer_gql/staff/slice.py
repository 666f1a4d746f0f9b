from typing import Final

from customer_gql.messaging.jobs.work import Schedule
from customer_gql.shop.websites.uses import Use

from . import cleanup
from .mails import MAILS
from .reads import find_owner_rights
from .sign_in.sessions import SETTINGS
from .tables import service_token, staff_role

__all__ = ["JOB_OWNERS", "MAILS", "SETTINGS", "WEBSITE_USES", "WORK"]

JOB_OWNERS: Final = (find_owner_rights,)

WORK: Final = (Schedule("staff.delete_expired", "27 * * * *", cleanup.delete_expired_staff_access),)
WEBSITE_USES: Final = (
    Use("roles of staff", staff_role.c.website_ids),
    Use("service tokens", service_token.c.website_ids),
)
