from typing import Final

from customer_gql.messaging.jobs.work import Schedule
from customer_gql.shop.websites.uses import Use

from . import counts
from .change_log import CUSTOMER_CHANGES
from .tables import customer_change

PROJECTIONS: Final = (CUSTOMER_CHANGES,)
WORK: Final = (
    Schedule("customers.fold_counts", "* * * * *", counts.fold_counts),
    Schedule("customers.check_counts", "27 4 * * *", counts.check_counts),
)
WEBSITE_USES: Final = (Use("customer changes", customer_change.c.website_id),)
