from typing import Annotated, Final

import strawberry

from customer_gql.administration.mass_actions.engine import act_on_many
from customer_gql.administration.selections.shown_selections import SELECTION_SECONDS
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.roots import INPUT, DryRun, admin_mutation

from .inputs import CompanyMassActionInput, read_parameters
from .types import COMPANY_ACTIONS, CompanyMassActionPayload


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
        given = read_parameters(input)
        return CompanyMassActionPayload(**await act_on_many(info, COMPANY_ACTIONS, input, given, dry_run=dry_run))


ADMIN_MUTATIONS: Final = (CompanyMassActionAdminMutation,)
