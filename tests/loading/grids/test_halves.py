"""What a statement about customers reads: the row of the grid, the customer, or both where it needs both."""

import re
from typing import Any

import pytest

from customer_gql.administration.customer_grid.filters import CUSTOMERS
from customer_gql.database.statements import compile_statement
from customer_gql.loading.grids.orders import SortBy
from customer_gql.loading.grids.pages import GridQuestion

ROW, CUSTOMER = "customer_grid_row", "customer"
BOTH = f"{ROW} JOIN {CUSTOMER} ON {ROW}.customer_id = {CUSTOMER}.id"
OF_ROW, OF_CUSTOMER = {"country": {"eq": "GB"}}, {"status": {"eq": "INACTIVE"}}
NUMBERS = {"number": {"gt": 5}, "website": {"eq": "web_0000000000000001"}}
NEWEST = f"{ROW}.number DESC, {ROW}.customer_id DESC"


def read(filter: Any, *sort: SortBy, websites: frozenset[int] | None = None) -> tuple[str, str]:
    """What the keys of a page beyond a cursor come from, and their order."""
    asked = GridQuestion.of(CUSTOMERS, filter=filter, sort=sort)
    conditions = [*asked.narrowing, *CUSTOMERS.restricted(websites)]
    page = CUSTOMERS.page_statement(conditions, asked.order, backward=False, positioned=True, has_row=True)
    sql = " ".join(compile_statement(page).sql.split())
    found = re.search(r"FROM \(SELECT .*? FROM (.*?) WHERE .* ORDER BY (.*?) LIMIT", sql)
    assert found is not None, sql
    return found[1], found[2]


@pytest.mark.parametrize(
    ("filter", "source", "order"),
    [
        ({}, ROW, NEWEST),
        (OF_ROW, ROW, NEWEST),
        (OF_CUSTOMER, CUSTOMER, f"{CUSTOMER}.number DESC, {CUSTOMER}.id DESC"),
        ({**OF_ROW, **OF_CUSTOMER}, BOTH, NEWEST),
        (NUMBERS, ROW, NEWEST),
        ({**NUMBERS, **OF_CUSTOMER}, CUSTOMER, f"{CUSTOMER}.number DESC, {CUSTOMER}.id DESC"),
    ],
)
def test_a_page_reads_the_table_that_its_filter_needs(filter, source, order):
    assert read(filter) == (source, order)
    assert read(filter, websites=frozenset({1})) == (source, order)


@pytest.mark.parametrize(
    ("sort", "source", "order"),
    [
        ([SortBy("UPDATED_AT")], CUSTOMER, "customer.updated_at ASC, customer.id ASC"),
        ([SortBy("STATUS"), SortBy("NUMBER")], CUSTOMER, "customer.status ASC, customer.number ASC, customer.id ASC"),
        ([SortBy("ORDER_COUNT")], ROW, f"{ROW}.order_count ASC, {ROW}.customer_id ASC"),
        ([SortBy("STATUS"), SortBy("EMAIL")], BOTH, f"customer.status ASC, {ROW}.email_key ASC, {ROW}.customer_id ASC"),
    ],
)
def test_a_page_is_in_the_order_of_the_table_that_has_it(sort, source, order):
    assert read({}, *sort) == (source, order)


def test_an_order_by_the_customer_ends_with_its_key_so_that_its_index_gives_the_order():
    assert read(OF_ROW, SortBy("UPDATED_AT")) == (BOTH, "customer.updated_at ASC, customer.id ASC")


@pytest.mark.parametrize(
    ("filter", "source"), [({}, ROW), (OF_ROW, ROW), (OF_CUSTOMER, CUSTOMER), ({**OF_ROW, **OF_CUSTOMER}, BOTH)]
)
def test_a_count_reads_no_more_than_its_filter_needs(filter, source):
    narrowing = GridQuestion.of(CUSTOMERS, filter=filter).narrowing
    counted = compile_statement(CUSTOMERS.count_statement(narrowing)).sql
    for sql in (counted, CUSTOMERS.explain_statement(narrowing).sql):
        assert f"FROM {source} " in " ".join([*sql.split(), ""])


def test_a_page_reads_the_columns_of_a_customer_once():
    page = GridQuestion.of(CUSTOMERS)
    statement = CUSTOMERS.page_statement([], page.order, backward=False, positioned=False, has_row=True)
    sql = compile_statement(statement).sql
    assert sql.count("FROM customer)") == 1
    assert "node.group_id AS grid_group" in sql
    assert f"{BOTH} " not in " ".join(sql.split())
