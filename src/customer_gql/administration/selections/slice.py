from typing import Final

from customer_gql.messaging.jobs.work import Schedule

from .cleanup import delete_expired_selections
from .settings import SETTINGS

__all__ = ["SETTINGS", "WORK"]

WORK: Final = (Schedule("selections.delete_expired", "37 * * * *", delete_expired_selections),)
