import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import orjson
import strawberry

from customer_gql.core.concurrent_edits import value_text
from customer_gql.core.permissions import Permission
from customer_gql.graph.access.guards import mask_value, missing_permissions
from customer_gql.graph.connections import Connection, paged
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id, visible_to_nobody
from customer_gql.graph.scalars import graph_enum
from customer_gql.staff.reads import staff_by_id
from customer_gql.staff.types import StaffUser

from . import reads
from .stored_values import NOT_PERSONAL, TOLD_BY_A_LETTER, is_attribute
from .tables import HistoryActor

if TYPE_CHECKING:
    from customer_gql.schema.customer import HistoryEvent

HistoryEventLink = Annotated["HistoryEvent", strawberry.lazy("customer_gql.schema.customer")]

graph_enum(
    HistoryActor,
    "Kind of identity that caused an event.",
    {
        "CUSTOMER": "The customer, or a staff user who is signed in as the customer; see `impersonator`.",
        "STAFF": "A staff user.",
        "SERVICE": "Another program, with a service token.",
        "SYSTEM": "This service itself: an import or a schedule.",
    },
    name="HistoryActor",
)


class StoredChange(NamedTuple):
    """A value before and after, as text."""

    field: str
    before: str | None
    after: str | None


@strawberry.type(
    description="The value of a field before and after a change. Secrets are never included. Without `customers.pii` values are "
    "masked, except those of a group, website, store view or role, and those of gender, birth and attributes are null."
)
class FieldChange:
    field: str = column("Name of the stored field; of a record of the customer, as an address, after its id and a dot.")

    @strawberry.field(description="Value before the change; null for none.")
    def before(self: Any, info: Info) -> str | None:
        return show_stored_value(info, self.field, self.before)

    @strawberry.field(description="Value after the change; null for none.")
    def after(self: Any, info: Info) -> str | None:
        return show_stored_value(info, self.field, self.after)


def show_stored_value(info: Info, name: str, value: str | None) -> str | None:
    """Masked without `customers.pii`, unless it says nothing about a person (docs/domain/history.md#history-6)."""
    is_masked = name not in NOT_PERSONAL and Permission.CUSTOMERS_PII in missing_permissions(info.context.viewer)
    if not is_masked:
        return value
    return None if name in TOLD_BY_A_LETTER or is_attribute(name) else mask_value(value)


@strawberry.type
class HistoryDetailSection(Node):
    """What was done. The type of the graph gathers this and every other section, see `schema/customer.py`."""

    id: strawberry.ID = node_id(
        "evt",
        reads.events_by_id,
        "customer_id",
        "id",
        visible=visible_to_nobody,
        permission=Permission.HISTORY_READ,
        description="Id of the event.",
    )
    kind: str = column("Kind of the event, such as `EDITED` or `FORCED_SIGN_IN`; new features add kinds.")
    version: int = column("Version of the customer after the event.")
    actor: HistoryActor = column("Kind of identity that caused the event.")
    address: str | None = column(
        "Network address of the request; null when no request caused the event.", personal=True
    )
    created_at: dt.datetime = column("Time of the event.")
    staff: StaffUser | None = loaded(
        staff_by_id, key="staff_id", description="Staff user who caused the event; null for other actors."
    )
    impersonator: StaffUser | None = loaded(
        staff_by_id,
        key="impersonator_id",
        description="Staff user who caused the event while signed in as the customer.",
    )

    @strawberry.field(description="Changed fields, by name; empty when the event changes none.")
    def changes(self: Any) -> list[FieldChange]:
        pairs = sorted(orjson.loads(self.changes).items())
        changes: Any = [StoredChange(field, value_text(old), value_text(new)) for field, (old, new) in pairs]
        return changes


@strawberry.type
class HistorySection:
    history: Connection[HistoryEventLink] | None = paged(
        reads.events_by_customer,
        key="id",
        description="Events of the customer's history, newest first.",
        admin=True,
        requires=Permission.HISTORY_READ,
    )


@strawberry.type
class DeletedCustomerHistorySection:
    history: Connection[HistoryEventLink] | None = paged(
        reads.events_by_customer,
        key="customer_id",
        description="Events of the deleted customer's history, newest first.",
        requires=Permission.HISTORY_READ,
    )


CUSTOMER_SECTIONS: Final = (HistorySection,)
DELETED_CUSTOMER_SECTIONS: Final = (DeletedCustomerHistorySection,)
HISTORY_EVENT_SECTIONS: Final = (HistoryDetailSection,)
