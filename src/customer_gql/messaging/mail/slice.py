from typing import Final

from customer_gql.messaging.jobs.work import Poll, Schedule

from . import budgets, delivery
from .addressing import REPLY_TO, SENDER_ADDRESSES, SENDER_NAMES, SHOP_NAME, SHOP_URL
from .bulk import BULK_PER_MINUTE
from .measuring import backlog
from .writes import delete_templates_of_scope

SETTINGS: Final = (
    *budgets.SETTINGS,
    BULK_PER_MINUTE,
    SHOP_NAME,
    SHOP_URL,
    REPLY_TO,
    *SENDER_NAMES.values(),
    *SENDER_ADDRESSES.values(),
)
WORK: Final = (
    Schedule("mail.purge", "37 3 * * *", delivery.purge_outbox),
    Schedule("mail.erase_secrets", "*/5 * * * *", delivery.erase_secrets),
    # Mails are claimed one by one, so that every worker may send; a schedule would leave them to one.
    Poll("mail.deliver", 2.0, delivery.deliver_mails),
    Poll("mail.measure", backlog.SECONDS, backlog.measure_mails),
)
ON_SCOPE_DELETED: Final = (delete_templates_of_scope,)
