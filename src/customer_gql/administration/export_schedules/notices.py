"""The mails about exports that a schedule made; a link leads to a page, never to the file (docs/domain/exports.md#exports-9)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row, equals_any, fetch_rows
from customer_gql.messaging.jobs.runs.tables import JobOwner
from customer_gql.messaging.mail.kinds import MailKind, Sender, staff_page_path
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.staff.tables import staff_user

_EXPORTS_PAGE: Final = staff_page_path("exports", "/admin/exports", "where staff see and download exports")
_SAMPLES: Final = {"name": "Grace Hopper", "schedule": "Customers of the week", "job": encode_id("job", 1)}
_FOLDER: Final = Path(__file__).parent / "mails"
EXPORT_READY: Final = MailKind(
    "export_ready",
    "Notice that a scheduled export is ready. It has no link to the file itself.",
    Sender.GENERAL,
    _EXPORTS_PAGE,
    {**_SAMPLES, "rows": "1000"},
    _FOLDER,
    for_staff=True,
)
EXPORT_FAILED: Final = MailKind(
    "export_failed",
    "Notice that a scheduled export failed.",
    Sender.GENERAL,
    _EXPORTS_PAGE,
    {**_SAMPLES, "key": "export.rows_differ", "broken": ""},
    _FOLDER,
    for_staff=True,
)


async def tell_ready(connection: Connection, schedule: Row, job: Any) -> None:
    told = {"schedule": schedule.name, "job": encode_id("job", job.id), "rows": str(job.done_count)}
    await _tell(connection, EXPORT_READY, schedule, told)


async def tell_failed(connection: Connection, schedule: Row, job: Any, key: str, *, is_broken: bool) -> None:
    """`broken` is empty while the schedule goes on."""
    told = {"schedule": schedule.name, "job": "" if job is None else encode_id("job", job.id), "key": key}
    await _tell(connection, EXPORT_FAILED, schedule, {**told, "broken": "1" if is_broken else ""})


async def _tell(connection: Connection, kind: MailKind, schedule: Row, told: Mapping[str, str]) -> None:
    """Its owner and its recipients, as far as they still work in the shop."""
    ids = {*schedule.recipient_staff_ids, *([schedule.owner_id] if schedule.owner_kind == JobOwner.STAFF.value else [])}
    people = select(staff_user.c.email, staff_user.c.name).where(
        equals_any(staff_user.c.id, sorted(ids)), staff_user.c.is_active
    )
    for one in await fetch_rows(connection, people.order_by(staff_user.c.id)):
        await queue_mail(connection, template=kind.name, recipient=one.email, placeholders={"name": one.name, **told})
