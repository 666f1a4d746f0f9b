from typing import Final

from customer_gql.messaging.jobs.work import Poll, Schedule

from . import budgets, delivery
from .addressing import REPLY_TO, SENDER_ADDRESSES, SENDER_NAMES, SHOP_NAME, SHOP_URL

SETTINGS: Final = (*budgets.SETTINGS, SHOP_NAME, SHOP_URL, REPLY_TO, *SENDER_NAMES.values(), *SENDER_ADDRESSES.values())
WORK: Final = (
    Schedule("mail.purge", "37 3 * * *", delivery.purge_outbox),
    Schedule("mail.erase_secrets", "*/5 * * * *", delivery.erase_secrets),
    # Mails are claimed one by one, so that every worker may send; a schedule would leave them to one.
    Poll("mail.deliver", 2.0, delivery.deliver_mails),
)
