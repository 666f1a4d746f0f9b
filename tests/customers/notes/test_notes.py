"""Notes of staff about a customer: written, pinned, changed, deleted; who may do it; and what the history keeps."""

from typing import Any

import orjson
import pytest

from customer_gql.core.ids import encode_id, new_id
from customer_gql.customers.notes.tables import customer_note
from customer_gql.database.statements import Connection
from support.clients import Client
from support.customers import customer_id, make_customer, put
from support.staff import make_website, staff_client, staff_id_of

CREATE = """mutation C($input: CustomerNoteCreateInput!) { customerNoteCreate(input: $input) {
  customer { id notes { totalCount } } note { id text isPinned version editedAt author { id } } changedFields
  userErrors { code key params message path } } }"""
UPDATE = """mutation U($input: CustomerNoteUpdateInput!) { customerNoteUpdate(input: $input) {
  customer { id } note { text isPinned version author { id } } changedFields
  userErrors { code key message path ... on VersionConflictError { currentVersion customer { id } conflicts { field base yours stored } } } } }"""
DELETE = """mutation D($input: CustomerNoteDeleteInput!) { customerNoteDelete(input: $input) {
  deletedId customer { notes { totalCount } } userErrors { code key message path } } }"""
READ = "query N($ids: [ID!]!) { nodes(ids: $ids) { ... on Customer { notes { nodes { text author { id } } } } } }"
PAGE = """query N($id: ID!, $after: String) { customer(id: $id) { notes(first: 2, after: $after) {
  nodes { text } pageInfo { endCursor hasNextPage } } } }"""
NOT_FOUND = {"code": "NOT_FOUND", "key": "note.not_found", "message": "There is no such note.", "path": ["id"]}


async def create(client: Client, customer: Any, text: str, **more: Any) -> Any:
    given = {"customerId": customer_id(customer), "text": text, **more}
    return (await client.data(CREATE, input=given))["customerNoteCreate"]


async def update(client: Client, id: str, **given: Any) -> Any:
    return (await client.data(UPDATE, input={"id": id, **given}))["customerNoteUpdate"]


async def delete(client: Client, id: str) -> Any:
    return (await client.data(DELETE, input={"id": id}))["customerNoteDelete"]


async def notes_of(connection: Connection, customer: Any) -> list[tuple[str, bool]]:
    rows = await connection.fetch("SELECT text, is_pinned FROM customer_note WHERE customer_id = $1", customer.id)
    return [tuple(row) for row in rows]


async def make_note(connection: Connection, customer: Any, text: str = "Prefers calls.", **given: Any) -> str:
    key = new_id()
    await put(connection, customer_note, customer_id=customer.id, id=key, text=text, **given)
    return encode_id("not", customer.id, key)


async def history(connection: Connection, customer: Any) -> list[tuple[str, Any]]:
    rows = await connection.fetch(
        "SELECT kind, changes FROM customer_event WHERE customer_id = $1 ORDER BY id", customer.id
    )
    return [(row.kind, orjson.loads(row.changes)) for row in rows]


async def test_a_note_is_written_changed_and_deleted_and_the_history_keeps_it(
    admin_client: Client, connection: Connection
):
    customer = await make_customer(connection)
    author = {"id": await staff_id_of(connection, admin_client)}
    made = await create(admin_client, customer, " Prefers letters.\r\nNot on Mondays. ", isPinned=True)
    text, id = "Prefers letters.\nNot on Mondays.", made["note"]["id"]
    assert made == {
        "customer": {"id": customer_id(customer), "notes": {"totalCount": 1}},
        "note": {"id": id, "text": text, "isPinned": True, "version": 1, "editedAt": None, "author": author},
        "changedFields": ["text", "isPinned"],
        "userErrors": [],
    }
    changed = await update(admin_client, id, text="Prefers calls.", isPinned=True, expectedVersion=1)
    assert changed == {
        "customer": {"id": customer_id(customer)},
        "note": {"text": "Prefers calls.", "isPinned": True, "version": 2, "author": author},
        "changedFields": ["text"],
        "userErrors": [],
    }
    assert await delete(admin_client, id) == {
        "deletedId": id,
        "customer": {"notes": {"totalCount": 0}},
        "userErrors": [],
    }
    assert await history(connection, customer) == [
        ("NOTE_CHANGED", {f"{id}.text": [None, text], f"{id}.isPinned": [None, True]}),
        ("NOTE_CHANGED", {f"{id}.text": [text, "Prefers calls."]}),
        ("NOTE_CHANGED", {f"{id}.text": ["Prefers calls.", None], f"{id}.isPinned": [True, None]}),
    ]
    assert (await connection.fetchval("SELECT version FROM customer WHERE id = $1", customer.id)) == customer.version


async def test_an_edit_that_changes_nothing_leaves_version_and_history(admin_client: Client, connection: Connection):
    customer = await make_customer(connection)
    id = await make_note(connection, customer)
    answer = await update(admin_client, id, text="Prefers calls. ", isPinned=False, expectedVersion=7)
    assert (answer["changedFields"], answer["note"]["version"], answer["userErrors"]) == ([], 1, [])
    assert await history(connection, customer) == []


