"""Every operator of every column, alone and nested, against plain Python."""

import datetime as dt
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings
from sqlalchemy import select

from customer_gql.administration.customer_grid.filters import CUSTOMERS
from customer_gql.core.errors import BadInput
from customer_gql.core.text import fold_text
from customer_gql.database.statements import equals_any, fetch_rows
from customer_gql.loading.grids.columns import ColumnType
from customer_gql.loading.grids.filters import used_columns
from customer_gql.loading.grids.operators import operators_of
from support.customers import (
    make_address,
    make_customer,
    make_full_customer,
    make_ledgers,
    make_order,
    make_product,
    put,
    recompute_rows,
)
from support.grid_filters import clause_of, filters_of, matches

SLOWLY = hypothesis_settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=cast("Any", list(HealthCheck)),
    derandomize=True,
    database=None,
)
NAMES = [
    "Stra\u00dfe",
    "\u00c9va",
    "A%b_c\\d",
    "\u0130stanbul",
    "\uff21\uff4e\uff4e\uff41",
    "\u4f0a\u85e4",
    "ann",
    "\u1e9eA",
]


@pytest.fixture(scope="module")
async def shop(database):
    """The keys of the rows that the module looks at, and what each shows."""
    now = dt.datetime.now(dt.UTC)
    async with database.writes.acquire() as connection:
        rows = [await make_full_customer(connection, first_name="Full", email="Full.Case@Example.COM")]
        for number, name in enumerate(NAMES):
            row = await make_customer(
                connection,
                first_name=name,
                last_name=NAMES[-1 - number],
                gender=["MALE", "FEMALE", None][number % 3],
                status=["ACTIVE", "INACTIVE"][number % 2],
                date_of_birth=[None, dt.date(1990, 2, 28), dt.date(2000, 2, 29)][number % 3],
                tax_vat_number=[None, "gb 12%"][number % 2],
                is_email_confirmed=number % 4 != 1,
                email_verified_at=now if number % 4 == 2 else None,
                locked_until=[None, now + dt.timedelta(days=1), now - dt.timedelta(days=1)][number % 3],
                created_at=now - dt.timedelta(days=40 * number, hours=1),
                allows_remote_assistance=number % 2 == 0,
                group_id=1 + number % 3,
            )
            rows.append(row)
            if number % 2:
                await make_address(
                    connection,
                    row,
                    is_default_billing=True,
                    company=name,
                    city=name,
                    region=[None, "\u00c9ire"][number % 2],
                    country_code=["GB", "DE", "JP"][number % 3],
                    telephone=["+44 20 7946 0000", "030 123456", "00 81 3-1234-5678"][number % 3],
                    fax=name,
                    vat_number=name,
                )
            if number == 3:
                await make_ledgers(connection, row)
                await make_order(
                    connection, row, [await make_product(connection)], placed_at=now - dt.timedelta(days=3)
                )
                from customer_gql.customers.profile.tables import customer_activity

                await put(connection, customer_activity, customer_id=row.id, last_activity_at=now)
            await recompute_rows(connection, row.id)
        grid, ids = CUSTOMERS, [row.id for row in rows]
        values = [column.value.label(key) for key, column in grid.columns.items()]
        shown = select(grid.key[0].label("id"), grid.source.c.currency, *values).where(equals_any(grid.key[0], ids))
        found = [dict(row) for row in await fetch_rows(connection, shown)]
    assert len(found) == len(rows)
    return found


async def found_by(database, shop, tree):
    condition = CUSTOMERS.compile_filter(tree).condition
    key = CUSTOMERS.key[0]
    listed = select(key).where(equals_any(key, [row["id"] for row in shop]))
    async with database.grids.acquire() as connection:
        rows = await fetch_rows(connection, listed if condition is None else listed.where(condition))
    return {row[0] for row in rows}


def wanted(shop, tree):
    now = dt.datetime.now(dt.UTC)
    return {row["id"] for row in shop if matches(CUSTOMERS, tree, row, now)}


@pytest.mark.parametrize(
    ("key", "operator"),
    [
        (column.key, operator)
        for column in CUSTOMERS.columns.values()
        if column.is_filterable
        for operator in operators_of(column.type)
        if operator != "currency"
    ],
)
async def test_an_operator_matches_what_python_matches(key, operator, database, shop):
    column = CUSTOMERS.columns[key]
    drawn = []
    _draw(clause_of(column, operator, shop), drawn)
    for tree in drawn:
        assert await found_by(database, shop, tree) == wanted(shop, tree), tree


def _draw(strategy, into):
    @hypothesis_settings(max_examples=12, deadline=None, derandomize=True, database=None)
    @given(strategy)
    def draw(tree):
        into.append(tree)

    draw()


async def test_nested_filters_match_what_python_matches_and_split_the_list_in_two(database, shop):
    drawn = []

    @SLOWLY
    @given(filters_of(CUSTOMERS, shop))
    def draw(tree):
        drawn.append(tree)

    draw()
    everybody = {row["id"] for row in shop}
    for tree in drawn:
        found = await found_by(database, shop, tree)
        assert found == wanted(shop, tree), tree
        assert await found_by(database, shop, {"not": tree}) == everybody - found, tree


@pytest.mark.parametrize("tree", [{}, {"and": []}, {"not": {"or": []}}, {"or": [{}]}, {"email": {}}], ids=str)
async def test_what_matches_everybody(tree, database, shop):
    assert await found_by(database, shop, tree) == {row["id"] for row in shop}


@pytest.mark.parametrize("tree", [{"or": []}, {"email": {"in": []}}, {"not": {}}, {"group": {"in": []}}], ids=str)
async def test_what_matches_nobody(tree, database, shop):
    assert await found_by(database, shop, tree) == set()


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


def test_every_type_of_column_has_operators():
    assert all(operators_of(kind) for kind in ColumnType)
