"""The grid of the histories of all customers (docs/domain/history.md#history-11)."""

from typing import Final

from sqlalchemy import BigInteger, Text, cast, func, literal_column

from customer_gql.customers.history.kinds import list_history_kinds
from customer_gql.customers.history.reads import EVENT
from customer_gql.customers.history.tables import HistoryActor, customer_event
from customer_gql.customers.profile.tables import customer, deleted_customer
from customer_gql.loading.grids.columns import ColumnType, TextForm
from customer_gql.loading.grids.entries import plain_column, reference_column
from customer_gql.loading.grids.grid import Grid, columns_by_key
from customer_gql.loading.grids.orders import SortBy
from customer_gql.loading.grids.search import search_document
from customer_gql.shop.websites.tables import website
from customer_gql.staff.audit.actor_columns import actor_column, staff_column, staff_reference_column

_event = customer_event.c
_website_id = func.coalesce(customer.c.website_id, deleted_customer.c.website_id, type_=BigInteger())
_number = func.coalesce(customer.c.number, deleted_customer.c.number, type_=BigInteger())
_kind_in_words = func.lower(func.replace(_event.kind, literal_column("'_'"), literal_column("' '")), type_=Text())


def _describe_kind(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


_COLUMNS: Final = (
    plain_column(
        "createdAt",
        "Time",
        "Time of the event.",
        ColumnType.DATE_TIME,
        _event.created_at,
        over=("HistoryEvent.created_at",),
        is_never_empty=True,
        is_default=True,
        is_indexed=True,
    ),
    plain_column(
        "kind",
        "Event",
        "Kind of the event, such as `EDITED`.",
        ColumnType.STRING,
        _event.kind,
        form=TextForm.CODE,
        known_values=list_history_kinds,
        text_label=_describe_kind,
        over=("HistoryEvent.kind",),
        is_never_empty=True,
        is_default=True,
        is_facetable=True,
        is_searched=True,
        is_indexed=True,
    ),
    actor_column(
        "Caused by",
        "Kind of identity that caused the event.",
        customer_event,
        HistoryActor,
        over=("HistoryEvent.actor",),
    ),
    staff_column("Staff user who caused the event; empty for other actors.", customer_event),
    staff_reference_column(
        "impersonator",
        "Signed in as the customer",
        "Staff user who caused the event while signed in as the customer.",
        _event.impersonator_id,
    ),
    reference_column(
        "website",
        "Website",
        "Website of the customer today; of a deleted one, where the account was.",
        _website_id,
        "web",
        website,
        is_facetable=True,
    ),
    plain_column(
        "customerNumber",
        "Customer ID",
        "Customer number.",
        ColumnType.INTEGER,
        _number,
        is_default=True,
        is_searched=True,
    ),
)

HISTORY: Final = Grid(
    name="HISTORY",
    title="events in the histories of customers",
    list_name="customer_event",
    nodes=EVENT,
    node_key=(_event.customer_id, _event.id),
    source=customer_event.outerjoin(customer, customer.c.id == _event.customer_id).outerjoin(
        deleted_customer, deleted_customer.c.customer_id == _event.customer_id
    ),
    key=(_event.customer_id, _event.id),
    columns=columns_by_key(*_COLUMNS),
    default_sort=SortBy("CREATED_AT", is_descending=True),
    website=_website_id,
    document=search_document(words=[_kind_in_words], exact=[cast(_number, Text())]),
)
