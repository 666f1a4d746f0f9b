from typing import Final

from .deletion import ATTRIBUTE_DELETE_WORK
from .searching import ATTRIBUTE_INDEX_WORK

JOB_WORK: Final = (ATTRIBUTE_DELETE_WORK, ATTRIBUTE_INDEX_WORK)
