from typing import Final

from customer_gql.messaging.jobs.work import Schedule

from . import cleanup
from .mails import MAILS
from .reads import find_owner_rights

__all__ = ["JOB_OWNERS", "MAILS", "WORK"]

JOB_OWNERS: Final = (find_owner_rights,)

WORK: Final = (Schedule("staff.delete_expired", "27 * * * *", cleanup.delete_expired_staff_access),)
