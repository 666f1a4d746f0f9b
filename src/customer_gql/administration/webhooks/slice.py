from typing import Final

from .notices import WEBHOOK_DISABLED, notify_webhook_managers
from .profiles import describe_profile
from .replay import REPLAY_WORK

MAILS: Final = (WEBHOOK_DISABLED,)
ON_WEBHOOK_DISABLED: Final = (notify_webhook_managers,)
WEBHOOK_PROFILES: Final = (describe_profile,)
JOB_WORK: Final = (REPLAY_WORK,)
