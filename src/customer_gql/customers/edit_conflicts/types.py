from typing import Any, Final

import strawberry

from customer_gql.core.concurrent_edits import VersionConflict
from customer_gql.customers.history.types import FieldChange, show_stored_value
from customer_gql.customers.profile.reads import find_reachable_customer
from customer_gql.customers.profile.types import CustomerLink
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.grids.types import extend_node
from customer_gql.graph.payloads import UserError

from .labels import label_stored_value


@strawberry.type(
    name="FieldConflict",
    description="A field that both the caller and somebody else changed. A label is what to show people in place of the "
    "value: the name of a record in place of its id, a country or a choice in the language of `Accept-Language`; the value "
    "itself where there is none, as for a record that was deleted. Without `customers.pii` values and labels are masked, "
    "those of gender and birth are null, and those of a group, website, store view or role are shown.",
)
class FieldConflictType:
    field: str = column(
        "Name of the input field; `defaultBillingAddress` and `defaultShippingAddress` when another address "
        "became the default."
    )

    @strawberry.field(description="Value that the caller started from.")
    def base(self: Any, info: Info) -> str | None:
        return show_stored_value(info, self.field, self.base)

    @strawberry.field(description="Value that the caller wants.")
    def yours(self: Any, info: Info) -> str | None:
        return show_stored_value(info, self.field, self.yours)

    @strawberry.field(description="Value that is stored now.")
    def stored(self: Any, info: Info) -> str | None:
        return show_stored_value(info, self.field, self.stored)

    @strawberry.field(description="Label of `base`; null when it is null.")
    async def base_label(self: Any, info: Info) -> str | None:
        return show_stored_value(info, self.field, await label_stored_value(info.context, self.field, self.base))

    @strawberry.field(description="Label of `yours`; null when it is null.")
    async def yours_label(self: Any, info: Info) -> str | None:
        return show_stored_value(info, self.field, await label_stored_value(info.context, self.field, self.yours))

    @strawberry.field(description="Label of `stored`; null when it is null.")
    async def stored_label(self: Any, info: Info) -> str | None:
        return show_stored_value(info, self.field, await label_stored_value(info.context, self.field, self.stored))


@strawberry.type(description="The record was changed since the caller read it, in a field the caller changes too.")
class VersionConflictError(UserError):
    customer_id: strawberry.Private[int | None] = None
    current_version: int = column("Version that is stored now. Read the record again, and decide.")
    conflicts: list[FieldConflictType] = column("The fields changed on both sides.", assumed=3)

    @strawberry.field(
        graphql_type=CustomerLink | None,
        description="The customer as stored now, for conflicts of a profile, an address or a note; null for records of no customer.",
    )
    async def customer(self, info: Info) -> Any:
        return None if self.customer_id is None else await find_reachable_customer(info.context, self.customer_id)


@strawberry.type
class FieldChangeLabelSection:
    @strawberry.field(
        description="What to show people in place of `before`, as labels of a `FieldConflict`; null when it is null."
    )
    async def before_label(self: Any, info: Info) -> str | None:
        return show_stored_value(info, self.field, await label_stored_value(info.context, self.field, self.before))

    @strawberry.field(
        description="What to show people in place of `after`, as labels of a `FieldConflict`; null when it is null."
    )
    async def after_label(self: Any, info: Info) -> str | None:
        return show_stored_value(info, self.field, await label_stored_value(info.context, self.field, self.after))


def _make_conflict_error(conflict: VersionConflict, **shared: Any) -> VersionConflictError:
    conflicts: Any = conflict.conflicts  # rows pass through
    return VersionConflictError(
        **shared, current_version=conflict.current_version, conflicts=conflicts, customer_id=conflict.customer_id
    )


extend_node(FieldChange, FieldChangeLabelSection)
USER_ERRORS: Final = ((VersionConflict, _make_conflict_error),)
