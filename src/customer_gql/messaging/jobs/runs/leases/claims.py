"""Which jobs a worker takes (docs/domain/bulk-jobs.md#bulk-jobs-3)."""

from typing import Any

from sqlalchemy import case, func, literal, or_, select, update

from customer_gql.database.pools import Database
from customer_gql.database.record_versions import lock_record
from customer_gql.database.statements import Connection, Row, equals_any, fetch_one, fetch_rows, fetch_value
from customer_gql.messaging.jobs.runs.kinds import list_lone_work, list_whole_work
from customer_gql.messaging.jobs.runs.settings import AT_ONCE
from customer_gql.messaging.jobs.runs.tables import JobStatus, job_run
from customer_gql.messaging.jobs.runs.writes import LEASE, JobLease
from customer_gql.shop.settings.reads import setting

is_due = or_(job_run.c.leased_until.is_(None), job_run.c.leased_until < func.clock_timestamp())
is_open = job_run.c.finished_at.is_(None)
takes_room = (is_open, job_run.c.status == JobStatus.RUNNING.value, job_run.c.started_at > job_run.c.created_at)
"""Jobs that others wait for. What an answer does begins in the transaction that asks for it: it is over in seconds, but there may
always be some of it."""


async def claim_jobs(database: Database) -> list[JobLease]:
    async with database.writes.acquire() as connection:
        if not await fetch_value(connection, select(select(job_run.c.id).where(is_open, is_due).exists())):
            return []
    async with database.transaction() as connection:
        # Two workers at one time would each find room for the last job.
        await lock_record(connection, "job_run")
        at_once = await setting(connection, AT_ONCE)
        busy = await _find_busy_kinds(connection)
        due = await fetch_rows(
            connection,
            select(job_run.c.id, job_run.c.status, job_run.c.work)
            .where(
                is_open,
                is_due,
                ~equals_any(job_run.c.work, list_whole_work()),
                or_(job_run.c.status != JobStatus.QUEUED.value, ~equals_any(job_run.c.work, busy)),
            )
            .order_by(job_run.c.status == JobStatus.QUEUED.value, job_run.c.created_at, job_run.c.id)
            .limit(2 * at_once)
            .with_for_update(skip_locked=True),
        )
        running = select(func.count()).where(*takes_room)
        room = at_once - await fetch_value(connection, running)
        begun = [row.id for row in due if row.status != JobStatus.QUEUED.value]
        waiting = _drop_second_of_a_kind([row for row in due if row.status == JobStatus.QUEUED.value])
        # One connection is left for everything else that the worker does.
        most = max(database.writes.get_max_size() - 1, 1)
        return await lease_jobs(connection, [*begun, *waiting[: max(room, 0)]][:most])


async def claim_canceled_job(database: Database) -> tuple[JobLease, str] | None:
    """One that was canceled and that nobody works on, and the name of its work. The one that waits longest comes first."""
    is_canceled = (is_open, is_due, job_run.c.status == JobStatus.CANCELING.value)
    async with database.writes.acquire() as connection:
        if not await fetch_value(connection, select(select(job_run.c.id).where(*is_canceled).exists())):
            return None
    async with database.transaction() as connection:
        due = await fetch_one(
            connection,
            select(job_run.c.id, job_run.c.work)
            .where(*is_canceled)
            .order_by(job_run.c.leased_until.nulls_first(), job_run.c.id)
            .limit(1)
            .with_for_update(skip_locked=True),
        )
        if due is None:
            return None
        [lease] = await lease_jobs(connection, [due.id])
        return lease, due.work


async def _find_busy_kinds(connection: Connection) -> list[str]:
    """Work that is done by one job at a time, and is being done."""
    alone = list_lone_work()
    is_begun = job_run.c.status != JobStatus.QUEUED.value
    running = select(job_run.c.work).distinct().where(is_open, is_begun, equals_any(job_run.c.work, alone))
    return [row.work for row in await fetch_rows(connection, running)] if alone else []


def _drop_second_of_a_kind(waiting: list[Row]) -> list[int]:
    alone, begun, kept = list_lone_work(), set[str](), list[int]()
    for row in waiting:
        if row.work not in begun:
            kept.append(row.id)
        if row.work in alone:
            begun.add(row.work)
    return kept


async def lease_jobs(connection: Connection, ids: list[int], **values: Any) -> list[JobLease]:
    """Take jobs that the caller has locked, and store `values` of them too."""
    is_queued = job_run.c.status == JobStatus.QUEUED.value
    claimed = await fetch_rows(
        connection,
        update(job_run)
        .where(equals_any(job_run.c.id, ids))
        .values(
            fence=job_run.c.fence + 1,
            leased_until=func.clock_timestamp() + literal(LEASE),
            status=case((is_queued, JobStatus.RUNNING.value), else_=job_run.c.status),
            started_at=func.coalesce(job_run.c.started_at, func.clock_timestamp()),
            **values,
        )
        .returning(job_run.c.id, job_run.c.fence, job_run.c.work),
    )
    return [JobLease(row.id, row.fence, row.work) for row in claimed]
