"""Filters that are refused, and how the database folds texts."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from customer_gql.administration.customer_grid.filters import CUSTOMERS
from customer_gql.core.errors import BadInput
from customer_gql.core.text import fold_text
from customer_gql.loading.grids.filters import used_columns

NAIVE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
DEEP = {"not": {"not": {"not": {"not": {"not": {}}}}}}


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        ({"email": None}, "filter.email"),
        ({"email": {"eq": None}}, "filter.email.eq"),
        ({"and": [{}, {"name": {"in": ["a", None]}}]}, "filter.and.1.name.in"),
        ({"nobody": {"eq": "a"}}, "filter.nobody"),
        ({"billingAddress": {"eq": "a"}}, "filter.billingAddress"),
        ({"email": {"like": "a"}}, "filter.email.like"),
        ({"group": {"eq": "cus_0000000000000001"}}, "filter.group.eq"),
        ({"group": {"in": ["grp_0000000000000001", "x"]}}, "filter.group.in"),
        ({"name": {"eq": "a\x00b"}}, "filter.name.eq"),
        ({"createdAt": {"gt": NAIVE}}, "filter.createdAt.gt"),
        ({"createdAt": {"inLastDays": -1}}, "filter.createdAt.inLastDays"),
        ({"lifetimeValue": {"currency": "USD"}}, "filter.lifetimeValue"),
        ({"lifetimeValue": {"eq": 1}}, "filter.lifetimeValue.currency"),
        (DEEP, "filter.not.not.not.not.not"),
        ({"and": [{"number": {"eq": 1}}] * 61}, "filter.and.60.number.eq"),
        ({"name": {"in": ["a"] * 501}}, "filter.name.in"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_cannot_be_honoured_is_refused_with_its_path(tree, path):
    with pytest.raises(BadInput) as refused:
        CUSTOMERS.compile_filter(tree)
    assert refused.value.extensions["argument"] == path.split(".")
    assert refused.value.message.startswith(f"{path}: ")


def test_the_columns_of_a_filter_are_known_before_it_is_valid():
    tree = {"and": [{"email": {"eq": 1}}, {"not": {"name": None}}], "or": [{"number": {}}]}
    assert used_columns(tree) == {"email", "name", "number"}


async def test_the_database_folds_as_python_does(connection):
    """Every character; the two may differ where one knows a newer Unicode, in characters that the other does not know."""
    import unicodedata

    characters = [chr(code) for code in range(1, 0x110000) if not 0xD800 <= code < 0xE000]
    texts = [c for c in characters if unicodedata.category(c) not in ("Cn", "Co")]
    folded = await connection.fetchval(
        "SELECT array_agg(fold_text(t) ORDER BY i) FROM unnest($1::text[]) WITH ORDINALITY AS u (t, i)", texts
    )
    differing = [(hex(ord(c)), fold_text(c), f) for c, f in zip(texts, folded, strict=True) if fold_text(c) != f]
    assert differing == []


@pytest.mark.parametrize(
    ("column", "operator"),
    [("name", "in"), ("name", "notIn"), ("email", "in"), ("country", "in"), ("tags", "hasAny"), ("tags", "hasAll")],
)
def test_values_of_a_list_are_one_parameter_and_folded_once(column, operator):
    """Otherwise each would be compiled, planned, and folded again for every row."""

    def read(values):
        tree = {column: {operator: [f"å{value}" for value in range(values)]}}
        return CUSTOMERS.matches_read(CUSTOMERS.compile_filter(tree))

    assert read(2).statement.sql == read(500).statement.sql


def test_a_currency_is_compared_in_capital_letters():
    given = [{"lifetimeValue": {"currency": code, "gt": Decimal("1.5")}} for code in ("jpy", "JPY")]
    compiled: list[Any] = [CUSTOMERS.compile_filter(tree).condition for tree in given]
    conditions = [str(condition.compile(compile_kwargs={"literal_binds": True})) for condition in compiled]
    assert conditions[0] == conditions[1]
