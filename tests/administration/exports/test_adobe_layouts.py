"""What is exported in a layout of Adobe Commerce is what the import reads: importing it again changes nothing."""

import datetime as dt
from typing import Any

import pytest

from customer_gql.administration.customer_import.adobe.load import import_adobe
from customer_gql.commerce.reward_points.tables import reward_points
from customer_gql.commerce.store_credit.tables import store_credit
from customer_gql.demo.seed.seeding import seed_shop
from customer_gql.messaging.jobs.work import Tools
from customer_gql.schema.projections import PROJECTIONS
from support.clients import served
from support.customers import customer_id, make_address, make_customer, put
from support.exporting import create_export, export, read_csv
from support.staff import make_website, staff_client

UNTIL = dt.datetime(2026, 8, 20, 9, 30, tzinfo=dt.UTC)
SECRETS = {"password", "password_hash", "rp_token", "rp_token_created_at"}
LAYOUTS = ["ADOBE_CUSTOMERS", "ADOBE_ADDRESSES", "ADOBE_COMPOSITE", "ADOBE_FINANCE"]


def of(layout: str, *customers: Any, **more: Any) -> Any:
    selection = {"ids": [customer_id(one) for one in customers]} if customers else {"everything": True}
    return {"customers": {"selection": selection, "layout": layout, **more}}


@pytest.mark.slow
@pytest.mark.parametrize("is_safe", [True, False])
async def test_importing_an_export_of_the_seed_changes_nothing(is_safe, settings, empty_database, tmp_path):
    async with empty_database.writes.acquire() as connection, served(settings, empty_database) as http:
        await seed_shop(connection, customers=400, seed=7, until=UNTIL)
        client = await staff_client(http, connection)
        tools = Tools(empty_database, settings, PROJECTIONS)
        paths = []
        for layout in ("ADOBE_CUSTOMERS", "ADOBE_ADDRESSES"):
            content = await export(client, tools, of(layout, isSpreadsheetSafe=is_safe))
            assert not SECRETS & read_csv(content)[0].keys()
            paths.append(tmp_path / f"{layout}.csv")
            paths[-1].write_bytes(content)
        stored = "SELECT (SELECT count(*) FROM customer) + (SELECT count(*) FROM address)"
        rows = await connection.fetchval(stored)
        summary = await import_adobe(connection, customers=paths[0], addresses=paths[1], report=tmp_path / "report.csv")
        for counts in (summary.customers, summary.addresses):
            assert (counts.created, counts.updated, counts.refused) == (0, 0, 0), summary.lines()
        assert summary.customers.unchanged == 400
        assert await connection.fetchval(stored) == rows
        assert await connection.fetchval("SELECT count(*) FROM customer_event WHERE kind = 'IMPORTED'") == 0


async def test_a_customer_of_the_main_file(admin_client, connection, tools):
    one = await make_customer(
        connection, date_of_birth=dt.date(1979, 10, 31), gender="FEMALE", tax_vat_number="=1", is_email_confirmed=False
    )
    [row] = read_csv(await export(admin_client, tools, of("ADOBE_CUSTOMERS", one)))
    created = one.created_at.astimezone(dt.UTC)
    assert {key: row[key] for key in ("email", "_website", "_store", "confirmation", "created_at", "dob", "gender", "group_id", "taxvat")} == {
        "email": one.email,
        "_website": "base",
        "_store": "default",
        "confirmation": "1",
        "created_at": f"{created:%Y-%m-%d %H:%M:%S}",
        "dob": "1979-10-31",
        "gender": "Female",
        "group_id": "1",
        "taxvat": "'=1",
    }  # fmt: skip
    [plain] = read_csv(await export(admin_client, tools, of("ADOBE_CUSTOMERS", one, isSpreadsheetSafe=False)))
    assert plain["taxvat"] == "=1"


async def test_a_year_of_birth_alone_stays_a_year(admin_client, connection, tools):
    one = await make_customer(connection, birth_year=1979, date_of_birth=None)
    [row] = read_csv(await export(admin_client, tools, of("ADOBE_CUSTOMERS", one)))
    assert row["dob"] == "1979"


async def test_further_addresses_stand_in_rows_without_a_customer(admin_client, connection, tools):
    first, second = await make_customer(connection), await make_customer(connection)
    for street in ("One St", "Two St"):
        await make_address(connection, first, street=[street, "Floor 2"], external_id=f"x{street[:3]}")
    rows = read_csv(await export(admin_client, tools, of("ADOBE_COMPOSITE", first, second)))
    shown = [(row["email"], row["_website"], row["_entity_id"], row["_address_street"]) for row in rows]
    assert shown == [
        (first.email, "base", "xOne", "One St\nFloor 2"),
        ("", "", "xTwo", "Two St\nFloor 2"),
        (second.email, "base", "", ""),
    ]
    addresses = read_csv(await export(admin_client, tools, of("ADOBE_ADDRESSES", first, second)))
    assert [(row["_email"], row["_website"], row["street"]) for row in addresses] == [
        (first.email, "base", "One St\nFloor 2"),
        (first.email, "base", "Two St\nFloor 2"),
    ]


async def test_balances_stand_in_a_row_for_each_website(http, admin_client, connection, tools):
    website = await make_website(connection)
    one = await make_customer(connection)
    await put(connection, store_credit, customer_id=one.id, website_id=1, balance=1250, currency="USD")
    await put(connection, reward_points, customer_id=one.id, website_id=website, balance=7)
    rows = read_csv(await export(admin_client, tools, of("ADOBE_FINANCE", one)))
    code = await connection.fetchval("SELECT code FROM website WHERE id = $1", website)
    assert [tuple(row.values()) for row in rows] == [
        (one.email, "base", "base", "12.50", ""),
        (one.email, "base", code, "", "7"),
    ]
    narrow = await staff_client(
        http, connection, ["customers.read", "customers.export", "customers.pii"], website_ids=[1]
    )
    rows = read_csv(await export(narrow, tools, of("ADOBE_FINANCE", one)))
    assert [row["_finance_website"] for row in rows] == ["base"]


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"columns": ["number"]}, ("export.layout_fixed", ["list", "customers", "columns"])),
        ({"sort": [{"by": "NUMBER"}]}, ("export.layout_fixed", ["list", "customers", "sort"])),
        (
            {"layout": "GRID", "isSpreadsheetSafe": False},
            ("export.always_safe", ["list", "customers", "isSpreadsheetSafe"]),
        ),
    ],
)
async def test_a_layout_has_its_own_columns(more, refused, admin_client, connection, tools):
    list = {"customers": {"selection": {"everything": True}, "layout": "ADOBE_CUSTOMERS", **more}}
    answer = await create_export(admin_client, list)
    assert [(one["key"], one["path"]) for one in answer["userErrors"]] == [refused]


@pytest.mark.parametrize("layout", LAYOUTS)
async def test_a_layout_needs_the_permission_for_personal_data(layout, http, connection, tools):
    client = await staff_client(http, connection, ["customers.read", "customers.export"])
    answer = await client.answer(
        "mutation E($input: ExportCreateInput!) { exportCreate(input: $input) { job { id } } }",
        input={"list": of(layout), "format": "CSV"},
    )
    assert answer["errors"][0]["extensions"]["permission"] == "customers.pii"
