from typing import Final

from .actions import ORDER_ACTION_WORK
from .undo import UNDO_ORDER_WORK

JOB_WORK: Final = (ORDER_ACTION_WORK, UNDO_ORDER_WORK)
