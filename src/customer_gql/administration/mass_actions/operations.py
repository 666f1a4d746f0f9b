from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import orjson
import strawberry

from customer_gql.administration.jobs.operations import KEY_DESCRIPTION
from customer_gql.core.actor import actor_of
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.input_ids import parse_input_id, parse_input_ids
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, DryRun, RequiresPermission, admin_mutation
from customer_gql.messaging.jobs.runs import writes
from customer_gql.messaging.jobs.runs.kinds import JobScope, RowResult
from customer_gql.messaging.jobs.runs.reads import ROWS, jobs_by_id
from customer_gql.messaging.jobs.runs.runner import work_on_job
from customer_gql.messaging.jobs.runs.tables import ErrorPolicy, RowOutcome, count_of
from customer_gql.shop.groups.writes import validate_group
from customer_gql.shop.settings.reads import setting

from .actions import MASS_ACTION_WORK, MassAction, run_mass_action
from .settings import AT_ONCE
from .types import CustomerMassActionPayload

MAX_IDS: Final = 1_000
MAX_RESULTS: Final = 100
OPERATION: Final = "customerMassAction"
_ANSWER_SECONDS: Final = 8.0
"""How long the answer works on the job itself; a worker goes on with what is left."""

_SELECTION_EMPTY: Final = Refusal("selection.empty", "Select at least one customer.", UserErrorCode.REQUIRED)
_TOO_MANY_SELECTED: Final = Refusal(
    "selection.too_many", "Select at most {limit} customers; these are {count}.", UserErrorCode.TOO_MANY
)
_GROUP_MISSING: Final = Refusal("mass_action.group_missing", "Enter the group to assign.", UserErrorCode.REQUIRED)
_GROUP_UNUSED: Final = Refusal("mass_action.group_unused", "Leave the group out; only ASSIGN_GROUP takes one.")


@strawberry.input(one_of=True, description="The customers that a mass action applies to, given in exactly one way.")
class CustomerSelection:
    ids: strawberry.Maybe[list[strawberry.ID]] = column(f"Ids of the customers, at most {MAX_IDS}.")


@strawberry.input(description="One action on many customers.")
class CustomerMassActionInput:
    action: MassAction = column("The action.")
    selection: CustomerSelection = column("Customers that the action applies to.")
    group_id: strawberry.ID | None = strawberry.field(
        description="Id of the group to assign; only with `ASSIGN_GROUP`.", default=None
    )
    error_policy: ErrorPolicy = strawberry.field(
        description="What happens when a customer is refused, or a fault occurs.", default=ErrorPolicy.SKIP
    )
    idempotency_key: str | None = strawberry.field(description=KEY_DESCRIPTION, default=None)


@dataclass(frozen=True, slots=True)
class _ShownRow:
    """A row as the graph shows it, with its place in the input."""

    line: int
    customer_id: int
    outcome: str
    key: str | None
    params: str | None
    path: list[str] | None


@strawberry.type
class MassActionAdminMutation:
    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        exclusive=True,
        cost_per=("ids", 75),
        description="Do one action on many customers, as a job: up to `mass_actions.at_once` in the answer, with a result for "
        "each, and more by a worker. `DELETE` also needs the permission `customers.delete`, ends every session, and cannot be "
        "undone. Writes history; sends no mail. A dry run makes no job.",
    )
    async def customer_mass_action(
        self, info: Info, input: Annotated[CustomerMassActionInput, INPUT], dry_run: DryRun = False
    ) -> CustomerMassActionPayload:
        if input.action is MassAction.DELETE:
            RequiresPermission(Permission.CUSTOMERS_DELETE).check(info.context.viewer)
        given, parameters = _selected_ids(input.selection), _parameters_of(input)
        ids = list(dict.fromkeys(given))
        if dry_run:
            return await _try_action(info, parameters, given, ids)
        submission = _make_submission(input, parameters, ids)
        viewer = info.context.viewer
        async with info.context.transaction() as connection:
            at_once = len(ids) <= await setting(connection, AT_ONCE)
            made = await writes.submit_job(connection, submission, by=actor_of(viewer), begins_at_once=at_once)
            if made.is_new and "group_id" in parameters:
                await validate_group(connection, parameters["group_id"], ["groupId"])
        if made.lease is not None:
            await work_on_job(info.context.database, made.lease, seconds=_ANSWER_SECONDS)
        return await _make_payload(info, made.job_id, given)


