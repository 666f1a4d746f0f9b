"""A file in a layout of Adobe Commerce that is imported again changes nothing, whichever layout it is."""

import datetime as dt
from typing import Any

import pytest

from customer_gql.demo.seed.seeding import seed_shop
from customer_gql.messaging.jobs.work import Tools
from customer_gql.schema.projections import PROJECTIONS
from support.clients import served
from support.customers import make_address, make_customer
from support.exporting import export, read_csv
from support.importing import problems, run_import, upload
from support.staff import staff_client

pytestmark = pytest.mark.slow

LAYOUTS = ["ADOBE_CUSTOMERS", "ADOBE_ADDRESSES", "ADOBE_COMPOSITE", "ADOBE_FINANCE"]
TEXTS = ["=1+1", "'=1+1", "''=1+1", "'O", "+1", "-1", "@a", "\uff1d1", "_a", "a,b|c", 'say "a"', "-5", "1e5"]
"""What another program reads has no apostrophes to take away, so that one which is there goes (docs/domain/exports.md#exports-7)."""
TABLES = ["customer", "address", "store_credit", "reward_points", "store_credit_entry", "reward_points_entry"]
FILES = ["profile_picture", "signed_form", "directions"]
UNTIL = dt.datetime(2026, 8, 20, 9, 30, tzinfo=dt.UTC)


async def make_odd_customers(connection: Any, *, is_safe: bool) -> None:
    """Customers with texts that spreadsheets and separators treat in their own way."""
    for text in TEXTS if is_safe else [text for text in TEXTS if not text.startswith("'")]:
        one = await make_customer(connection, tax_vat_number=text, suffix=text, birth_year=1979, date_of_birth=None)
        for external_id in (None, f"x{one.number}"):
            more: dict[str, Any] = {"company": text, "street": [text, text], "external_id": external_id}
            await make_address(connection, one, **more, vat_number=text)


async def read_all(connection: Any) -> dict[str, list[Any]]:
    return {table: await connection.fetch(f"SELECT * FROM {table} t ORDER BY t") for table in TABLES}


@pytest.mark.parametrize("is_safe", [True, False])
async def test_importing_any_layout_again_changes_nothing(is_safe, settings, empty_database):
    async with empty_database.writes.acquire() as connection, served(settings, empty_database) as http:
        await seed_shop(connection, customers=400, seed=7, until=UNTIL)
        await make_odd_customers(connection, is_safe=is_safe)
        client = await staff_client(http, connection)
        tools = Tools(empty_database, settings, PROJECTIONS)
        before = await read_all(connection)
        assert all(before.values())
        for layout in LAYOUTS:
            asked = {"selection": {"everything": True}, "layout": layout, "isSpreadsheetSafe": is_safe}
            content = await export(client, tools, {"customers": asked})
            id = await upload(client, content, layout=layout)
            counts = await run_import(client, tools, id)
            # A file is named in an export, and not imported (docs/domain/import.md#import-34).
            noted = {(one["key"], one["column"].removeprefix("_address_")) for one in await problems(client, id)}
            assert noted <= {("import.file_not_imported", name) for name in FILES}
            assert counts == {"read": len(read_csv(content)), "unchanged": len(read_csv(content))}, layout
        assert await read_all(connection) == before
        assert await connection.fetchval("SELECT count(*) FROM customer_event WHERE job_id IS NOT NULL") == 0
