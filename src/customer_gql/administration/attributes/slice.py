from typing import Final

from .deletion import ATTRIBUTE_DELETE_WORK

JOB_WORK: Final = (ATTRIBUTE_DELETE_WORK,)
