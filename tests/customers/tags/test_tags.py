"""Tags of customers: added, removed, known; who may do it; and changes at the same time."""

import asyncio
from typing import Any

import orjson
import pytest

from customer_gql.customers.tags.tables import customer_tag
from customer_gql.database.statements import Connection
from support.clients import Client
from support.customers import customer_id, make_customer, put
from support.races import stop_before
from support.staff import make_website, staff_client

ADD = """mutation A($input: CustomerTagsAddInput!) { customerTagsAdd(input: $input) {
  customer { id tags } tags changedTags userErrors { code key params message path } } }"""
REMOVE = """mutation R($input: CustomerTagsRemoveInput!) { customerTagsRemove(input: $input) {
  customer { id tags } tags changedTags userErrors { code key params message path } } }"""
READ = "query N($ids: [ID!]!) { nodes(ids: $ids) { ... on Customer { tags } } }"
KNOWN = """query K($start: String, $first: Int, $after: String) {
  customerTags(startsWith: $start, first: $first, after: $after) {
    totalCount nodes { tag customerCount } pageInfo { endCursor hasNextPage } } }"""


async def add(client: Client, customer: Any, *tags: str) -> Any:
    return (await client.data(ADD, input={"customerId": customer_id(customer), "tags": tags}))["customerTagsAdd"]


async def remove(client: Client, customer: Any, *tags: str) -> Any:
    given = {"customerId": customer_id(customer), "tags": tags}
    return (await client.data(REMOVE, input=given))["customerTagsRemove"]


async def known(client: Client, start: str | None = None, **window: Any) -> Any:
    return (await client.data(KNOWN, start=start, **window))["customerTags"]


async def tags_of(connection: Connection, customer: Any) -> list[str]:
    rows = await connection.fetch("SELECT tag FROM customer_tag WHERE customer_id = $1 ORDER BY fold", customer.id)
    return [row.tag for row in rows]


async def history(connection: Connection, customer: Any) -> list[tuple[str, Any]]:
    rows = await connection.fetch(
        "SELECT kind, changes FROM customer_event WHERE customer_id = $1 ORDER BY id", customer.id
    )
    return [(row.kind, orjson.loads(row.changes)) for row in rows]


async def test_tags_are_added_and_removed_in_any_spelling(admin_client: Client, connection: Connection):
    customer = await make_customer(connection)
    added = await add(admin_client, customer, " Key   account ", "Café", "KEY ACCOUNT")
    tags = ["Café", "Key account"]
    assert added == {
        "customer": {"id": customer_id(customer), "tags": tags},
        "tags": tags,
        "changedTags": ["Key account", "Café"],
        "userErrors": [],
    }
    assert (await add(admin_client, customer, "CAFE"))["changedTags"] == []
    assert await remove(admin_client, customer, "cafe", "Unknown") == {
        "customer": {"id": customer_id(customer), "tags": ["Key account"]},
        "tags": ["Key account"],
        "changedTags": ["Café"],
        "userErrors": [],
    }
    assert (await remove(admin_client, customer, "cafe"))["changedTags"] == []
    assert await history(connection, customer) == [
        ("TAGS_CHANGED", {"tags": [[], tags]}),
        ("TAGS_CHANGED", {"tags": [tags, ["Key account"]]}),
    ]
    assert (await connection.fetchval("SELECT version FROM customer WHERE id = $1", customer.id)) == customer.version


@pytest.mark.parametrize(
    ("tag", "code", "key"),
    [
        (" ", "REQUIRED", "value.required"),
        ("x" * 41, "TOO_LONG", "text.too_long"),
        ("a\nb", "INVALID", "text.not_one_line"),
        ("a\u202eb", "INVALID", "text.direction_override"),
    ],
)
async def test_a_tag_is_one_short_line(admin_client: Client, connection: Connection, tag: str, code: str, key: str):
    customer = await make_customer(connection)
    for change in (add, remove):
        refused = await change(admin_client, customer, "fine", tag)
        assert [(e["code"], e["key"], e["path"]) for e in refused["userErrors"]] == [(code, key, ["tags", "1"])]
        assert (refused["customer"], refused["tags"], refused["changedTags"]) == (None, [], [])
    assert (await add(admin_client, customer, "x" * 40))["userErrors"] == []
    assert await tags_of(connection, customer) == ["x" * 40]


