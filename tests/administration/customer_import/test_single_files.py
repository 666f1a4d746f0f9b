"""Files of customers with their addresses: whose address a row has, when a row before it is refused or cannot be read."""

import csv
import io
from typing import Any

import pytest

from customer_gql.administration.customer_import.runs.report import write_report
from customer_gql.messaging.files.store import FileStore
from customer_gql.messaging.jobs.work import Tools
from support.adobe_shop import ANN, sheet
from support.importing import import_key, problems, run_import, upload
from support.jobs import delete_open_jobs

NAMES = iter(range(1_000_000))
PLACE = {"_address_street": "1 High Street", "_address_city": "York", "_address_country_id": "GB"}
BOOK = """SELECT array_agg(a.city ORDER BY a.city) FROM address a JOIN customer c ON c.id = a.customer_id WHERE c.email = $1"""
PREVIEW = "query P($id: ID!) { customerImport(id: $id) { preview { line cells { column key } } } }"


@pytest.fixture
async def tools(http: Any, database: Any, settings: Any, connection: Any) -> Tools:
    await delete_open_jobs(connection)
    return Tools(database, settings)


def person(**given: str) -> dict[str, str]:
    return ANN | {"email": f"single.{next(NAMES)}@shop.example"} | PLACE | given


def further(city: str, **given: str) -> dict[str, str]:
    return {"email": "", "_website": ""} | PLACE | {"_address_city": city} | given


async def read_failed_rows(tools: Tools, connection: Any, id: str) -> list[dict[str, str]]:
    job = await connection.fetchval("SELECT job_id FROM customer_import WHERE id = $1", import_key(id))
    await write_report(tools, {"import_id": import_key(id), "job_id": job})
    file = await connection.fetchrow(
        "SELECT f.* FROM stored_file f JOIN customer_import i ON f.id = i.failed_rows_file_id WHERE i.id = $1",
        import_key(id),
    )
    content = b"".join([part async for part in FileStore(tools.database, tools.settings).read(file)])
    return list(csv.DictReader(io.StringIO(content.decode())))


async def test_addresses_after_a_row_that_cannot_be_read_are_nobodys(admin_client: Any, tools: Tools, connection: Any):
    ann = person()
    content = sheet(ann, further("Leeds")) + '"bob"x@shop.example,base,Bob,Lee\r\n'
    content += sheet(ann, further("Hull")).splitlines(keepends=True)[2] + ",".join(["x"] * 20) + "\r\n"
    content += sheet(ann, further("Bath")).splitlines(keepends=True)[2]
    id = await upload(admin_client, content.encode(), layout="ADOBE_COMPOSITE")
    preview = (await admin_client.data(PREVIEW, id=id))["customerImport"]["preview"]
    assert [any(cell["key"] for cell in row["cells"]) for row in preview] == [False, False, True, True, True, True]
    assert await run_import(admin_client, tools, id) == {"read": 6, "created": 2, "refused": 4}
    told = [(one["line"], one["column"], one["key"]) for one in await problems(admin_client, id)]
    assert told[:2] == [(4, "", "import.text_after_quote"), (5, "email", "value.required")]
    assert {line for line, *_ in told} == {4, 5, 6, 7}
    assert (6, "", "import.too_many_cells") in told
    assert await connection.fetchval(BOOK, ann["email"]) == ["Leeds", "York"]
    failed = [row for row in await read_failed_rows(tools, connection, id) if row["_address_city"]]
    assert [(row["email"], row["_address_city"]) for row in failed] == [
        ("?", "Hull"),
        ("?", "Bath"),
    ]
    again = await upload(admin_client, sheet(ann, *failed).encode(), layout="ADOBE_COMPOSITE")
    assert await run_import(admin_client, tools, again) == {"read": 3, "unchanged": 1, "refused": 2}


async def test_refused_addresses_come_after_their_customers(admin_client: Any, tools: Tools, connection: Any):
    ann, bob, eve = person(), person(), person(_address_country_id="XX")
    wrong = {"_address_country_id": "XX"}
    rows = [
        ann,
        further("Leeds", **wrong),
        further("Hull"),
        further("Bath", **wrong),
        bob,
        eve,
        further("Kent", **wrong),
    ]
    id = await upload(admin_client, sheet(*rows).encode(), layout="ADOBE_COMPOSITE")
    assert await run_import(admin_client, tools, id) == {"read": 7, "created": 3, "refused": 4}
    failed = await read_failed_rows(tools, connection, id)
    assert [(row["email"], row["_address_city"]) for row in failed] == [
        (ann["email"], "York"),
        ("", "Leeds"),
        ("", "Bath"),
        (eve["email"], "York"),
        ("", "Kent"),
    ]
    mended = [row | {"_address_country_id": "GB"} for row in failed]
    again = await upload(admin_client, sheet(*mended).encode(), layout="ADOBE_COMPOSITE")
    assert await run_import(admin_client, tools, again) == {"read": 5, "created": 4, "unchanged": 1}
    books = [await connection.fetchval(BOOK, one["email"]) for one in (ann, bob, eve)]
    assert books == [["Bath", "Hull", "Leeds", "York"], ["York"], ["Kent", "York"]]


async def test_a_cell_that_came_with_an_apostrophe_gets_no_other_one(admin_client: Any, tools: Tools, connection: Any):
    row = person(taxvat="'=1+1", middlename="=2", suffix="''-3", _address_country_id="XX")
    id = await upload(admin_client, sheet(row).encode(), layout="ADOBE_COMPOSITE")
    await run_import(admin_client, tools, id)
    [failed] = await read_failed_rows(tools, connection, id)
    assert [failed[name] for name in ("taxvat", "middlename", "suffix")] == ["'=1+1", "'=2", "''-3"]
    again = await upload(admin_client, sheet(failed | {"_address_country_id": "GB"}).encode(), layout="ADOBE_COMPOSITE")
    assert await run_import(admin_client, tools, again) == {"read": 1, "created": 1}
    stored = "SELECT tax_vat_number, middle_name, suffix FROM customer WHERE email = $1"
    assert tuple(await connection.fetchrow(stored, row["email"])) == ("=1+1", "=2", "'-3")
