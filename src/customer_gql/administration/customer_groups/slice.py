from typing import Final

from .deletion import GROUP_DELETE_WORK

JOB_WORK: Final = (GROUP_DELETE_WORK,)
