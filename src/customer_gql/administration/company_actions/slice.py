from typing import Final

from .actions import COMPANY_ACTION_WORK
from .undo import UNDO_COMPANY_WORK

JOB_WORK: Final = (COMPANY_ACTION_WORK, UNDO_COMPANY_WORK)
