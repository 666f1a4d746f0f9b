from typing import Final

from customer_gql.messaging.jobs.work import Schedule

from .cleanup import delete_expired_files
from .settings import SETTINGS

__all__ = ["SETTINGS", "WORK"]

WORK: Final = (Schedule("files.delete_expired", "27 * * * *", delete_expired_files),)
