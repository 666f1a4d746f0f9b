from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Final

import strawberry

from customer_gql.administration.customer_actions.actions import (
    MASS_ACTION_WORK,
    check_parameters,
    find_judgement,
    needed_permissions,
)
from customer_gql.administration.customer_actions.judgements import forecast_action, forecast_rows
from customer_gql.administration.customer_editing.guards import require_permissions
from customer_gql.administration.jobs.types import ShownProblem
from customer_gql.administration.selections.inputs import ChosenRecords, choose_customers
from customer_gql.administration.selections.operations import long_transaction
from customer_gql.administration.selections.shown_selections import SELECTION_SECONDS
from customer_gql.core.actor import actor_of
from customer_gql.core.permissions import Permission
from customer_gql.customers.accounts.support.sign_in_closure import find_lock_end
from customer_gql.database.statements import Connection
from customer_gql.graph.context import Info
from customer_gql.graph.roots import INPUT, DryRun, RequiresPermission, admin_mutation
from customer_gql.messaging.jobs.runs import writes
from customer_gql.messaging.jobs.runs.tables import ErrorPolicy

from .engine import MAX_RESULTS, describe_counts, read_answer, show_result, submit_action
from .inputs import CustomerMassActionInput, read_parameters
from .types import CustomerMassActionPayload
from .undo import UndoAdminMutation

OPERATION: Final = "customerMassAction"


@strawberry.type
class MassActionAdminMutation:
    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        exclusive=True,
        cost_per=("ids", 75),
        description="Do one action on many customers, as a job: up to `mass_actions.at_once` in the answer, with a result for "
        "each, and more by a worker. `DELETE`, `FORCE_SIGN_IN` and `RESET_PASSWORD` need the permissions of their own "
        "mutations too, and cannot be undone; `jobUndo` undoes the others. Writes history; the mails of `FORCE_SIGN_IN` and "
        f"`RESET_PASSWORD` go out at `mail.bulk_per_minute`. A dry run makes no job and may take {SELECTION_SECONDS} s; that of an "
        "`EDIT` of personal values needs `customers.pii`.",
    )
    async def customer_mass_action(
        self, info: Info, input: Annotated[CustomerMassActionInput, INPUT], dry_run: DryRun = False
    ) -> CustomerMassActionPayload:
        given, viewer = read_parameters(input), info.context.viewer
        for permission in sorted(needed_permissions(given)):
            RequiresPermission(permission).check(viewer)
        require_permissions(viewer, given.get("edit", ()), dry_run=dry_run)
        chosen = await choose_customers(info, input.selection, input.search, input.except_ids)
        if dry_run:
            return await _try_action(info, input.error_policy, given, chosen)
        job_id = await submit_action(info, partial(_make_submission, input, given, chosen), check_parameters)
        return CustomerMassActionPayload(job_key=job_id, **await read_answer(info, job_id, chosen.ids))


async def _make_submission(
    input: CustomerMassActionInput, given: Mapping[str, Any], chosen: ChosenRecords, connection: Connection
) -> writes.Submission:
    return writes.Submission(
        MASS_ACTION_WORK,
        await _settle_lock(connection, given),
        OPERATION,
        chosen.freeze_rows,
        input.error_policy,
        input.idempotency_key,
        [given, input.error_policy.value, chosen.body],
    )


async def _settle_lock(connection: Connection, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """With the end of a lock for which none is named, the same for all batches."""
    if given.get("locked_until", "") is not None:
        return given
    return {**given, "locked_until": (await find_lock_end(connection)).isoformat()}


async def _try_action(
    info: Info, policy: ErrorPolicy, given: Mapping[str, Any], chosen: ChosenRecords
) -> CustomerMassActionPayload:
    """Counts and blockers of all, read in one statement, and results of few; nothing is locked or written."""
    viewer = info.context.viewer
    async with long_transaction(info.context) as connection:
        parameters = await _settle_lock(connection, given)
        await check_parameters(connection, parameters, actor_of(viewer))
        judgement = await find_judgement(connection, parameters, actor_of(viewer))
        forecast = await forecast_action(connection, judgement, chosen.selected, viewer.website_ids)
        asked = forecast.counts.total()
        chosen.refuse_missing(asked)
        writes.validate_row_count(policy, asked)
        few = chosen.selected if asked <= MAX_RESULTS else None
        rows = [] if few is None else await forecast_rows(connection, judgement, few, viewer.website_ids)
    told = [show_result(place, one, chosen.ids) for place, one in enumerate(rows, 1)]
    return CustomerMassActionPayload(
        found_blockers=[ShownProblem.of(one.refused, one.count) for one in forecast.blockers],
        **describe_counts(forecast.counts, told),
    )


ADMIN_MUTATIONS: Final = (MassActionAdminMutation, UndoAdminMutation)
