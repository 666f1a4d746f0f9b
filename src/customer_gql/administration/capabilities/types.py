from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import strawberry

from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer
from customer_gql.customers.attributes.types import Attribute
from customer_gql.customers.companies.types import Company
from customer_gql.graph.context import Info
from customer_gql.graph.grids.types import extend_node
from customer_gql.graph.refusals import CapabilityRefusal, show_refusal
from customer_gql.loading.grids.columns import snake_case
from customer_gql.shop.websites.types import Store, StoreView, Website

from . import reads
from .attributes import AttributeCapabilitySection
from .companies import CompanyCapabilitySection
from .orders import OrderCapabilitySection
from .refusals import FieldCapability, find_mutations, show_field
from .rules import REFUSALS_BY_MUTATION, find_field_states
from .websites import StoreCapabilitySection, StoreViewCapabilitySection, WebsiteCapabilitySection

_NOT_OF_ONE: Final = {
    "customerCreate",
    "customerUpsert",
    "customerMassAction",
    "customerSelectionCreate",
    "customerFileUploadCreate",
}
"""Mutations of a customer who is not there yet, of many, or of none."""
_OF_OTHER_RECORDS: Final = ("customerGroup", "customerImport")
"""Beginnings of names of mutations whose record is no customer."""
_OF_LEDGERS: Final = {"storeCreditAdjust", "rewardPointsAdjust"}


@strawberry.type(description="Whether this viewer can do something to this customer now.")
class CustomerCapability:
    action: str = strawberry.field(description="Name of the mutation in capitals, such as `CUSTOMER_DELETE`.")
    is_allowed: bool = strawberry.field(description="Whether the mutation would be taken with a valid input.")
    missing_permission: str | None = strawberry.field(
        description="Permission that the viewer lacks for it; null when none is missing."
    )
    refusal: CapabilityRefusal | None = strawberry.field(
        description="What it would be refused with in the state that the customer is in; null when with nothing."
    )
    fields: list[FieldCapability] = strawberry.field(
        description="Fields of the input with rules of their own; empty for most.", metadata={"assumed": 1}
    )


@strawberry.type
class CapabilitySection:
    @strawberry.field(
        description="What this viewer can do to the customer now: an entry for every mutation of one customer. It refuses what "
        "the mutation refuses whatever its input; a mutation can still refuse what it is given.",
        metadata={"audience": "admin", "assumed": 30},
    )
    async def capabilities(self: Any, info: Info) -> list[CustomerCapability]:
        state = await info.context.load(reads.states_by_customer, self.id)
        permissions = find_customer_mutations(info.schema)
        return [_describe(name, needed, state, info.context.viewer) for name, needed in permissions.items()]


@cache
def find_customer_mutations(schema: strawberry.Schema) -> Mapping[str, Permission]:
    """The mutations of one customer that the schema has, with what each needs."""
    return find_mutations(schema, lambda name: _is_about_one(name) or name in _OF_LEDGERS)


def _is_about_one(name: str) -> bool:
    return name.startswith("customer") and not name.startswith(_OF_OTHER_RECORDS) and name not in _NOT_OF_ONE


def _describe(name: str, needed: Permission, state: Any, viewer: Viewer) -> CustomerCapability:
    find_refusal = REFUSALS_BY_MUTATION.get(name)
    refused = None if find_refusal is None or state is None else find_refusal(state, viewer)
    missing = None if needed in viewer.permissions else needed.value
    return CustomerCapability(
        action=snake_case(name).upper(),
        is_allowed=missing is None and refused is None,
        missing_permission=missing,
        refusal=None if refused is None else show_refusal(refused),
        fields=[
            show_field(field, refusal, is_allowed=may and missing is None)
            for field, may, refusal in ([] if state is None else find_field_states(name, state, viewer))
        ],
    )


CUSTOMER_SECTIONS: Final = (CapabilitySection,)
ORDER_SECTIONS: Final = (OrderCapabilitySection,)
extend_node(Attribute, AttributeCapabilitySection)
extend_node(Company, CompanyCapabilitySection)
extend_node(Website, WebsiteCapabilitySection)
extend_node(Store, StoreCapabilitySection)
extend_node(StoreView, StoreViewCapabilitySection)
