"""The grid of who is online: customers and visitors active within the configured minutes (docs/domain/presence.md#presence-2)."""

import enum
from typing import Any, Final

from sqlalchemy import BigInteger, Text, and_, cast, column, literal, null, select, table, union_all

from customer_gql.customers.addresses.tables import address
from customer_gql.customers.profile.reads import IS_ONLINE, ONLINE_SINCE
from customer_gql.customers.profile.tables import customer, customer_activity as activity, visitor
from customer_gql.loading.grids.columns import ColumnType, GridColumn, TextForm
from customer_gql.loading.grids.entries import folded, name_of, plain_column, text_column
from customer_gql.loading.grids.grid import Grid, columns_by_key
from customer_gql.loading.grids.orders import SortBy
from customer_gql.loading.grids.search import search_document


class VisitorKind(enum.StrEnum):
    CUSTOMER = "CUSTOMER"
    VISITOR = "VISITOR"


def _null_column(name: str, kind: Any) -> Any:
    return cast(null(), kind).label(name)


# The account form of the address. The claim that says it lies by the address, where no join leads in a distributed database; the
# row of the customer in the grid has it too. The table is of a slice above, so that only what is read of it is known here.
_row = table("customer_grid_row", column("customer_id", BigInteger), column("email_key", Text(collation="C")))
_customers = (
    select(
        literal(VisitorKind.CUSTOMER.value, Text()).label("kind"),
        customer.c.id.label("place"),
        customer.c.id.label("customer_id"),
        customer.c.website_id,
        customer.c.number,
        customer.c.first_name,
        customer.c.last_name,
        customer.c.email,
        _row.c.email_key,
        address.c.company,
        activity.c.last_activity_at,
        activity.c.last_url,
    )
    .select_from(
        activity.join(customer)
        .outerjoin(address, and_(address.c.customer_id == customer.c.id, address.c.is_default_billing))
        .outerjoin(_row, _row.c.customer_id == customer.c.id)
    )
    .where(IS_ONLINE)
)
_visitors = select(
    literal(VisitorKind.VISITOR.value, Text()).label("kind"),
    visitor.c.id.label("place"),
    _null_column("customer_id", BigInteger()),
    # Which website a visitor looks at is not known; only who reaches all of them sees visitors.
    _null_column("website_id", BigInteger()),
    _null_column("number", BigInteger()),
    _null_column("first_name", Text()),
    _null_column("last_name", Text()),
    _null_column("email", Text()),
    _null_column("email_key", Text()),
    _null_column("company", Text()),
    visitor.c.last_activity_at,
    visitor.c.last_url,
).where(visitor.c.last_activity_at > ONLINE_SINCE)

_source = union_all(_customers, _visitors).subquery("online")
_online: Any = _source.c


def _personal_text(key: str, title: str, description: str, column: str) -> GridColumn:
    over = (f"OnlineVisitor.{column}",)
    return text_column(key, title, description, _online[column], over=over, is_default=True, is_searched=True)


_COLUMNS: Final = (
    plain_column(
        "kind",
        "Type",
        "Whether it is a customer or a visitor.",
        ColumnType.ENUM,
        _online.kind,
        choices=VisitorKind,
        over=("OnlineVisitor.kind",),
        is_never_empty=True,
        is_default=True,
        is_facetable=True,
    ),
    plain_column(
        "number",
        "ID",
        "Customer number; empty for a visitor.",
        ColumnType.INTEGER,
        _online.number,
        over=("OnlineVisitor.number",),
        is_default=True,
        is_searched=True,
    ),
    _personal_text("firstName", "First name", "First name; empty for a visitor.", "first_name"),
    _personal_text("lastName", "Last name", "Last name; empty for a visitor.", "last_name"),
    GridColumn(
        key="email",
        title="E-mail",
        description="E-mail address of the account; empty for a visitor.",
        type=ColumnType.STRING,
        form=TextForm.EMAIL,
        value=_online.email,
        compared=_online.email_key,
        over=("OnlineVisitor.email",),
        is_default=True,
        is_searched=True,
    ),
    _personal_text("company", "Company", "Company of the default billing address.", "company"),
    plain_column(
        "lastActivityAt",
        "Last activity",
        "Last sign-in, sign-up or change of the cart.",
        ColumnType.DATE_TIME,
        _online.last_activity_at,
        over=("OnlineVisitor.last_activity_at",),
        is_never_empty=True,
        is_default=True,
    ),
    text_column(
        "lastUrl",
        "Last page",
        "Page of the last activity, without its query.",
        _online.last_url,
        over=("OnlineVisitor.last_url",),
        is_default=True,
    ),
    plain_column(
        "customer",
        "Customer",
        "The customer; empty for a visitor.",
        ColumnType.ID,
        _online.customer_id,
        id_prefix="cus",
        sql_label=name_of(customer, "number"),
        over=("OnlineVisitor.customer",),
        is_sortable=False,
    ),
)
NOW_ONLINE: Final = Grid(
    name="NOW_ONLINE",
    title="customers and visitors who are online",
    list_name="online",
    nodes=select(_source),
    node_key=(_online.kind, _online.place),
    source=_source,
    key=(_online.kind, _online.place),
    columns=columns_by_key(*_COLUMNS),
    default_sort=SortBy("LAST_ACTIVITY_AT", is_descending=True),
    website=_online.website_id,
    document=search_document(
        words=tuple(folded(_online[name]) for name in ("first_name", "last_name", "company")),
        emails=(_online.email_key,),
        exact=(cast(_online.number, Text()),),
    ),
)
