from typing import Final

from .checks import FOLLOWER
from .settings import SETTINGS
from .verification import VERIFY

__all__ = ["FOLLOWERS", "HISTORY", "SETTINGS", "WORK"]

FOLLOWERS: Final = (FOLLOWER,)
WORK: Final = (VERIFY,)
HISTORY: Final = ("VAT_RECHECKED",)
