"""Tags in a mapped file: one cell with several values, which are all that the customer has afterwards."""

import asyncio
from typing import Any

import orjson
import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.tags.values import MAX_LENGTH, MAX_TAGS
from customer_gql.messaging.jobs.work import Tools
from support.importing import MAP, problems, run_import, show, start, upload, work
from support.jobs import delete_open_jobs

NAMES = iter(range(1_000_000))
STORED = """SELECT array_agg(t.tag ORDER BY t.fold) FROM customer c LEFT JOIN customer_tag t ON t.customer_id = c.id
WHERE c.email = $1"""
ADD = "mutation T($input: CustomerTagsAddInput!) { customerTagsAdd(input: $input) { userErrors { key } } }"


@pytest.fixture
async def tools(http: Any, database: Any, settings: Any, connection: Any) -> Tools:
    await delete_open_jobs(connection)
    return Tools(database, settings)


def email() -> str:
    return f"tagged.{next(NAMES)}@shop.example"


async def mapped(client: Any, *rows: str, separator: str = ";", **options: Any) -> str:
    content = f"email{separator}firstname{separator}lastname{separator}tags\n" + "\n".join(rows) + "\n"
    given = {"layout": "MAPPED", "websiteId": encode_id("web", 1), "options": options}
    id = await upload(client, content.encode(), **given)
    names = ["email", "firstname", "lastname", "tags"]
    mapping = [{"column": name, "target": name} for name in names]
    answer = (await client.data(MAP, input={"id": id, "mapping": mapping}))["customerImportMap"]
    assert answer["userErrors"] == []
    return id


async def tags_of(connection: Any, one: str) -> list[str]:
    return [tag for tag in await connection.fetchval(STORED, one) if tag is not None]


async def test_a_cell_states_all_tags_of_a_customer(admin_client: Any, tools: Tools, connection: Any):
    ann = email()
    first = await mapped(admin_client, f"{ann};Ann;Lee;VIP, Trade fair,,VIP ")
    assert await run_import(admin_client, tools, first, dry_run=True) == {"read": 1, "created": 1}
    assert await run_import(admin_client, tools, first) == {"read": 1, "created": 1}
    assert await tags_of(connection, ann) == ["Trade fair", "VIP"]
    same = await mapped(admin_client, f"{ann};Ann;Lee;vip,TRADE FAIR")
    assert await run_import(admin_client, tools, same) == {"read": 1, "unchanged": 1}
    other = await mapped(admin_client, f"{ann};Ann;Lee;vip,Café")
    assert await run_import(admin_client, tools, other) == {"read": 1, "updated": 1}
    assert await tags_of(connection, ann) == ["Café", "VIP"]
    entry = """SELECT e.changes, e.job_id = i.job_id AS is_of_job FROM customer_event e JOIN customer c ON c.id = e.customer_id
        JOIN customer_import i ON i.id = (SELECT max(id) FROM customer_import)
        WHERE c.email = $1 AND e.kind = 'TAGS_CHANGED' ORDER BY e.id DESC LIMIT 1"""
    found = await connection.fetchrow(entry, ann)
    assert (orjson.loads(found.changes), found.is_of_job) == ({"tags": [["Trade fair", "VIP"], ["Café", "VIP"]]}, True)
    events = (
        "SELECT count(*) FROM domain_event d JOIN customer c ON c.id = d.customer_id WHERE c.email = $1 AND d.type = $2"
    )
    assert await connection.fetchval(events, ann, "customer.tags_changed") == 2


async def test_the_separator_of_values(admin_client: Any, tools: Tools, connection: Any):
    ann = email()
    id = await mapped(admin_client, f"{ann};Ann;Lee;Key account, big|VIP", multipleValueSeparator="|")
    await run_import(admin_client, tools, id)
    assert await tags_of(connection, ann) == ["Key account, big", "VIP"]
    quoted = await mapped(admin_client, f'{ann},Ann,Lee,"One,Two"', separator=",", fieldSeparator=",")
    await run_import(admin_client, tools, quoted)
    assert await tags_of(connection, ann) == ["One", "Two"]


@pytest.mark.parametrize(("given", "left"), [({}, ["VIP"]), ({"emptyCells": "CLEAR"}, [])])
async def test_an_empty_cell(given: Any, left: list[str], admin_client: Any, tools: Tools, connection: Any):
    ann = email()
    await run_import(admin_client, tools, await mapped(admin_client, f"{ann};Ann;Lee;VIP"))
    empty = await mapped(admin_client, f"{ann};Ann;Lee;", **given)
    counts = await run_import(admin_client, tools, empty)
    assert (counts, await tags_of(connection, ann)) == ({"read": 1, "unchanged" if left else "updated": 1}, left)
    cleared = await mapped(admin_client, f"{ann};Ann;Lee;_EMPTY_VALUE_")
    await run_import(admin_client, tools, cleared)
    assert await tags_of(connection, ann) == []


async def test_of_several_rows_of_a_customer_the_last_one_with_tags_counts(
    admin_client: Any, tools: Tools, connection: Any
):
    ann, bob = email(), email()
    rows = [f"{ann};Ann;Lee;A", f"{bob};Bob;Lee;B", f"{ann};Ann;Lee;C", f"{ann};Ann;Leigh;"]
    id = await mapped(admin_client, *rows)
    assert (await run_import(admin_client, tools, id))["created"] == 2
    assert (await tags_of(connection, ann), await tags_of(connection, bob)) == (["C"], ["B"])


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("x" * (MAX_LENGTH + 1), "text.too_long"),
        (",".join(f"T{number}" for number in range(MAX_TAGS + 1)), "tag.too_many"),
        ("A,\u202eB", "text.direction_override"),
    ],
)
async def test_a_cell_that_breaks_a_rule_of_tags_is_left_out(
    cell: str, key: str, admin_client: Any, tools: Tools, connection: Any
):
    ann = email()
    await run_import(admin_client, tools, await mapped(admin_client, f"{ann};Ann;Lee;VIP"))
    id = await mapped(admin_client, f"{ann};Ann;Lee;{cell}")
    assert await run_import(admin_client, tools, id) == {"read": 1, "unchanged": 1}
    told = [(one["column"], one["key"], one["outcome"]) for one in await problems(admin_client, id)]
    assert told == [("tags", key, "CELL_LEFT_OUT")]
    assert await tags_of(connection, ann) == ["VIP"]


async def test_tags_of_staff_and_of_an_import_at_the_same_time(admin_client: Any, tools: Tools, connection: Any):
    """One waits for the other: the import states all tags, so what staff add is there only when it came afterwards."""
    ann = email()
    await run_import(admin_client, tools, await mapped(admin_client, f"{ann};Ann;Lee;Old"))
    key = encode_id("cus", await connection.fetchval("SELECT id FROM customer WHERE email = $1", ann))
    id = await mapped(admin_client, f"{ann};Ann;Lee;New")
    await start(admin_client, id)
    adding = admin_client.data(ADD, input={"customerId": key, "tags": ["Staff"]})
    await asyncio.gather(work(tools), adding)
    assert (await show(admin_client, id))["status"] == "DONE"
    assert await tags_of(connection, ann) in (["New"], ["New", "Staff"])


async def test_adobe_layouts_have_no_tags(admin_client: Any, tools: Tools, connection: Any):
    ann = email()
    content = f"email,_website,firstname,lastname,tags\n{ann},base,Ann,Lee,VIP\n".encode()
    for layout in ("ADOBE_CUSTOMERS", "ADOBE_COMPOSITE"):
        await run_import(admin_client, tools, await upload(admin_client, content, layout=layout))
    assert await tags_of(connection, ann) == []
