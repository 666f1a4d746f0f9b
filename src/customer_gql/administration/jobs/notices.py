"""The mail about a job that was stopped because the one who started it lost the right to it (docs/domain/bulk-jobs.md#bulk-jobs-6)."""

from pathlib import Path
from typing import Any, Final

from customer_gql.core.clock import read_clock
from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import Permission
from customer_gql.database.statements import Connection, fetch_rows
from customer_gql.messaging.mail.kinds import MailKind, Sender, staff_page_path
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.staff.reads import select_holders

_JOBS_PAGE: Final = staff_page_path("jobs", "/admin/jobs", "where staff see their jobs")
_SAMPLES: Final = {
    "name": "Grace Hopper",
    "at": "2026-01-02T03:04:00+00:00",
    "job": encode_id("job", 1),
    "processed": "400",
    "total": "1000",
}
JOB_STOPPED: Final = MailKind(
    "job_stopped",
    "Notice that a job was stopped because the one who started it lost the right to it.",
    Sender.GENERAL,
    _JOBS_PAGE,
    _SAMPLES,
    Path(__file__).parent / "mails",
    for_staff=True,
)


async def notify_managers(connection: Connection, job: Any) -> None:
    """Tell everybody who manages jobs and reaches all websites of this one."""
    managers = await fetch_rows(connection, select_holders(Permission.JOBS_MANAGE, job.website_ids))
    told = {
        "at": read_clock().replace(microsecond=0).isoformat(),
        "job": encode_id("job", job.id),
        "processed": str(job.processed_count),
        "total": str(job.total_count),
    }
    for one in managers:
        await queue_mail(
            connection, template=JOB_STOPPED.name, recipient=one.email, placeholders={"name": one.name, **told}
        )