async def test_a_customer_has_at_most_fifty_tags(admin_client: Client, connection: Connection):
    customer = await make_customer(connection)
    fifty = [f"{number:02}" for number in range(50)]
    assert (await add(admin_client, customer, *fifty))["tags"] == fifty
    assert (await add(admin_client, customer, "00"))["userErrors"] == []
    assert (await add(admin_client, customer, "50"))["userErrors"] == [
        {
            "code": "TOO_MANY",
            "key": "tag.too_many",
            "params": {"limit": 50},
            "message": "A customer has at most 50 tags. Remove one first.",
            "path": ["tags"],
        }
    ]
    assert await tags_of(connection, customer) == fifty


async def test_changes_at_the_same_time_lose_nothing(admin_client: Client, connection: Connection):
    customer = await make_customer(connection)
    await add(admin_client, customer, "old")
    async with stop_before("INSERT INTO customer_tag") as stop:
        first = asyncio.create_task(add(admin_client, customer, "first"))
        await stop.reached_by(first)
        others = [
            asyncio.create_task(add(admin_client, customer, "second", "FIRST")),
            asyncio.create_task(remove(admin_client, customer, "old")),
        ]
    answers = await asyncio.gather(first, *others)
    assert [answer["changedTags"] for answer in answers] == [["first"], ["second"], ["old"]]
    assert await tags_of(connection, customer) == ["first", "second"]
    entries = [changes["tags"] for _kind, changes in await history(connection, customer)]
    assert [before for before, _after in entries[1:]] == [after for _before, after in entries[:-1]]


async def test_customers_of_other_websites_do_not_exist(http: Any, connection: Connection):
    customer = await make_customer(connection)
    await put(connection, customer_tag, customer_id=customer.id, fold="vip", tag="VIP")
    elsewhere = await staff_client(http, connection, website_ids=[await make_website(connection)])
    for change in (add, remove):
        refused = await change(elsewhere, customer, "VIP", "mine")
        assert [(e["code"], e["key"], e["path"]) for e in refused["userErrors"]] == [
            ("NOT_FOUND", "customer.not_found", ["customerId"])
        ]
    assert await tags_of(connection, customer) == ["VIP"]
    assert await history(connection, customer) == []


async def test_changing_takes_the_permission(http: Any, connection: Connection):
    customer = await make_customer(connection)
    reader = await staff_client(http, connection, ["customers.read"])
    for document in (ADD, REMOVE):
        refused = await reader.answer(document, input={"customerId": customer_id(customer), "tags": ["VIP"]})
        assert refused["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.write"}
    writer = await staff_client(http, connection, ["customers.write"])
    refused = await writer.answer(KNOWN)
    assert refused["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.read"}
    assert await tags_of(connection, customer) == []


async def test_known_tags_count_the_customers_of_the_viewers_websites(
    http: Any, admin_client: Client, connection: Connection
):
    there = await make_website(connection)
    first, second = await make_customer(connection), await make_customer(connection)
    other = await make_customer(connection, website_id=there, created_in_store_view_id=there)
    start = f"T{first.id} 100%"
    await add(admin_client, first, f"{start} a", f"{start} B")
    await add(admin_client, second, f"{start} É", f"{start} A")
    await add(admin_client, other, f"{start} a", f"{start} c")
    page = await known(admin_client, start.lower(), first=2)
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (4, True)
    rest = await known(admin_client, start, first=3, after=page["pageInfo"]["endCursor"])
    counts = [(f"{start} A", 3), (f"{start} B", 1), (f"{start} c", 1), (f"{start} É", 1)]
    assert [(node["tag"], node["customerCount"]) for node in page["nodes"] + rest["nodes"]] == counts
    local = await staff_client(http, connection, website_ids=[there])
    seen = await known(local, start)
    assert [(node["tag"], node["customerCount"]) for node in seen["nodes"]] == [(f"{start} a", 1), (f"{start} c", 1)]
    assert seen["totalCount"] == 2
    assert (await known(admin_client, f"{start}_"))["nodes"] == []
    assert (await known(local))["totalCount"] == 2


