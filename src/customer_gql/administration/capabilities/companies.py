"""What a viewer can do to a company (docs/domain/capabilities.md#capabilities-4)."""

import enum
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import strawberry

from customer_gql.administration.companies.status import CompanyDecision, find_status_refusal
from customer_gql.core.errors import RuleError
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer
from customer_gql.customers.companies.access.permissions_of_viewer import find_own_membership
from customer_gql.customers.companies.tables import CompanyStatus
from customer_gql.graph.context import Info
from customer_gql.graph.refusals import CapabilityRefusal, show_refusal
from customer_gql.loading.grids.columns import snake_case

from .own_companies import find_own_capabilities
from .refusals import find_mutations

_NOT_OF_ONE: Final = {"companyCreate", "companyMassAction", "companySelectionCreate"}
"""Mutations of a company that is not there yet, or of many."""
_DECISIONS: Final = {
    "companyActivate": CompanyDecision.ACTIVATE,
    "companyReject": CompanyDecision.REJECT,
    "companyBlock": CompanyDecision.BLOCK,
}
"""Mutations that some state of the company refuses, whatever the input; all others are refused by no state."""


@strawberry.type(description="Whether this viewer can do something to this company now.")
class CompanyCapability:
    action: str = strawberry.field(description="Name of the mutation in capitals, such as `COMPANY_BLOCK`.")
    is_allowed: bool = strawberry.field(description="Whether the mutation would be taken with a valid input.")
    missing_permission: str | None = strawberry.field(
        description="Permission that the viewer lacks for it, of members one of the company; null when none is missing."
    )
    refusal: CapabilityRefusal | None = strawberry.field(
        description="What it would be refused with in the state that the company is in; null when with nothing."
    )


@strawberry.type
class CompanyCapabilitySection:
    @strawberry.field(
        description="What this viewer can do to the company now: an entry for every mutation of one company that the endpoint has. "
        "It refuses what the mutation refuses whatever its input; a mutation can still refuse what it is given. On the "
        "storefront empty for a company that the customer is no member of.",
        metadata={"assumed": 12},
    )
    async def capabilities(self: Any, info: Info) -> list[CompanyCapability]:
        viewer = info.context.viewer
        if viewer.is_staff_or_service:
            found = find_company_mutations(info.schema)
            return [_describe_capability(name, needed, self, viewer) for name, needed in found.items()]
        own = await find_own_membership(info.context, self.id)
        able = [] if own is None else find_own_capabilities(self, own, viewer, info.schema)
        return [_show_capability(one.action, one.missing, one.refused) for one in able]


@cache
def find_company_mutations(schema: strawberry.Schema) -> Mapping[str, Permission]:
    """The mutations of one company that the schema has, with what each needs."""
    return find_mutations(schema, lambda name: name.startswith("company") and name not in _NOT_OF_ONE)


def _describe_capability(name: str, needed: Permission, row: Any, viewer: Viewer) -> CompanyCapability:
    decision = _DECISIONS.get(name)
    refused = None if decision is None else find_status_refusal(CompanyStatus(row.status), decision)
    return _show_capability(name, None if needed in viewer.permissions else needed, refused)


def _show_capability(name: str, missing: enum.Enum | None, refused: RuleError | None) -> CompanyCapability:
    return CompanyCapability(
        action=snake_case(name).upper(),
        is_allowed=missing is None and refused is None,
        missing_permission=None if missing is None else missing.value,
        refusal=None if refused is None else show_refusal(refused),
    )
