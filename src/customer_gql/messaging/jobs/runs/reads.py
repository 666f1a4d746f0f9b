from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Interval,
    Text,
    and_,
    any_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from customer_gql.core.actor import Actor
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer
from customer_gql.database.statements import AnySelect, compile_statement, equals_any
from customer_gql.loading.lists import RootList
from customer_gql.loading.pages import Pages, Sort
from customer_gql.loading.reads import capped_by, one_by
from customer_gql.shop.settings.reads import select_global_value

from .parts import unnest_keys
from .settings import KEPT_DAYS
from .tables import IDS_OF_A_PART, JobOwner, JobStatus, RowOutcome, count_of, job_part, job_row, job_run

SHOWN_PROBLEMS: Final = 50

_counts: Any = sum(job_run.c[count_of(outcome)] for outcome in RowOutcome)
PROCESSED_COUNT: Final[ColumnElement[int]] = _counts.label("processed_count")
JOB: Final = select(
    job_run,
    PROCESSED_COUNT,
    case((job_run.c.actor == JobOwner.STAFF.value, job_run.c.actor_id)).label("staff_id"),
    case((job_run.c.actor == JobOwner.SERVICE.value, job_run.c.actor_id)).label("service_id"),
)
_undo = job_run.alias("undo")
_IS_UNDONE: Final = exists().where(
    _undo.c.undo_of_id == job_run.c.id,
    not_(_undo.c.is_dry_run),
    not_(equals_any(_undo.c.status, [JobStatus.CANCELED.value, JobStatus.FAILED.value])),
)
_retry = job_run.alias("retry")
_IS_RETRIED: Final = exists().where(_retry.c.retry_of_id == job_run.c.id)
_kept: Any = literal_column("interval '1 day'").op("*", return_type=Interval())(select_global_value(KEPT_DAYS))
_SHOWN_JOB: Final = JOB.add_columns(
    _IS_UNDONE.label("is_undone"),
    _IS_RETRIED.label("is_retried"),
    (job_run.c.finished_at + _kept).label("undo_until"),
)
ONE_JOB: Final = compile_statement(JOB.where(job_run.c.id == bindparam("job_id", type_=BigInteger())))
jobs_by_id = one_by(_SHOWN_JOB, job_run.c.id)
job_list = RootList(_SHOWN_JOB, [Sort("NEWEST", (job_run.c.created_at, job_run.c.id), descending=True)])

rows_by_job = Pages(
    select(job_row).where(job_row.c.outcome == any_(bindparam("outcomes", type_=ARRAY(Text())))),
    job_row.c.job_id,
    sort=Sort("LINE", (job_row.c.line,)),
)
ROWS: Final = compile_statement(
    select(job_row).where(job_row.c.job_id == bindparam("job_id", type_=BigInteger())).order_by(job_row.c.line)
)


def _problems(*conditions: ColumnElement[bool]) -> Any:
    count: Any = func.count()
    return capped_by(
        select(job_row.c.job_id, job_row.c.key, job_row.c.params, count.label("count"))
        .where(job_row.c.key.is_not(None), *conditions)
        .group_by(job_row.c.job_id, job_row.c.key, job_row.c.params)
        .order_by(count.desc(), job_row.c.key, job_row.c.params),
        SHOWN_PROBLEMS,
        job_row.c.job_id,
    )


problems_by_job = _problems()
blockers_by_job = _problems(job_row.c.outcome == RowOutcome.REFUSED.value)


def select_lines() -> AnySelect:
    """Line and customer of the rows of a job after a line, so many of them, in their order."""
    after, most = bindparam("after", type_=Integer()), bindparam("most", type_=Integer())
    ids = unnest_keys(job_part)
    line: ColumnElement[int] = job_part.c.first_line + ids.c.place - 1
    return (
        select(line.label("line"), ids.c.id, ids.c.record_id)
        .select_from(job_part.join(ids, true()))
        .where(
            job_part.c.job_id == bindparam("job_id", type_=BigInteger()),
            job_part.c.first_line > after - IDS_OF_A_PART + 1,
            job_part.c.first_line <= after + most,
            line > after,
            line <= after + most,
        )
        .order_by(line)
    )


def select_other_undo(job_id: int, *, than: int) -> AnySelect:
    """Whether another job has undone or undoes this one, without any that was canceled or tried."""
    given = job_run.c.id == job_id
    return select(_IS_UNDONE.where(_undo.c.id != than)).where(given)


def visible_jobs(by: Actor, viewer: Viewer) -> list[ColumnElement[bool]]:
    """The jobs that somebody sees: their own, and with `jobs.manage` those of websites that they reach
    (docs/domain/bulk-jobs.md#bulk-jobs-7)."""
    own = and_(job_run.c.actor == by.kind.value, job_run.c.actor_id == by.id)
    if Permission.JOBS_MANAGE not in viewer.permissions:
        return [own]
    if viewer.website_ids is None:
        return []
    reached: Any = bindparam(None, sorted(viewer.website_ids), type_=ARRAY(BigInteger()))
    return [or_(own, job_run.c.website_ids.op("<@", is_comparison=True)(reached))]


def is_own_job(job: Any, by: Actor) -> bool:
    return (job.actor, job.actor_id) == (by.kind.value, by.id)


def is_visible_job(job: Any, by: Actor, viewer: Viewer) -> bool:
    if is_own_job(job, by):
        return True
    if Permission.JOBS_MANAGE not in viewer.permissions:
        return False
    return viewer.website_ids is None or _is_within(job.website_ids, viewer.website_ids)


def _is_within(websites: Collection[int] | None, reached: frozenset[int]) -> bool:
    return websites is not None and reached.issuperset(websites)