async def test_tags_go_with_the_customer(connection: Connection):
    customer = await make_customer(connection)
    await put(connection, customer_tag, customer_id=customer.id, fold="vip", tag="VIP")
    await connection.execute("DELETE FROM customer WHERE id = $1", customer.id)
    assert await tags_of(connection, customer) == []


async def test_reading_takes_the_same_statements_for_1_and_for_50_customers(
    admin_client: Client, connection: Connection, statements: Any
):
    customers = [await make_customer(connection) for _ in range(50)]
    for number, customer in enumerate(customers):
        await put(connection, customer_tag, customer_id=customer.id, fold=str(number), tag=str(number))
    counts = {}
    for size in (1, 50):
        await statements.clear()
        found = (await admin_client.data(READ, ids=[customer_id(customer) for customer in customers[:size]]))["nodes"]
        assert [customer["tags"] for customer in found] == [[str(number)] for number in range(size)]
        counts[size] = await statements.count()
    assert counts[1] == counts[50], statements.texts


GRID = """query G($filter: CustomerFilter!) { customers(filter: $filter) {
  nodes { id gridRow { tags } matches(filter: $filter) { isMatch clauses { actual } } }
  facets(columns: ["tags"]) { values { value label count } } } }"""


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"hasAny": ["CAFE", "unknown"]}, [0]),
        ({"hasAll": ["vip"]}, [0, 1]),
        ({"hasAll": ["cafe", "VIP"]}, [0]),
        ({"hasNone": ["caf\u00e9"]}, [1, 2]),
        ({"isNull": True}, [2]),
        ({"isNull": False}, [0, 1]),
    ],
)
async def test_the_grid_finds_customers_by_their_tags(
    admin_client: Client, connection: Connection, given: dict[str, Any], found: list[int]
):
    customers = [await make_customer(connection, last_name="Tagged") for _ in range(3)]
    await add(admin_client, customers[0], "Caf\u00e9", "VIP", "Gone")
    await remove(admin_client, customers[0], "gone")
    await add(admin_client, customers[1], "vip")
    mine = {"number": {"in": [customer.number for customer in customers]}, "tags": given}
    answer = (await admin_client.data(GRID, filter=mine))["customers"]
    shown = {node["id"]: node["gridRow"]["tags"] for node in answer["nodes"]}
    rows = [["Caf\u00e9", "VIP"], ["vip"], None]
    assert shown == {customer_id(customers[number]): rows[number] for number in found}
    assert all(node["matches"]["isMatch"] for node in answer["nodes"])
    facet = {value["value"]: value["count"] for value in answer["facets"][0]["values"]}
    assert facet.get("vip", 0) == len({0, 1} & set(found))
    assert {value["label"].casefold() for value in answer["facets"][0]["values"]} <= {"caf\u00e9", "vip"}


async def test_a_facet_shows_the_spelling_of_customers_within_reach(http: Any, connection: Connection):
    elsewhere, here = await make_website(connection), await make_website(connection)
    everywhere = await staff_client(http, connection)
    for website, spelling in ((elsewhere, "ALL-IN"), (here, "All-in"), (here, "all-in")):
        await add(everywhere, await make_customer(connection, website_id=website), spelling)
    client = await staff_client(http, connection, website_ids=[here])
    answer = (await client.data(GRID, filter={"tags": {"hasAny": ["all-in"]}}))["customers"]
    assert answer["facets"] == [{"values": [{"value": "all-in", "label": "All-in", "count": 2}]}]
