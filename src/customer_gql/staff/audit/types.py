import datetime as dt
from typing import Any, Final

import orjson
import strawberry
from strawberry.scalars import JSON

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import Permission
from customer_gql.graph.access.guards import mask_value, missing_permissions
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.grids.types import build_grid_types, show_grid_row
from customer_gql.graph.nodes import Node, node_id, visible_to_nobody
from customer_gql.graph.scalars import graph_enum
from customer_gql.staff.reads import service_tokens_by_id, staff_by_id
from customer_gql.staff.tables import StaffActor
from customer_gql.staff.types import ServiceToken, StaffUser

from .filters import STAFF_HISTORY
from .personal import is_personal
from .reads import events_by_id

graph_enum(
    StaffActor,
    "Kind of actor in the history of staff.",
    {
        "CUSTOMER": "A customer, who changed the company that they buy for.",
        "STAFF": "A staff user.",
        "SERVICE": "A program with a service token.",
        "SYSTEM": "The command line, or the service by itself.",
        "NOBODY": "A person who was not signed in.",
    },
)


@strawberry.type(description="A value before and after a change.")
class StaffEventChange:
    field: str = column("Name of the value.")
    before: JSON | None = column("Value before; null when there was none.")  # pyright: ignore[reportInvalidTypeForm]
    after: JSON | None = column("Value after; null when there is none.")  # pyright: ignore[reportInvalidTypeForm]


@strawberry.type(
    description="An event in the history of staff. It is never changed or deleted, and contains no secrets."
)
class StaffEvent(Node):
    id: strawberry.ID = node_id(
        "sev",
        events_by_id,
        "id",
        visible=visible_to_nobody,
        permission=Permission.STAFF_MANAGE,
        description="Id of the event.",
    )
    created_at: dt.datetime = column("Time of the event.")
    kind: str = column(
        "Kind of the event, such as `SIGNED_IN`, `ROLE_CHANGED` or `CONFIGURATION_SET`; new features add kinds."
    )
    actor: StaffActor = column("Kind of the actor.")
    staff: StaffUser | None = loaded(
        staff_by_id, key="staff_id", description="Staff user who did it; null for other actors."
    )
    service: ServiceToken | None = loaded(
        service_tokens_by_id,
        key="service_id",
        description="Service token it was done with; null for other actors.",
    )
    subject: str | None = column("Id of the object that was changed.")
    address: str | None = column("Network address the request came from.")

    @strawberry.field(description="Id of the customer who did it; null for other actors. Starts with `cus_`.")
    def customer_id(self: Any) -> strawberry.ID | None:
        return None if self.actor_customer_id is None else strawberry.ID(encode_id("cus", self.actor_customer_id))

    @strawberry.field(description="Changed values. Those of persons are masked without `customers.pii`.")
    def changes(self: Any, info: Info) -> list[StaffEventChange]:
        is_closed = Permission.CUSTOMERS_PII in missing_permissions(info.context.viewer)
        shown: list[StaffEventChange] = []
        for name, pair in orjson.loads(self.changes).items():
            before, after = map(mask_value, pair) if is_closed and is_personal(self.subject, name) else pair
            shown.append(StaffEventChange(field=name, before=before, after=after))
        return shown


STAFF_EVENT_GRID: Final = build_grid_types(
    STAFF_HISTORY,
    node="StaffEvent",
    of=StaffEvent,
    shows={"StaffEvent": StaffEvent},
    permission=Permission.STAFF_MANAGE,
    all_websites=True,
)
GRIDS: Final = (STAFF_EVENT_GRID,)
show_grid_row(STAFF_EVENT_GRID, StaffEvent, "Row of the event in the history of staff.")
