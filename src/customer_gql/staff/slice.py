from typing import Final

from customer_gql.messaging.jobs.work import Schedule

from . import cleanup
from .mails import MAILS

__all__ = ["MAILS", "WORK"]

WORK: Final = (Schedule("staff.delete_expired", "27 * * * *", cleanup.delete_expired_staff_access),)
