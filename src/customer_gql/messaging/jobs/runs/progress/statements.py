"""Statements that begin a job, and that count what was done of it."""

from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Interval,
    Text,
    and_,
    bindparam,
    case,
    column,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert as upsert

from customer_gql.database.statements import Statement, compile_statement
from customer_gql.messaging.jobs.runs.reads import PROCESSED_COUNT
from customer_gql.messaging.jobs.runs.tables import JobStatus, RowOutcome, count_of, job_row, job_run

_open = (
    select(job_run.c.id)
    .where(
        job_run.c.finished_at.is_(None),
        job_run.c.actor == bindparam("owner", type_=Text()),
        job_run.c.actor_id == bindparam("owner_id", type_=BigInteger()),
    )
    .limit(bindparam("most", type_=Integer()))
)
_count_open = select(func.count()).select_from(_open.subquery())
COUNT_OPEN: Final = compile_statement(_count_open)
"""Jobs of an owner that are not finished, up to `most`."""


@cache
def submit_statement(names: tuple[str, ...]) -> Statement:
    """Also counts the jobs of the owner that were open before."""
    put = upsert(job_run).values({name: bindparam(name, type_=job_run.c[name].type) for name in names})
    counted = _count_open.scalar_subquery().label("open_count")
    return compile_statement(put.on_conflict_do_nothing().returning(job_run.c.id, counted))


BEGIN: Final = compile_statement(
    update(job_run)
    .where(job_run.c.id == bindparam("job_id", type_=BigInteger()))
    .values(
        total_count=bindparam("count", type_=Integer()),
        status=literal_column(f"'{JobStatus.RUNNING.value}'"),
        fence=literal_column("1"),
        leased_until=func.clock_timestamp() + bindparam("lease", type_=Interval()),
        started_at=func.now(),  # as `created_at`, see `takes_room`
    )
)


_given = (
    func.jsonb_to_recordset(bindparam("rows", type_=JSONB()))
    .table_valued(
        column("line", Integer),
        column("customer_id", BigInteger),
        column("company_id", BigInteger),
        column("order_id", BigInteger),
        column("outcome", Text),
        column("key", Text),
        column("params", JSONB),
        column("path", ARRAY(Text)),
    )
    .render_derived(name="given", with_types=True)
)
_stored = insert(job_row).from_select(
    ["job_id", *_given.c.keys()], select(bindparam("job_id", type_=BigInteger()), *_given.c)
)


@cache
def advance_statement(ends_for: str | None, *, fails: bool, stores_rows: bool) -> Statement:
    """With `stores_rows` it also stores the outcomes of `rows`."""
    run = job_run.c
    added: dict[str, Any] = {
        name: run[name] + bindparam(f"added_{name}", type_=Integer()) for name in map(count_of, RowOutcome)
    }
    processed: ColumnElement[int] = sum(added.values())  # pyright: ignore[reportAssignmentType]
    is_finished = processed == run.total_count
    is_canceled = _is_canceled(added[count_of(RowOutcome.CANCELED)], is_to_end=ends_for is not None)
    ended = literal(JobStatus.FAILED.value) if fails else _ended_status(is_canceled)
    going_on: Any = run.status if ends_for is None else literal(JobStatus.CANCELING.value)
    reason: Any = run.cancel_reason if ends_for is None else func.coalesce(run.cancel_reason, ends_for)
    advanced = (
        update(job_run)
        .where(
            run.id == bindparam("job_id", type_=BigInteger()),
            run.fence == bindparam("fence", type_=run.fence.type),
        )
        .values(
            **added,
            status=case((is_finished, ended), else_=going_on),
            # A cancellation that came when every row was done changed nothing.
            cancel_reason=case((is_finished & ~is_canceled, None), else_=reason),
            finished_at=case((is_finished, func.clock_timestamp())),
            leased_until=func.clock_timestamp() + bindparam("lease", type_=Interval()),
        )
        .returning(job_run, PROCESSED_COUNT)
    )
    return compile_statement(advanced.add_cte(_stored.cte("stored")) if stores_rows else advanced)


def _is_canceled(canceled: ColumnElement[int], *, is_to_end: bool) -> ColumnElement[bool]:
    """Of a job that has no rows left; one that never had any is canceled when it was to end."""
    ends = or_(job_run.c.status == JobStatus.CANCELING.value, literal(is_to_end))
    return or_(canceled > 0, and_(job_run.c.total_count == 0, ends))


def _ended_status(is_canceled: ColumnElement[bool]) -> ColumnElement[str]:
    return case((is_canceled, JobStatus.CANCELED.value), else_=JobStatus.DONE.value)
