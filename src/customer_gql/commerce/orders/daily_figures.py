"""Orders add to the figures of the day on which they were placed."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, bindparam

from customer_gql.database.distribution.forms import are_forms_distributed, for_one_machine
from customer_gql.database.statements import AnySelect, Connection, compile_statement, execute_statement, fetch_rows
from customer_gql.shop.daily_figures.tables import Measure
from customer_gql.shop.daily_figures.writes import add_figures, add_stated_figures, count_by_quarter
from customer_gql.shop.websites.tables import store, store_view

from .tables import sales_order

_is_given: Final = (
    sales_order.c.customer_id == any_(bindparam("customer_ids", type_=ARRAY(BigInteger()))),
    sales_order.c.id == any_(bindparam("order_ids", type_=ARRAY(BigInteger()))),
)


def _select_counts(*conditions: ColumnElement[bool]) -> list[AnySelect]:
    revenue = (sales_order.c.grand_total, sales_order.c.currency)
    return [
        count_by_quarter(measure, sales_order.c.placed_at, store.c.website_id, of=of)
        .select_from(sales_order)
        .join(store_view, store_view.c.id == sales_order.c.store_view_id)
        .join(store)
        .where(*conditions)
        for measure, of in ((Measure.ORDERS, None), (Measure.REVENUE, revenue))
    ]


_COUNTS_OF_GIVEN: Final = [compile_statement(counts) for counts in _select_counts(*_is_given)]
_OF_GIVEN: Final = [for_one_machine(compile_statement(add_figures(counts))) for counts in _select_counts(*_is_given)]
_OF_ALL: Final = [compile_statement(add_figures(counts)) for counts in _select_counts()]


async def count_orders(connection: Connection, orders: Sequence[tuple[int, int]]) -> None:
    """Orders that this transaction placed: customer and order."""
    given = {"customer_ids": [one for one, _ in orders], "order_ids": [one for _, one in orders]}
    if are_forms_distributed():
        # The orders lie with their customers, the figures on one machine.
        for statement in _COUNTS_OF_GIVEN:
            await add_stated_figures(connection, await fetch_rows(connection, statement, **given))
        return
    for statement in _OF_GIVEN:
        await execute_statement(connection, statement, **given)


async def count_all_orders(connection: Connection) -> None:
    """Of a shop that was filled in this transaction."""
    for statement in _OF_ALL:
        await execute_statement(connection, statement)
