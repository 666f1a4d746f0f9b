"""What the examples of the page are about: a customer, a saved view, jobs, a file and a webhook."""

from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select

from customer_gql.administration.grid_views.tables import grid_view
from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.tables import customer
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, fetch_rows, fetch_value
from customer_gql.messaging.files.tables import FilePurpose, stored_file
from customer_gql.messaging.jobs.runs.tables import JobKind, job_run
from customer_gql.messaging.webhooks.tables import webhook

from .documents import NOBODY, Sample

_IS_FINISHED: Final = job_run.c.finished_at.is_not(None)
_IS_ACTION: Final = job_run.c.kind == JobKind.MASS_ACTION.value


async def find_sample(database: Database) -> Sample:
    """The second customer of the shop: an example ends sessions, and the demo prints a token of the first one. And a view
    that everybody sees, and the newest of everything else."""
    oldest = select(customer.c.id, customer.c.version).order_by(customer.c.number).limit(2)
    shared = select(grid_view.c.id).filter_by(grid="CUSTOMERS", is_shared=True).order_by(grid_view.c.id)
    exported = (stored_file.c.purpose == FilePurpose.EXPORT.value, stored_file.c.stored_at.is_not(None))
    async with database.reads.acquire() as connection:
        found = await fetch_rows(connection, oldest)
        done = await _find_newest(connection, "job", job_run, _IS_ACTION, _IS_FINISHED, job_run.c.done_count > 0)
        has_left = or_(job_run.c.failed_count > 0, job_run.c.canceled_count > 0)
        sample = NOBODY._replace(
            view_id=_encode("gvw", await fetch_value(connection, shared.limit(1))),
            job_id=done,
            open_job_id=await _find_newest(connection, "job", job_run, ~_IS_FINISHED) or done,
            canceled_job_id=await _find_newest(connection, "job", job_run, _IS_ACTION, _IS_FINISHED, has_left),
            file_id=await _find_newest(connection, "fil", stored_file, *exported),
            webhook_id=await _find_newest(connection, "whk", webhook),
        )
    if not found:
        return sample
    return sample._replace(customer_id=encode_id("cus", found[-1].id), customer_version=found[-1].version)


async def _find_newest(connection: Connection, prefix: str, table: Any, *conditions: ColumnElement[bool]) -> str:
    newest = select(table.c.id).where(*conditions).order_by(table.c.created_at.desc(), table.c.id.desc()).limit(1)
    return _encode(prefix, await fetch_value(connection, newest))


def _encode(prefix: str, id: int | None) -> str:
    return "" if id is None else encode_id(prefix, id)
