from collections.abc import Mapping
from typing import Annotated, Any, Final

import strawberry

from customer_gql.administration.companies.types import COMPANY_GRID
from customer_gql.administration.jobs.types import ShownProblem
from customer_gql.administration.mass_actions.engine import (
    MAX_RESULTS,
    describe_counts,
    read_answer,
    show_result,
    submit_action,
)
from customer_gql.administration.selections.inputs import ChosenRecords, choose_records
from customer_gql.administration.selections.operations import long_transaction
from customer_gql.administration.selections.shown_selections import SELECTION_SECONDS
from customer_gql.core.actor import actor_of
from customer_gql.core.permissions import Permission
from customer_gql.database.statements import Connection
from customer_gql.graph.context import Info
from customer_gql.graph.roots import INPUT, DryRun, RequiresPermission, admin_mutation
from customer_gql.messaging.jobs.runs import writes
from customer_gql.messaging.jobs.runs.tables import ErrorPolicy

from .actions import COMPANY_ACTION_WORK, action_permissions, check_parameters
from .inputs import CompanyMassActionInput, read_parameters
from .types import CompanyMassActionPayload
from .verdicts import forecast_companies, forecast_each


@strawberry.type
class CompanyMassActionAdminMutation:
    @admin_mutation(
        permission=Permission.COMPANIES_WRITE,
        exclusive=True,
        cost_per=("ids", 75),
        description="Do one action on many companies, as a job: up to `mass_actions.at_once` in the answer, with a result for "
        "each, and more by a worker. `DELETE` needs `companies.delete` too, and cannot be undone; `jobUndo` undoes the others, but "
        "not the approval of a request. Writes the history of staff and events; the mails go out at `mail.bulk_per_minute`. "
        f"A dry run makes no job and may take {SELECTION_SECONDS} s.",
    )
    async def company_mass_action(
        self, info: Info, input: Annotated[CompanyMassActionInput, INPUT], dry_run: DryRun = False
    ) -> CompanyMassActionPayload:
        given, viewer = read_parameters(input), info.context.viewer
        for permission in sorted(action_permissions(given)):
            RequiresPermission(permission).check(viewer)
        chosen = await choose_records(info, COMPANY_GRID, "com", input.selection, input.search, input.except_ids)
        if dry_run:
            return await _try_action(info, input.error_policy, given, chosen)
        submission = writes.Submission(
            COMPANY_ACTION_WORK,
            given,
            "companyMassAction",
            chosen.freeze_rows,
            input.error_policy,
            input.idempotency_key,
            [given, input.error_policy.value, chosen.body],
        )

        async def make_submission(_connection: Connection) -> writes.Submission:
            return submission

        job_id = await submit_action(info, make_submission, check_parameters)
        return CompanyMassActionPayload(job_key=job_id, **await read_answer(info, job_id, chosen.ids))


async def _try_action(
    info: Info, policy: ErrorPolicy, given: Mapping[str, Any], chosen: ChosenRecords
) -> CompanyMassActionPayload:
    """Counts and blockers of all, and results of few; nothing is locked or written."""
    viewer = info.context.viewer
    async with long_transaction(info.context) as connection:
        await check_parameters(connection, given, actor_of(viewer))
        forecast = await forecast_companies(connection, given, chosen.selected, viewer.website_ids)
        asked = forecast.counts.total()
        writes.validate_row_count(policy, asked)
        few = chosen.selected if asked <= MAX_RESULTS else None
        rows = [] if few is None else await forecast_each(connection, given, few, viewer.website_ids)
    told = [show_result(place, one, chosen.ids) for place, one in enumerate(rows, 1)]
    blockers = [ShownProblem.of(refused, count) for refused, count in forecast.blockers]
    return CompanyMassActionPayload(found_blockers=blockers, **describe_counts(forecast.counts, told))


ADMIN_MUTATIONS: Final = (CompanyMassActionAdminMutation,)
