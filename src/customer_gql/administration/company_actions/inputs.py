"""What is sent of a mass action on companies, and what of it the action takes (docs/domain/companies.md#companies-14)."""

from typing import Any, Final

import strawberry

from customer_gql.administration.jobs.operations import KEY_DESCRIPTION
from customer_gql.administration.mass_actions.inputs import find_group
from customer_gql.administration.selections.inputs import EXCEPT_DESCRIPTION, SEARCH_DESCRIPTION
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.input_ids import parse_input_id
from customer_gql.graph.fields import column
from customer_gql.messaging.jobs.runs.tables import ErrorPolicy

from .types import CompanySelection
from .verdicts import CompanyMassAction

_REPRESENTATIVE_MISSING: Final = Refusal(
    "mass_action.representative_missing",
    "Enter the staff user to assign, or null for nobody.",
    UserErrorCode.REQUIRED,
)
_REPRESENTATIVE_UNUSED: Final = Refusal(
    "mass_action.representative_unused", "Leave the staff user out; only ASSIGN_SALES_REPRESENTATIVE takes one."
)


@strawberry.input(description="One action on many companies.")
class CompanyMassActionInput:
    action: CompanyMassAction = column("The action.")
    selection: CompanySelection = column("Companies that the action applies to.")
    search: str | None = strawberry.field(description=SEARCH_DESCRIPTION.format(list="companies"), default=None)
    except_ids: list[strawberry.ID] | None = strawberry.field(
        description=EXCEPT_DESCRIPTION.format(records="companies"), default=None
    )
    group_id: strawberry.ID | None = strawberry.field(
        description="Id of the group to assign; only with `ASSIGN_GROUP`.", default=None
    )
    sales_representative_id: strawberry.Maybe[strawberry.ID | None] = column(
        "Id of the staff user to assign, null for nobody; only with `ASSIGN_SALES_REPRESENTATIVE`."
    )
    error_policy: ErrorPolicy = strawberry.field(
        description="What happens when a company is refused, or a fault occurs.", default=ErrorPolicy.SKIP
    )
    idempotency_key: str | None = strawberry.field(description=KEY_DESCRIPTION, default=None)


def read_parameters(input: CompanyMassActionInput) -> dict[str, Any]:
    """What the action takes, as it was given, in JSON. Raises `RuleError` for what is missing or too much."""
    group_id = find_group(input.action is CompanyMassAction.ASSIGN_GROUP, input.group_id)
    found = {} if group_id is None else {"group_id": group_id}
    return {"action": input.action.value, **found, **_read_representative(input)}


def _read_representative(input: CompanyMassActionInput) -> dict[str, Any]:
    assigns = input.action is CompanyMassAction.ASSIGN_SALES_REPRESENTATIVE
    given, path = input.sales_representative_id, ["salesRepresentativeId"]
    if not assigns and given is not None:
        raise _REPRESENTATIVE_UNUSED(path=path)
    if assigns and given is None:
        raise _REPRESENTATIVE_MISSING(path=path)
    if given is None:
        return {}
    return {"sales_representative_id": None if given.value is None else parse_input_id(given.value, "stf", path)}
