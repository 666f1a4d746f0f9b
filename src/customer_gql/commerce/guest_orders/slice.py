from typing import Final

from customer_gql.messaging.jobs.work import Schedule

from .notices import MAILS
from .writes import delete_expired_links

__all__ = ["MAILS", "WORK"]

WORK: Final = (Schedule("guest_orders.delete_expired", "23 * * * *", delete_expired_links),)
