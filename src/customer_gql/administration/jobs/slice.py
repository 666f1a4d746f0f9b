from typing import Final

from .notices import JOB_STOPPED, notify_managers

MAILS: Final = (JOB_STOPPED,)
ON_OWNER_LOST_ACCESS: Final = (notify_managers,)
