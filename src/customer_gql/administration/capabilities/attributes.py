"""What a viewer can do to an attribute (docs/domain/capabilities.md#capabilities-7)."""

from typing import Any, Final

import strawberry

from customer_gql.core.errors import Refusal
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer
from customer_gql.customers.attributes.built_in.changes import (
    find_delete_refusal,
    find_part_refusals,
    find_update_refusal,
)
from customer_gql.customers.attributes.definition_rows import CHILDREN, COLUMNS
from customer_gql.customers.attributes.definitions import (
    find_field_refusal,
    find_part_refusals as find_new_part_refusals,
)
from customer_gql.customers.attributes.tables import AttributeEntity, AttributeType
from customer_gql.graph.context import Info
from customer_gql.graph.refusals import CapabilityRefusal, show_refusal
from customer_gql.loading.grids.columns import snake_case

from .refusals import FieldCapability, find_mutations, show_field

_UPDATE: Final = "attributeUpdate"
_DELETE: Final = "attributeDelete"
_MUTATIONS: Final = (_UPDATE, _DELETE)
_FIELDS: Final = {**COLUMNS, **{name: name for name in CHILDREN}}


@strawberry.type(description="Whether this viewer can do something to this attribute now.")
class AttributeCapability:
    action: str = strawberry.field(
        description="Name of the mutation in capitals: `ATTRIBUTE_UPDATE` or `ATTRIBUTE_DELETE`."
    )
    is_allowed: bool = strawberry.field(description="Whether the mutation would be taken with a valid input.")
    missing_permission: str | None = strawberry.field(
        description="Permission that the viewer lacks for it, or has for some websites alone; null when none is missing."
    )
    refusal: CapabilityRefusal | None = strawberry.field(
        description="What it would be refused with in the state that the attribute is in; null when with nothing."
    )
    fields: list[FieldCapability] = strawberry.field(
        description="Fields of the input of `attributeUpdate`, each rule as `rules.minLength` and each form as `forms.SIGN_UP`, with what "
        "refuses every new value; empty for `ATTRIBUTE_DELETE`.",
        metadata={"assumed": 30},
    )


@strawberry.type
class AttributeCapabilitySection:
    @strawberry.field(
        description="What this viewer can do to the attribute now: an entry for every mutation of one. It refuses what the "
        "mutation refuses whatever its input; a mutation can still refuse what it is given.",
        metadata={"audience": "admin", "assumed": 2},
    )
    async def capabilities(self: Any, info: Info) -> list[AttributeCapability]:
        needed = find_mutations(info.schema, lambda name: name in _MUTATIONS)
        return [_describe_mutation(name, needed[name], self, info.context.viewer) for name in _MUTATIONS]


def describe_new_fields(entity: AttributeEntity, type: AttributeType, viewer: Viewer) -> list[FieldCapability]:
    """What an attribute that is not there yet could have."""
    is_allowed = Permission.ATTRIBUTES_MANAGE in viewer.permissions and viewer.website_ids is None
    refusals = {shown: find_field_refusal(entity, type, name) for name, shown in _FIELDS.items()}
    return [
        show_field(name, None if refusal is None else refusal(), is_allowed=is_allowed and refusal is None)
        for name, refusal in {**refusals, **find_new_part_refusals(entity, type)}.items()
    ]


def _describe_mutation(name: str, needed: Permission, row: Any, viewer: Viewer) -> AttributeCapability:
    has_permission = needed in viewer.permissions and viewer.website_ids is None
    refusal = find_delete_refusal(row) if name == _DELETE else find_update_refusal(row, "label")
    return AttributeCapability(
        action=snake_case(name).upper(),
        is_allowed=has_permission and refusal is None,
        missing_permission=None if has_permission else needed.value,
        refusal=None if refusal is None else show_refusal(refusal(path=["id"])),
        fields=[] if name == _DELETE else _describe_fields(row, viewer, is_allowed=has_permission),
    )


def _describe_fields(row: Any, viewer: Viewer, *, is_allowed: bool) -> list[FieldCapability]:
    refusals: dict[str, Refusal | None] = {shown: find_update_refusal(row, name) for name, shown in _FIELDS.items()}
    # Who sees no personal values cannot make them plain.
    masked = {"isPersonal"} if row.is_personal and Permission.CUSTOMERS_PII not in viewer.permissions else set[str]()
    return [
        show_field(
            name,
            None if refusal is None else refusal(),
            is_allowed=is_allowed and refusal is None and name not in masked,
        )
        for name, refusal in {**refusals, **find_part_refusals(row)}.items()
    ]
