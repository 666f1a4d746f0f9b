from typing import Final

from .actions import MASS_ACTION_WORK
from .undo import UNDO_WORK

JOB_WORK: Final = (MASS_ACTION_WORK, UNDO_WORK)
