import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Final

import orjson
import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.concurrent_edits import value_text
from customer_gql.core.permissions import Permission
from customer_gql.graph.connections import Connection, paged
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id, visible_to_nobody
from customer_gql.graph.scalars import graph_enum
from customer_gql.staff.reads import staff_by_id
from customer_gql.staff.types import StaffUser

from . import reads
from .stored_values import TOLD_BY_A_LETTER
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


_HIDDEN: Final = "Without `customers.pii` also null for gender and birth."


@strawberry.type(description="The value of a field before and after a change. Secrets are never included.")
class FieldChange:
    field: str = column("Name of the stored field; of a record of the customer, as an address, after its id and a dot.")
    before: str | None = column(f"Value before the change; null for none. {_HIDDEN}", personal=True)
    after: str | None = column(f"Value after the change; null for none. {_HIDDEN}", personal=True)


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
    def changes(self: Any, info: Info) -> list[FieldChange]:
        pairs: dict[str, Any] = orjson.loads(self.changes)
        if actor_of(info.context.viewer).is_blind:
            pairs |= dict.fromkeys(TOLD_BY_A_LETTER & pairs.keys(), (None, None))
        return [
            FieldChange(field=field, before=value_text(old), after=value_text(new))
            for field, (old, new) in sorted(pairs.items())
        ]


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