def _make_submission(
    input: CustomerMassActionInput, parameters: Mapping[str, Any], ids: Sequence[int]
) -> writes.Submission:
    return writes.Submission(
        MASS_ACTION_WORK,
        parameters,
        OPERATION,
        len(ids),
        writes.freeze_ids(ids),
        input.error_policy,
        input.idempotency_key,
        [parameters, input.error_policy.value, list(ids)],
    )


async def _try_action(
    info: Info, parameters: Mapping[str, Any], given: Sequence[int], ids: Sequence[int]
) -> CustomerMassActionPayload:
    """Everything is done and rolled back."""
    async with info.context.transaction(dry_run=True) as connection:
        results = await run_mass_action(connection, parameters, ids, _scope_of(info.context.viewer))
    counts = Counter(one.outcome for one in results)
    rows = [_show_result(place, one, given) for place, one in enumerate(results, 1)]
    totals: dict[str, Any] = {count_of(one): counts[one] for one in RowOutcome}
    return CustomerMassActionPayload(
        results=rows[:MAX_RESULTS],
        asked_count=len(ids),
        **totals,
    )


def _scope_of(viewer: Viewer) -> JobScope:
    return JobScope(actor_of(viewer), viewer.website_ids, viewer.website_ids)


async def _make_payload(info: Info, job_id: int, given: Sequence[int]) -> CustomerMassActionPayload:
    job: Any = await info.context.load(jobs_by_id, job_id)
    is_shown = job.finished_at is not None and job.total_count <= MAX_RESULTS
    rows = await info.context.fetch(ROWS, job_id=job_id) if is_shown else []
    shown = [
        _ShownRow(row.line, row.customer_id, row.outcome, row.key, row.params, row.key and _path_of(row, given))
        for row in rows
    ]
    counts = {count_of(one): getattr(job, count_of(one)) for one in RowOutcome}
    return CustomerMassActionPayload(job_key=job_id, results=shown, asked_count=job.total_count, **counts)


def _show_result(place: int, result: RowResult, given: Sequence[int]) -> _ShownRow:
    refused = result.refused
    told = (None, None) if refused is None else (refused.key, orjson.dumps(refused.params).decode())
    path = None if refused is None else _path_of(result, given)
    return _ShownRow(place, result.customer_id, result.outcome.value, *told, path)


def _path_of(row: Any, given: Sequence[int]) -> list[str] | None:
    """The place of the id in the input."""
    return ["selection", "ids", str(given.index(row.customer_id))]


def _selected_ids(selection: CustomerSelection) -> list[int]:
    ids = selection.ids.value if selection.ids else []
    path = ["selection", "ids"]
    if not ids:
        raise _SELECTION_EMPTY(path=path)
    if len(ids) > MAX_IDS:
        raise _TOO_MANY_SELECTED(path=path, limit=MAX_IDS, count=len(ids))
    return parse_input_ids(ids, "cus", path)


def _parameters_of(input: CustomerMassActionInput) -> dict[str, Any]:
    assigns = input.action is MassAction.ASSIGN_GROUP
    if assigns and input.group_id is None:
        raise _GROUP_MISSING(path=["groupId"])
    if not assigns and input.group_id is not None:
        raise _GROUP_UNUSED(path=["groupId"])
    group_id = None if input.group_id is None else parse_input_id(input.group_id, "grp", ["groupId"])
    return {"action": input.action.value, **({} if group_id is None else {"group_id": group_id})}


ADMIN_MUTATIONS: Final = (MassActionAdminMutation,)
