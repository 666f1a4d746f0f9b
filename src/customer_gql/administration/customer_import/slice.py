from typing import Final

from customer_gql.messaging.jobs.work import Job, Schedule

from .cleanup import expire_imports
from .runs.report import write_report
from .runs.work import IMPORT_WORK, WRITE_REPORT, end_import
from .settings import SETTINGS

__all__ = ["SETTINGS"]

JOB_WORK: Final = (IMPORT_WORK,)
ON_JOB_FINISHED: Final = (end_import,)
WORK: Final = (Job(WRITE_REPORT, write_report), Schedule("imports.expire", "37 * * * *", expire_imports))
