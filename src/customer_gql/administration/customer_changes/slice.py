from typing import Final

from customer_gql.messaging.jobs.work import Schedule

from . import counts
from .change_log import CUSTOMER_CHANGES

PROJECTIONS: Final = (CUSTOMER_CHANGES,)
WORK: Final = (
    Schedule("customers.fold_counts", "* * * * *", counts.fold_counts),
    Schedule("customers.check_counts", "27 4 * * *", counts.check_counts),
)