async def test_an_edit_of_a_note_that_somebody_changed_meanwhile_conflicts(
    admin_client: Client, connection: Connection
):
    customer = await make_customer(connection)
    id = await make_note(connection, customer)
    await update(admin_client, id, text="Prefers letters.", expectedVersion=1)
    refused = await update(admin_client, id, text="Prefers mails.", expectedVersion=1)
    assert refused["userErrors"] == [
        {
            "code": "VERSION_CONFLICT",
            "key": "version.conflict",
            "message": "Somebody else changed this since you read it: text.",
            "path": ["expectedVersion"],
            "currentVersion": 2,
            "customer": {"id": encode_id("cus", customer.id)},
            "conflicts": [
                {"field": "text", "base": None, "yours": "Prefers mails.", "stored": "Prefers letters."},
            ],
        }
    ]
    assert await notes_of(connection, customer) == [("Prefers letters.", False)]


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        (" \n ", "REQUIRED", "value.required"),
        ("x" * 4001, "TOO_LONG", "text.too_long"),
        ("a\x07b", "INVALID", "text.control_character"),
        ("a\u202eb", "INVALID", "text.direction_override"),
    ],
)
async def test_a_text_is_neither_empty_nor_too_long_nor_misleading(
    admin_client: Client, connection: Connection, text: str, code: str, key: str
):
    customer = await make_customer(connection)
    id = await make_note(connection, customer)
    for answer in (await create(admin_client, customer, text), await update(admin_client, id, text=text)):
        assert [(e["code"], e["key"], e["path"]) for e in answer["userErrors"]] == [(code, key, ["text"])]
    assert (await create(admin_client, customer, "x" * 4000))["userErrors"] == []
    assert sorted(await notes_of(connection, customer)) == [("Prefers calls.", False), ("x" * 4000, False)]


async def test_pinned_notes_come_first_and_pages_follow_each_other(admin_client: Client, connection: Connection):
    customer = await make_customer(connection)
    for text, is_pinned in [("a", True), ("b", False), ("c", True), ("d", False)]:
        await make_note(connection, customer, text, is_pinned=is_pinned)
    seen, after, page = [], None, None
    while page is None or page["pageInfo"]["hasNextPage"]:
        page = (await admin_client.data(PAGE, id=customer_id(customer), after=after))["customer"]["notes"]
        seen += [note["text"] for note in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert seen == ["c", "a", "d", "b"]


async def test_notes_of_other_websites_and_customers_who_are_gone_do_not_exist(http: Any, connection: Connection):
    customer = await make_customer(connection)
    id = await make_note(connection, customer)
    elsewhere = await staff_client(http, connection, website_ids=[await make_website(connection)])
    unknown = encode_id("not", customer.id, 1)
    for client, wanted in ((elsewhere, id), (await staff_client(http, connection), unknown)):
        assert (await update(client, wanted, text="Mine."))["userErrors"] == [NOT_FOUND]
        assert (await delete(client, wanted))["userErrors"] == [NOT_FOUND]
    refused = await create(elsewhere, customer, "Mine.")
    assert [(e["key"], e["path"]) for e in refused["userErrors"]] == [("customer.not_found", ["customerId"])]
    assert await notes_of(connection, customer) == [("Prefers calls.", False)]
    assert await history(connection, customer) == []


async def test_writing_takes_the_permission_and_reading_shows_no_text_without_personal_facts(
    http: Any, connection: Connection
):
    customer = await make_customer(connection)
    id = await make_note(connection, customer)
    reader = await staff_client(http, connection, ["customers.read"])
    forbidden = {"code": "FORBIDDEN", "permission": "customers.write"}
    for document, given in (
        (CREATE, {"customerId": customer_id(customer), "text": "Mine."}),
        (UPDATE, {"id": id, "text": "Mine."}),
        (DELETE, {"id": id}),
    ):
        assert (await reader.answer(document, input=given))["errors"][0]["extensions"] == forbidden
    [found] = (await reader.data(READ, ids=[customer_id(customer)]))["nodes"]
    assert found["notes"]["nodes"] == [{"text": "P•••", "author": None}]
    assert await notes_of(connection, customer) == [("Prefers calls.", False)]


async def test_notes_go_with_the_customer(connection: Connection):
    customer = await make_customer(connection)
    await make_note(connection, customer)
    await connection.execute("DELETE FROM customer WHERE id = $1", customer.id)
    assert await notes_of(connection, customer) == []


async def test_reading_takes_the_same_statements_for_1_and_for_50_customers(
    admin_client: Client, connection: Connection, statements: Any
):
    author = int((await staff_id_of(connection, admin_client)).removeprefix("stf_"), 16)
    customers = [await make_customer(connection) for _ in range(50)]
    for number, customer in enumerate(customers):
        await make_note(connection, customer, str(number), staff_id=author)
    counts = {}
    for size in (1, 50):
        await statements.clear()
        found = (await admin_client.data(READ, ids=[customer_id(customer) for customer in customers[:size]]))["nodes"]
        assert [note["text"] for customer in found for note in customer["notes"]["nodes"]] == [
            str(number) for number in range(size)
        ]
        counts[size] = await statements.count()
    assert counts[1] == counts[50], statements.texts
