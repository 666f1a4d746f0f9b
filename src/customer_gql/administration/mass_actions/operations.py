import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import orjson
import strawberry

from customer_gql.administration.customer_actions.actions import MASS_ACTION_WORK, MassAction, run_mass_action
from customer_gql.administration.jobs.operations import KEY_DESCRIPTION
from customer_gql.administration.selections.inputs import (
    ChosenCustomers,
    CustomerSelection,
    choose_customers,
    read_chosen,
)
from customer_gql.administration.selections.operations import EXCEPT_DESCRIPTION, SEARCH_DESCRIPTION, long_transaction
from customer_gql.administration.selections.shown_selections import SELECTION_SECONDS, too_slow
from customer_gql.core.actor import actor_of
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer
from customer_gql.customers.tags.values import MAX_TAGS, validate_tags
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

from .settings import AT_ONCE
from .types import CustomerMassActionPayload

MAX_RESULTS: Final = 100
_BATCH: Final = 1_000
OPERATION: Final = "customerMassAction"
_ANSWER_SECONDS: Final = 8.0
"""How long the answer works on the job itself; a worker goes on with what is left."""

_GROUP_MISSING: Final = Refusal("mass_action.group_missing", "Enter the group to assign.", UserErrorCode.REQUIRED)
_GROUP_UNUSED: Final = Refusal("mass_action.group_unused", "Leave the group out; only ASSIGN_GROUP takes one.")

_TAGS_MISSING: Final = Refusal("mass_action.tags_missing", "Enter at least one tag.", UserErrorCode.REQUIRED)
_TAGS_UNUSED: Final = Refusal("mass_action.tags_unused", "Leave the tags out; only ADD_TAGS and REMOVE_TAGS take some.")
_TOO_MANY_TAGS: Final = Refusal("mass_action.too_many_tags", "Enter at most {limit} tags.", UserErrorCode.TOO_MANY)


@strawberry.input(description="One action on many customers.")
class CustomerMassActionInput:
    action: MassAction = column("The action.")
    selection: CustomerSelection = column("Customers that the action applies to.")
    search: str | None = strawberry.field(description=SEARCH_DESCRIPTION, default=None)
    except_ids: list[strawberry.ID] | None = strawberry.field(description=EXCEPT_DESCRIPTION, default=None)
    group_id: strawberry.ID | None = strawberry.field(
        description="Id of the group to assign; only with `ASSIGN_GROUP`.", default=None
    )
    tags: list[str] | None = strawberry.field(
        description=f"Tags to add or remove, at most {MAX_TAGS}; only with `ADD_TAGS` and `REMOVE_TAGS`.", default=None
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
        parameters, viewer = _parameters_of(input), info.context.viewer
        chosen = await choose_customers(info, input.selection, input.search, input.except_ids)
        if dry_run:
            return await _try_action(info, parameters, chosen)
        async with long_transaction(info.context) as connection:
            made = await writes.submit_job(
                connection,
                _make_submission(input, parameters, chosen),
                by=actor_of(viewer),
                at_once=await setting(connection, AT_ONCE),
            )
            if made.is_new and "group_id" in parameters:
                await validate_group(connection, parameters["group_id"], ["groupId"])
        if made.lease is not None:
            await work_on_job(info.context.database, made.lease, seconds=_ANSWER_SECONDS)
        return await _make_payload(info, made.job_id, chosen.ids)


def _make_submission(
    input: CustomerMassActionInput, parameters: Mapping[str, Any], chosen: ChosenCustomers
) -> writes.Submission:
    return writes.Submission(
        MASS_ACTION_WORK,
        parameters,
        OPERATION,
        chosen.freeze_rows,
        input.error_policy,
        input.idempotency_key,
        [parameters, input.error_policy.value, chosen.body],
    )


async def _try_action(info: Info, parameters: Mapping[str, Any], chosen: ChosenCustomers) -> CustomerMassActionPayload:
    """Batch by batch, everything is done and rolled back; counts of all, and results of the first."""
    async with long_transaction(info.context) as connection:
        lines = await read_chosen(connection, chosen)
    counts, shown = Counter[RowOutcome](), list[_ShownRow]()
    ends = time.monotonic() + SELECTION_SECONDS
    for start in range(0, len(lines), _BATCH):
        if time.monotonic() > ends:
            raise too_slow("dry run")
        async with info.context.transaction(dry_run=True) as connection:
            results = await run_mass_action(
                connection, parameters, lines[start : start + _BATCH], _scope_of(info.context.viewer)
            )
        counts.update(one.outcome for one in results)
        if len(lines) <= MAX_RESULTS:
            shown = [_show_result(place, one, chosen.ids) for place, one in enumerate(results, 1)]
    totals: dict[str, Any] = {count_of(one): counts[one] for one in RowOutcome}
    return CustomerMassActionPayload(results=shown, asked_count=len(lines), **totals)


def _scope_of(viewer: Viewer) -> JobScope:
    return JobScope(actor_of(viewer), viewer.website_ids, viewer.website_ids)


async def _make_payload(info: Info, job_id: int, given: Sequence[int] | None) -> CustomerMassActionPayload:
    job: Any = await info.context.load(jobs_by_id, job_id)
    is_shown = job.finished_at is not None and job.total_count <= MAX_RESULTS
    rows = await info.context.fetch(ROWS, job_id=job_id) if is_shown else []
    shown = [
        _ShownRow(row.line, row.customer_id, row.outcome, row.key, row.params, row.key and _path_of(row, given))
        for row in rows
    ]
    counts = {count_of(one): getattr(job, count_of(one)) for one in RowOutcome}
    return CustomerMassActionPayload(job_key=job_id, results=shown, asked_count=job.total_count, **counts)


def _show_result(place: int, result: RowResult, given: Sequence[int] | None) -> _ShownRow:
    refused = result.refused
    told = (None, None) if refused is None else (refused.key, orjson.dumps(refused.params).decode())
    path = None if refused is None else _path_of(result, given)
    return _ShownRow(place, result.customer_id, result.outcome.value, *told, path)


def _path_of(row: Any, given: Sequence[int] | None) -> list[str] | None:
    """The place of the id in the input, where ids were given."""
    return None if given is None else ["selection", "ids", str(given.index(row.customer_id))]


def _parameters_of(input: CustomerMassActionInput) -> dict[str, Any]:
    group_id, tags = _find_group(input), _find_tags(input)
    return {
        "action": input.action.value,
        **({} if group_id is None else {"group_id": group_id}),
        **({} if tags is None else {"tags": tags}),
    }


def _find_group(input: CustomerMassActionInput) -> int | None:
    assigns = input.action is MassAction.ASSIGN_GROUP
    if assigns and input.group_id is None:
        raise _GROUP_MISSING(path=["groupId"])
    if not assigns and input.group_id is not None:
        raise _GROUP_UNUSED(path=["groupId"])
    return None if input.group_id is None else parse_input_id(input.group_id, "grp", ["groupId"])


def _find_tags(input: CustomerMassActionInput) -> dict[str, str] | None:
    """By fold."""
    takes = input.action in (MassAction.ADD_TAGS, MassAction.REMOVE_TAGS)
    if takes and not input.tags:
        raise _TAGS_MISSING(path=["tags"])
    if not takes and input.tags is not None:
        raise _TAGS_UNUSED(path=["tags"])
    if input.tags is not None and len(input.tags) > MAX_TAGS:
        raise _TOO_MANY_TAGS(path=["tags"], limit=MAX_TAGS)
    return None if input.tags is None else validate_tags(input.tags, "tags")


ADMIN_MUTATIONS: Final = (MassActionAdminMutation,)
