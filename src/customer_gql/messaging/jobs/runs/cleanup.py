import datetime as dt

from sqlalchemy import ColumnElement, Table, select

from customer_gql.database.expired_rows import Expiry, delete_expired_rows
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.reads import setting

from .settings import KEPT_DAYS
from .tables import job_part, job_row, job_run


async def delete_old_jobs(tools: Tools) -> None:
    """Finished jobs after some days. Their rows go first, in batches, so that no statement deletes millions of them."""
    async with tools.database.writes.acquire() as connection:
        kept = dt.timedelta(days=await setting(connection, KEPT_DAYS))
    for expiry in (_of_old_job(job_row, kept), _of_old_job(job_part, kept), Expiry(job_run, _is_old(kept))):
        await delete_expired_rows(tools.database, [expiry])


def _is_old(kept: dt.timedelta):  # noqa: ANN202 - what `Expiry` takes
    def is_over(now: dt.datetime) -> ColumnElement[bool]:
        return job_run.c.finished_at < now - kept

    return is_over


def _of_old_job(table: Table, kept: dt.timedelta) -> Expiry:
    is_old = _is_old(kept)
    return Expiry(table, lambda now: table.c.job_id.in_(select(job_run.c.id).where(is_old(now))))
