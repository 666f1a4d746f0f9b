"""A mass action on the records of any list that slices declare actions on (docs/domain/mass-actions.md#mass-actions-1)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from customer_gql.administration.jobs.types import ShownProblem
from customer_gql.administration.selections.declaration import MassActions, Parameters
from customer_gql.administration.selections.inputs import ChosenRecords, choose_records
from customer_gql.administration.selections.operations import long_transaction
from customer_gql.core.actor import actor_of
from customer_gql.graph.context import Info
from customer_gql.graph.roots import RequiresPermission
from customer_gql.messaging.jobs.runs import writes
from customer_gql.messaging.jobs.runs.kinds import RowId, RowResult
from customer_gql.messaging.jobs.runs.reads import ROWS, jobs_by_id
from customer_gql.messaging.jobs.runs.runner import take_turn
from customer_gql.messaging.jobs.runs.tables import ErrorPolicy, RowOutcome, count_of
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.reads import setting

from .settings import AT_ONCE
from .undo import ANSWER_SECONDS

MAX_RESULTS: Final = 100


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as the graph shows it, with its place in the input."""

    line: int
    customer_id: int | None
    company_id: int | None
    order_id: int | None
    outcome: str
    key: str | None
    params: str | None
    path: list[str] | None


async def act_on_many(
    info: Info, actions: MassActions, input: Any, given: Parameters, *, dry_run: bool
) -> dict[str, Any]:
    """Do an action, or try it; the fields of the payload. `given` is what the action takes of the input.

    Raises `Forbidden`, and `RuleError` for what refuses it as a whole.
    """
    for permission in sorted(actions.work.permissions(given)):
        RequiresPermission(permission).check(info.context.viewer)
    chosen = await choose_records(info, actions.grid, actions.prefix, input.selection, input.search, input.except_ids)
    if dry_run:
        return await _try_action(info, actions, given, chosen, input.error_policy)
    job_id = await _submit_action(info, actions, input, given, chosen)
    return {"job_key": job_id, **await _read_answer(info, job_id, chosen.ids)}


async def _submit_action(info: Info, actions: MassActions, input: Any, given: Parameters, chosen: ChosenRecords) -> int:
    """Submit the job, once its parameters are checked, and do it at once where it is small; its id."""
    by, body = actor_of(info.context.viewer), [given, input.error_policy.value, chosen.body]
    async with long_transaction(info.context, is_long=chosen.ids is None) as connection:
        submission = writes.Submission(
            actions.work,
            await actions.settle(connection, given),
            f"{actions.names.root}MassAction",
            chosen.freeze_rows,
            input.error_policy,
            input.idempotency_key,
            body,
        )
        made = await writes.submit_job(connection, submission, by=by, at_once=await setting(connection, AT_ONCE))
        if made.is_new:
            await actions.check_parameters(connection, submission.parameters, by)
    if made.lease is not None:
        await take_turn(Tools(info.context.database, info.context.settings), made.lease, seconds=ANSWER_SECONDS)
    return made.job_id


async def _try_action(
    info: Info, actions: MassActions, given: Parameters, chosen: ChosenRecords, policy: ErrorPolicy
) -> dict[str, Any]:
    """Counts and blockers of all, read in one statement, and results of few; nothing is locked or written."""
    by = actor_of(info.context.viewer)
    async with long_transaction(info.context) as connection:
        parameters = await actions.settle(connection, given)
        await actions.check_parameters(connection, parameters, by)
        forecast = await actions.forecast(connection, parameters, chosen.selected, by)
        asked = forecast.counts.total()
        chosen.refuse_missing(asked)
        writes.validate_row_count(policy, asked)
        few = chosen.selected if asked <= MAX_RESULTS else None
        rows = [] if few is None else await actions.forecast_rows(connection, parameters, few, by)
    told = [_show_result(place, one, chosen.ids) for place, one in enumerate(rows, 1)]
    blockers = [ShownProblem.of(one.refused, one.count) for one in forecast.blockers]
    return {"found_blockers": blockers, **_describe_counts(forecast.counts, told)}


async def _read_answer(info: Info, job_id: int, given: Sequence[RowId] | None) -> dict[str, Any]:
    """The counts of a job and the results of a small one that is finished, as fields of the payload."""
    job: Any = await info.context.load(jobs_by_id, job_id)
    is_shown = job.finished_at is not None and job.total_count <= MAX_RESULTS
    rows = await info.context.fetch(ROWS, job_id=job_id) if is_shown else []
    shown = [
        ShownRow(
            row.line,
            row.customer_id,
            row.company_id,
            row.order_id,
            row.outcome,
            row.key,
            row.params,
            row.key and _path_of(row, given),
        )
        for row in rows
    ]
    counts = {count_of(one): getattr(job, count_of(one)) for one in RowOutcome}
    return {"results": shown, "asked_count": job.total_count, **counts}


def _describe_counts(counts: Counter[RowOutcome], results: Sequence[ShownRow]) -> dict[str, Any]:
    """The same for a dry run."""
    totals: dict[str, Any] = {count_of(one): counts[one] for one in RowOutcome}
    return {"results": results, "asked_count": counts.total(), **totals}


def _show_result(place: int, result: RowResult, given: Sequence[RowId] | None) -> ShownRow:
    refused = result.refused
    told = (None, None) if refused is None else (refused.key, orjson.dumps(refused.params).decode())
    path = None if refused is None else _path_of(result, given)
    about = (result.customer_id, result.company_id, result.order_id)
    return ShownRow(place, *about, result.outcome.value, *told, path)


def _path_of(row: Any, given: Sequence[RowId] | None) -> list[str] | None:
    """The place of the id in the input, where ids were given."""
    id: RowId = row.customer_id if row.company_id is None else row.company_id
    if row.order_id is not None:
        id = (row.customer_id, row.order_id)
    return None if given is None else ["selection", "ids", str(given.index(id))]
