from decimal import Decimal
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection
from customer_gql.demo.northwind.load import ImportFault, Loaded, NorthwindSummary, import_northwind
from customer_gql.schema.projections import PROJECTIONS

pytestmark = pytest.mark.slow  # loads a whole shop

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "northwind"
here = pytest.mark.skipif(not FOLDER.is_dir(), reason="the Northwind files are not on this machine")

SIZES = {"staff": 9, "products": 77, "customers": 91, "orders": 830, "order_lines": 2155, "shipments": 809}


async def one(connection: Connection, sql: str) -> tuple:
    row = await connection.fetchrow(sql)
    assert row is not None
    return tuple(row)


@here
async def test_everything_is_loaded_once(empty_database: Database):
    async with empty_database.writes.acquire() as connection:
        first = await import_northwind(connection, FOLDER)
        before = await fingerprint(connection)
        again = await import_northwind(connection, FOLDER)
        assert await fingerprint(connection) == before
    assert first == NorthwindSummary(**{name: Loaded(size, size) for name, size in SIZES.items()})
    assert again == NorthwindSummary(**{name: Loaded(size, 0) for name, size in SIZES.items()})
    assert "order lines: 2,155 read, 2,155 created" in first.lines()


async def fingerprint(connection: Connection) -> list[Any]:
    tables = (
        "customer customer_email customer_event address staff_user product sales_order sales_order_number"
        " sales_order_item sales_order_address shipment tracking_number order_statistics customer_grid_row"
    )
    return [
        await connection.fetchval(f"SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM {name} t")
        for name in tables.split()
    ]


@here
async def test_the_totals_are_those_of_the_source(empty_database: Database):
    """The unrounded lines come to 1,265,793.0395; 81 of 2,155 discounts have parts of a cent."""
    async with empty_database.writes.acquire() as connection:
        await import_northwind(connection, FOLDER)
        totals = await one(
            connection,
            "SELECT sum(subtotal), sum(discount_total), sum(shipping_total), sum(grand_total),"
            " count(*) FILTER (WHERE state = 'PROCESSING') FROM sales_order",
        )
        lines = await one(
            connection, "SELECT sum(row_total), sum(quantity_ordered - quantity_shipped) FROM sales_order_item"
        )
    assert [int(total) for total in totals] == [135_445_859, 8_866_558, 6_494_269, 133_073_570, 21]
    assert [int(total) for total in lines] == [126_579_301, 51_317 - 50_119]
    assert Decimal(int(lines[0])).scaleb(-2) - Decimal("1265793.0395") == Decimal("-0.0295")


@here
async def test_derived_rows_are_as_they_would_be_recomputed(empty_database: Database):
    async with empty_database.writes.acquire() as connection:
        await import_northwind(connection, FOLDER)
        value, count = await one(connection, "SELECT sum(lifetime_value), sum(order_count) FROM order_statistics")
        assert (int(value), int(count)) == (133_073_570, 830)
        for projection in PROJECTIONS:
            ids = [customer_id async for batch in projection.batches(connection) for customer_id in batch]
            assert await projection.find_differences(connection, ids) == {}


@here
async def test_customers_and_staff(empty_database: Database):
    async with empty_database.writes.acquire() as connection:
        await import_northwind(connection, FOLDER)
        without_orders = await connection.fetch(
            "SELECT email FROM customer c WHERE NOT EXISTS (SELECT FROM sales_order o WHERE o.customer_id = c.id) ORDER BY 1"
        )
        anybody_active = await connection.fetchval("SELECT bool_or(is_active) FROM staff_user")
        unsalable = await connection.fetchval("SELECT count(*) FROM product WHERE NOT is_salable")
        alfki = await one(
            connection,
            "SELECT c.first_name, c.last_name, c.group_id, c.website_id, c.created_at::date::text, a.company, a.street,"
            " a.country_code, a.is_default_billing AND a.is_default_shipping"
            " FROM customer c JOIN address a ON a.customer_id = c.id WHERE c.email = 'contact@alfki.example'",
        )
    assert [row.email for row in without_orders] == ["contact@fissa.example", "contact@paris.example"]
    assert (anybody_active, unsalable) == (False, 8)
    assert alfki == ("Maria", "Anders", 2, 1, "1997-08-25", "Alfreds Futterkiste", ["Obere Str. 57"], "DE", True)


@here
async def test_an_order_as_it_was_placed(empty_database: Database):
    async with empty_database.writes.acquire() as connection:
        await import_northwind(connection, FOLDER)
        order = await one(
            connection,
            "SELECT o.state, o.placed_at::date::text, o.customer_email, o.customer_name, s.name, o.subtotal,"
            " o.discount_total, o.shipping_total, o.grand_total FROM sales_order o"
            " JOIN staff_user s ON s.id = o.sales_representative_id WHERE o.number = 'NW-10250'",
        )
        items = await connection.fetch(
            "SELECT i.sku, i.quantity_ordered, i.price, i.discount, i.row_total FROM sales_order_item i"
            " JOIN sales_order o ON (o.customer_id, o.id) = (i.customer_id, i.order_id)"
            " WHERE o.number = 'NW-10250' ORDER BY i.position"
        )
        places = await connection.fetch(
            "SELECT a.kind, a.name, a.company, a.city, a.country_code FROM sales_order_address a"
            " JOIN sales_order_number n ON (n.customer_id, n.order_id) = (a.customer_id, a.order_id)"
            " WHERE n.number = 'NW-10250' ORDER BY a.kind"
        )
    assert order == (
        "COMPLETE",
        "1996-07-08",
        "contact@hanar.example",
        "Mario Pontes",
        "Margaret Peacock",
        181_300,
        26_040,
        6_583,
        161_843,
    )
    assert [tuple(item) for item in items] == [
        ("NW-41", 10, 770, 0, 7_700),
        ("NW-51", 35, 4_240, 22_260, 126_140),
        ("NW-65", 15, 1_680, 3_780, 21_420),
    ]
    assert [tuple(place) for place in places] == [
        ("BILLING", "Mario Pontes", "Hanari Carnes", "Rio de Janeiro", "BR"),
        ("SHIPPING", "Hanari Carnes", None, "Rio de Janeiro", "BR"),
    ]


async def test_a_missing_file_is_named(empty_database: Database, tmp_path: Path):
    async with empty_database.writes.acquire() as connection:
        with pytest.raises(ImportFault, match=r"There is no file .*employees\.csv"):
            await import_northwind(connection, tmp_path)


@here
@pytest.mark.parametrize(
    ("_case", "file", "old", "new", "sentence"),
    [
        ("column", "orders.csv", "freight", "fright", r"orders\.csv lacks the column freight"),
        ("value", "orders.csv", "32.38", "a lot", r"orders\.csv, line 2: freight holds no usable value"),
        ("country", "customers.csv", "Germany", "Germania", r"customers\.csv, line 2: country holds no usable value"),
        ("reference", "order_items.csv", "10248,11,", "10248,1100,", "do not fit together: no row is named '1100'"),
    ],
)
async def test_files_that_cannot_be_used(
    empty_database: Database, tmp_path: Path, _case: str, file: str, old: str, new: str, sentence: str
):
    for source in FOLDER.glob("*.csv"):
        copy(source, tmp_path)
    (tmp_path / file).chmod(0o644)
    text = (tmp_path / file).read_text(encoding="utf-8")
    (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8", newline="")
    async with empty_database.writes.acquire() as connection:
        with pytest.raises(ImportFault, match=sentence):
            await import_northwind(connection, tmp_path)
        assert await connection.fetchval("SELECT count(*) FROM staff_user") == 0
