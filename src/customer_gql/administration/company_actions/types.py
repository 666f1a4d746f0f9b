import strawberry

from customer_gql.administration.mass_actions.types import MassActionPayload
from customer_gql.graph.scalars import graph_enum

from .verdicts import CompanyMassAction

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


@strawberry.type(
    description="Result of `companyMassAction`. The counts are those when it was answered; `job` has the present ones."
)
class CompanyMassActionPayload(MassActionPayload):
    pass
