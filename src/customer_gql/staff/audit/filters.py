"""The grid of the history of staff (docs/domain/audit.md#audit-7)."""

from typing import Final

from sqlalchemy import select

from customer_gql.core.actor import ActorKind
from customer_gql.loading.grids.columns import ColumnType
from customer_gql.loading.grids.entries import folded, plain_column, reference_column, text_column
from customer_gql.loading.grids.grid import Grid, columns_by_key
from customer_gql.loading.grids.orders import SortBy
from customer_gql.loading.grids.search import search_document
from customer_gql.security.audit import key_of_actor, select_staff
from customer_gql.staff.tables import StaffActor, service_token, staff_event

from .actor_columns import actor_column, staff_column

_event = staff_event.c
_service = key_of_actor(staff_event, ActorKind.SERVICE)
_customer = key_of_actor(staff_event, ActorKind.CUSTOMER)
EVENTS: Final = select(
    staff_event, select_staff(staff_event), _service.label("service_id"), _customer.label("actor_customer_id")
)

_COLUMNS: Final = (
    plain_column(
        "createdAt",
        "Time",
        "Time of the event.",
        ColumnType.DATE_TIME,
        _event.created_at,
        over=("StaffEvent.created_at",),
        is_never_empty=True,
        is_default=True,
        is_indexed=True,
    ),
    text_column(
        "kind",
        "Event",
        "Kind of the event.",
        _event.kind,
        over=("StaffEvent.kind",),
        is_never_empty=True,
        is_default=True,
        is_facetable=True,
        is_searched=True,
    ),
    actor_column("Actor", "Kind of the actor.", staff_event, StaffActor, over=("StaffEvent.actor",)),
    staff_column("Staff user who did it; empty for other actors.", staff_event, over=("StaffEvent.staff",)),
    reference_column(
        "service",
        "Service token",
        "Service token it was done with; empty for other actors.",
        _service,
        "svt",
        service_token,
        over=("StaffEvent.service",),
        is_facetable=True,
    ),
    text_column(
        "subject",
        "Changed object",
        "Id of the object that was changed.",
        _event.subject,
        over=("StaffEvent.subject",),
        is_default=True,
        is_searched=True,
    ),
    text_column(
        "address",
        "Network address",
        "Network address the request came from.",
        _event.address,
        over=("StaffEvent.address",),
        is_searched=True,
    ),
)
STAFF_HISTORY: Final = Grid(
    name="STAFF_HISTORY",
    title="events in the history of staff",
    list_name="staff_event",
    nodes=EVENTS,
    node_key=(_event.id,),
    source=staff_event,
    key=(_event.id,),
    columns=columns_by_key(*_COLUMNS),
    default_sort=SortBy("CREATED_AT", is_descending=True),
    document=search_document(words=(folded(_event.kind),), starts=(folded(_event.subject), folded(_event.address))),
)
