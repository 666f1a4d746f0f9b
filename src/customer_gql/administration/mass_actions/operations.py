from typing import Annotated, Final

import strawberry

from customer_gql.administration.customer_editing.guards import require_permissions
from customer_gql.administration.selections.shown_selections import SELECTION_SECONDS
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.roots import INPUT, DryRun, admin_mutation

from .engine import act_on_many
from .inputs import CustomerMassActionInput, read_parameters
from .options import MassActionAdminQuery
from .types import CUSTOMER_ACTIONS, CustomerMassActionPayload
from .undo import UndoAdminMutation


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
        given = read_parameters(input)
        require_permissions(info.context.viewer, given.get("edit", ()), dry_run=dry_run)
        return CustomerMassActionPayload(**await act_on_many(info, CUSTOMER_ACTIONS, input, given, dry_run=dry_run))


ADMIN_QUERIES: Final = (MassActionAdminQuery,)
ADMIN_MUTATIONS: Final = (MassActionAdminMutation, UndoAdminMutation)
