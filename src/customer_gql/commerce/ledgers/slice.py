from typing import Final

from customer_gql.messaging.jobs.work import Schedule

from .cleanup import delete_old_refusals

WORK: Final = (Schedule("ledgers.delete_refusals", "27 3 * * *", delete_old_refusals),)
