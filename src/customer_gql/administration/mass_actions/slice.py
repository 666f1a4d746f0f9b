from typing import Final

from .actions import MASS_ACTION_WORK
from .settings import SETTINGS

__all__ = ["JOB_WORK", "SETTINGS"]

JOB_WORK: Final = (MASS_ACTION_WORK,)
