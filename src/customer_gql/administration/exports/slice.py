from typing import Final

from .export_job import EXPORT_WORK

JOB_WORK: Final = (EXPORT_WORK,)
