from typing import Final

from customer_gql.messaging.jobs.work import Poll, Schedule

from . import delivery
from .addressing import ADDRESSES, NAMES, REPLY_TO, SHOP_NAME, SHOP_URL

SETTINGS: Final = (SHOP_NAME, SHOP_URL, REPLY_TO, *NAMES.values(), *ADDRESSES.values())
WORK: Final = (
    Schedule("mail.purge", "37 3 * * *", delivery.purge),
    # Mails are claimed one by one, so that every worker may send; a schedule would leave them to one.
    Poll("mail.deliver", 2.0, delivery.deliver),
)
