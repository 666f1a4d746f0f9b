from typing import Any, Final

from sqlalchemy import func, literal_column, select, true

from customer_gql.database.statements import compile_statement
from customer_gql.loading.reads import all_by, one_by
from customer_gql.shop.websites.tables import store_view

from .tables import order_status, order_status_label, order_status_state

MAX_STATUSES: Final = 200

statuses_by_id = one_by(select(order_status), order_status.c.id)
ALL_ORDER_STATUSES: Final = compile_statement(
    select(order_status).order_by(order_status.c.code).limit(literal_column(str(MAX_STATUSES)))
)
# The label of a store view, and without one the general one: one row for every status and store view.
_labelled: Final[Any] = (
    select(
        order_status.c.code,
        store_view.c.id.label("store_view_id"),
        func.coalesce(order_status_label.c.label, order_status.c.label).label("label"),
    )
    .select_from(order_status.join(store_view, true()))
    .outerjoin(
        order_status_label,
        (order_status_label.c.status_id == order_status.c.id) & (order_status_label.c.store_view_id == store_view.c.id),
    )
)
labels_by_status = one_by(_labelled, order_status.c.code, store_view.c.id.label("store_view_id"))
store_view_labels_by_status = all_by(
    select(order_status_label).order_by(order_status_label.c.store_view_id), order_status_label.c.status_id
)
states_by_status = all_by(select(order_status_state).order_by(order_status_state.c.state), order_status_state.c.status)
