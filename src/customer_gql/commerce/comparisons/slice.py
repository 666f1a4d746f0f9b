from typing import Final

from customer_gql.messaging.jobs.work import Schedule

from .cleanup import delete_old_visitors
from .writes import join_visitor

WORK: Final = (Schedule("comparisons.delete_old_visitors", "53 * * * *", delete_old_visitors),)
ON_SIGN_IN: Final = (join_visitor,)
