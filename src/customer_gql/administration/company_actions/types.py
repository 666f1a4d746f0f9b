from collections.abc import Sequence
from typing import Final

import strawberry

from customer_gql.administration.companies.types import COMPANY_GRID
from customer_gql.administration.customer_actions.judgements import Blocker, Forecast
from customer_gql.administration.mass_actions.types import MassActionPayload
from customer_gql.administration.selections.declaration import MassActions, SelectionNames, reach_of
from customer_gql.administration.selections.inputs import MAX_IDS
from customer_gql.core.actor import Actor
from customer_gql.core.viewer import Websites
from customer_gql.customers.companies.reads import find_reachable_company
from customer_gql.customers.companies.types import Company
from customer_gql.database.statements import AnySelect, Connection
from customer_gql.graph.fields import column
from customer_gql.graph.scalars import graph_enum
from customer_gql.messaging.jobs.runs.kinds import RowResult

from .actions import COMPANY_ACTION_WORK, check_parameters
from .verdicts import DECISIONS, CompanyMassAction, Parameters, forecast_companies, forecast_each

graph_enum(
    CompanyMassAction,
    "Action on many companies.",
    {
        "ACTIVATE": "Activate companies that wait, were rejected or are blocked, and let accounts in that waited for it.",
        "BLOCK": "Block active companies. Refused for those that wait or were rejected.",
        "DELETE": "Delete companies permanently. Orders, history and credit of their members stay.",
        "ASSIGN_GROUP": "Give the group `groupId` to companies and to their members. Refused where the group excludes the website.",
        "ASSIGN_SALES_REPRESENTATIVE": "Have the staff user `salesRepresentativeId` look after the companies, or nobody.",
    },
    name="CompanyMassActionKind",
)


@strawberry.input(one_of=True, description="Companies that are selected in exactly one way.")
class CompanySelection:
    ids: strawberry.Maybe[list[strawberry.ID]] = column(f"Ids of the companies, at most {MAX_IDS}.")
    filter: strawberry.Maybe[COMPANY_GRID.filter_input] = column(  # pyright: ignore
        "Filter of `companies`; an empty one is refused."
    )
    view_id: strawberry.Maybe[strawberry.ID] = column("Saved view of `companies`, with its filter and search.")
    everything: strawberry.Maybe[bool] = column("True: every company that the viewer reaches.")
    selection_id: strawberry.Maybe[strawberry.ID] = column("Selection that `companySelectionCreate` made.")


@strawberry.type(
    description="Result of `companyMassAction`. The counts are those when it was answered; `job` has the present ones."
)
class CompanyMassActionPayload(MassActionPayload):
    pass


async def _forecast(connection: Connection, given: Parameters, chosen: AnySelect, by: Actor) -> Forecast:
    return await forecast_companies(connection, given, chosen, reach_of(by))


async def _forecast_rows(
    connection: Connection, given: Parameters, chosen: AnySelect, by: Actor
) -> Sequence[RowResult]:
    return await forecast_each(connection, given, chosen, reach_of(by))


async def _find_company_blockers(
    connection: Connection, action: CompanyMassAction, chosen: AnySelect, websites: Websites
) -> Sequence[Blocker]:
    """Of the status; what refuses the others depends on what they are given."""
    if action not in DECISIONS:
        return []
    return (await forecast_companies(connection, {"action": action.value}, chosen, websites)).blockers


COMPANY_ACTIONS: Final = MassActions(
    COMPANY_GRID,
    "com",
    SelectionNames("Company", "companies", "SelectedCompanies", "CompanyActionBlocker"),
    CompanySelection,
    CompanyMassAction,
    COMPANY_ACTION_WORK,
    Company,
    find_reachable_company,
    _find_company_blockers,
    check_parameters,
    _forecast,
    _forecast_rows,
)
MASS_ACTIONS: Final = (COMPANY_ACTIONS,)
