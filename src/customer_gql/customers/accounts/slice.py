from typing import Final

from customer_gql.messaging.jobs.work import Schedule

from . import cleanup

WORK: Final = (Schedule("accounts.delete_expired", "17 * * * *", cleanup.delete_expired),)
