from typing import Any, Final

from sqlalchemy import BigInteger, bindparam, func, select

from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.database.statements import AnySelect, Connection, Row, compile_statement, fetch_one
from customer_gql.loading.reads import capped_by, one_by
from customer_gql.messaging.jobs.runs.tables import JobOwner

from .tables import stored_file

FILES_OF_A_JOB: Final = 10
_is_seen: Any = stored_file.c.stored_at.is_not(None) & (
    stored_file.c.expires_at.is_(None) | (stored_file.c.expires_at > func.now())
)
STORED_FILES: Final[AnySelect] = select(stored_file).where(_is_seen)
"""Files that are whole and not expired."""
_ONE: Final = compile_statement(STORED_FILES.where(stored_file.c.id == bindparam("file_id", type_=BigInteger())))
files_by_id = one_by(STORED_FILES, stored_file.c.id)
files_by_job = capped_by(STORED_FILES.order_by(stored_file.c.id), FILES_OF_A_JOB, stored_file.c.job_id)


async def find_readable_file(connection: Connection, file_id: int, viewer: Viewer) -> Row | None:
    """The file for somebody who may read it now; None for one that is unknown, expired, or not for them."""
    file = await fetch_one(connection, _ONE, file_id=file_id)
    return file if file is not None and is_readable_file(file, viewer) else None


def is_readable_file(file: Any, viewer: Viewer) -> bool:
    """For its owner and its recipients, as long as their rights cover what is in it (docs/domain/files.md#files-5)."""
    if viewer.kind is ViewerKind.STAFF:
        is_for = _is_owner(file, JobOwner.STAFF, viewer.staff_id) or viewer.staff_id in file.recipient_staff_ids
    elif viewer.kind is ViewerKind.SERVICE:
        is_for = _is_owner(file, JobOwner.SERVICE, viewer.service_id)
    else:
        return False
    return is_for and viewer.permissions.issuperset(file.permissions) and _covers(viewer, file)


def _is_owner(file: Any, kind: JobOwner, id: int | None) -> bool:
    return (file.owner_kind, file.owner_id) == (kind.value, id)


def _covers(viewer: Viewer, file: Any) -> bool:
    if viewer.website_ids is None:
        return True
    return file.website_ids is not None and viewer.website_ids.issuperset(file.website_ids)
