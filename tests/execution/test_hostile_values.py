"""No value of any scalar, at any place of either schema, is a fault of the service."""

import json
from typing import Any

import pytest
from graphql import get_named_type, is_composite_type

from customer_gql.core.ids import encode_id
from customer_gql.database.pools import Database
from customer_gql.schema import admin, storefront
from customer_gql.settings import Settings
from support.clients import Client, served
from support.companies import make_company
from support.customers import customer_id, make_address, make_full_customer
from support.hostile import HOSTILE, connections_of, hostile_cursors, places_of, plausible_arguments
from support.root_samples import SAMPLES
from support.staff import staff_client
from support.world import build

pytestmark = pytest.mark.slow  # generated values

SCHEMAS = {"storefront": storefront.schema._schema, "admin": admin.schema._schema}
ENDS_THE_SESSION = {"signOut", "staffSignOut"}
ROOTS = [
    (audience, word, name)
    for audience, schema in SCHEMAS.items()
    for word, root in (("query", schema.query_type), ("mutation", schema.mutation_type))
    if root is not None
    for name, field in root.fields.items()
    if field.args and name not in ENDS_THE_SESSION
]


@pytest.fixture(scope="session")
async def world(http, database):
    async with database.writes.acquire() as connection:
        return await build(http, connection)


@pytest.fixture(scope="session")
async def shopper(database):
    async with database.writes.acquire() as connection:
        row = await make_full_customer(connection)
        await make_company(connection, row)  # orders of a company are a list of the storefront
        return row, await make_address(connection, row)


async def send(client: Client, document: str, arguments: Any, headers: dict[str, Any] | None = None) -> Any:
    """As JSON of ASCII alone, because lone surrogates cannot be sent otherwise."""
    sent: dict[str, Any] = {"Content-Type": "application/json", **(headers or {})}
    if client.token:
        sent["Authorization"] = f"Bearer {client.token}"
    content = json.dumps({"query": document, "variables": arguments})
    return await client.http.post(client.path, content=content, headers=sent)


def is_fault(response: Any) -> bool:
    return response.status_code >= 500 or "INTERNAL_SERVER_ERROR" in response.text


def document_of(audience: str, word: str, name: str, given: dict[str, Any]) -> str:
    schema = SCHEMAS[audience]
    root = schema.query_type if word == "query" else schema.mutation_type
    assert root is not None
    field = root.fields[name]
    declared = ", ".join(f"${argument}: {field.args[argument].type}" for argument in given)
    passed = ", ".join(f"{argument}: ${argument}" for argument in given)
    selection = " { __typename }" if is_composite_type(get_named_type(field.type)) else ""
    return f"{word}({declared}) {{ {name}({passed}){selection} }}"


@pytest.mark.parametrize(("audience", "word", "name"), ROOTS)
async def test_no_value_of_any_argument_is_a_fault(audience, word, name, http, world, shopper, as_customer, connection):
    field = getattr(SCHEMAS[audience], f"{word}_type").fields[name]
    row, address = shopper
    if audience == "admin":
        client = await staff_client(http, connection)
        samples = [sample(world.foreign()) for sample in SAMPLES.get(name, [])] or [
            plausible_arguments(field, {"adr": "x"})
        ]
    else:
        client = await as_customer(row.id)
        samples = [plausible_arguments(field, {"adr": encode_id("adr", row.id, address.id)})]
    faults = []
    for place in places_of(field.args):
        for value in HOSTILE[place.scalar]:
            arguments = place.put(samples[0], value)
            response = await send(client, document_of(audience, word, name, arguments), arguments)
            if is_fault(response):
                faults.append((place.path, value, response.text[:300]))
    assert faults == []


@pytest.mark.parametrize("audience", SCHEMAS)
async def test_no_cursor_is_a_fault(audience, http, world, shopper, as_customer, connection):
    row, _ = shopper
    schema, key = SCHEMAS[audience], customer_id(row)
    client = await as_customer(row.id) if audience == "storefront" else await staff_client(http, connection)
    customer = "me" if audience == "storefront" else f'customer(id: "{key}")'
    fields = [
        f"{customer} {{ PAGE }}".replace("PAGE", f"page: {name}%s") for name in connections_of(schema, "Customer")
    ]
    fields += [f"page: {name}%s" for name in connections_of(schema, "Query")]
    checked = 0
    for field in fields:
        first = await client.data("{ " + field % "(first: 1) { edges { cursor } }" + " }")
        page = first.get("page") or next(iter(first.values()))["page"]
        for cursor in [hostile for edge in page["edges"] for hostile in hostile_cursors(edge["cursor"])]:
            for argument in ("after", "before"):
                document = f"query($at: String) {{ {field % f'({argument}: $at) {{ edges {{ cursor }} }}'} }}"
                response = await send(client, document, {"at": cursor})
                assert not is_fault(response), (field, cursor, response.text[:300])
                checked += 1
    assert checked > 100


async def test_a_cursor_names_its_list(http, connection):
    client = await staff_client(http, connection)
    customer = f'customer(id: "{customer_id(await make_full_customer(connection))}")'
    schema = SCHEMAS["admin"]
    lists = {name: f"{customer} {{ page: {name}%s }}" for name in connections_of(schema, "Customer")}
    lists |= {name: f"page: {name}%s" for name in connections_of(schema, "Query")}
    cursors: dict[str, str] = {}
    for name, field in lists.items():
        data = await client.data("{ " + field % "(first: 1) { edges { cursor } }" + " }")
        page = data.get("page") or data["customer"]["page"]
        cursors.update((name, edge["cursor"]) for edge in page["edges"])
    assert len(set(cursors.values())) == len(cursors) > 4
    for taken, cursor in cursors.items():
        for name in cursors:
            argument = f'(after: "{cursor}") {{ totalCount }}'
            errors = (await client.answer("{ " + lists[name] % argument + " }")).get("errors", [])
            codes = [error["extensions"]["code"] for error in errors]
            assert codes == ([] if name == taken else ["BAD_USER_INPUT"]), (taken, name)


LOCK = """mutation L($id: ID!, $until: DateTime) {
  customerLock(input: {id: $id, until: $until}) { isChanged userErrors { path } } }"""
CREDIT = """mutation C($id: ID!, $amount: Decimal!) {
  storeCreditAdjust(input: {id: $id, amount: $amount, idempotencyKey: "spelt"}) { entry { amount { amount } } userErrors { path message } } }"""
BORN = "mutation B($on: Date) { meUpdate(input: {dateOfBirth: $on}) { userErrors { path } } }"


async def test_a_time_without_its_zone_is_bad_input(admin_client: Client, shopper):
    answer = await admin_client.answer(LOCK, id=customer_id(shopper[0]), until="2030-01-01T00:00:00")
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]
    assert "Add the zone of the time: Z for UTC, or an offset like +02:00." in answer["errors"][0]["message"]


@pytest.mark.parametrize("on", ["20240101", "2024-W01-1", "2024-01-01T00:00:00Z", 20240101])
async def test_a_date_has_one_spelling(as_customer, shopper, on):
    answer = await (await as_customer(shopper[0].id)).answer(BORN, on=on)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("amount", ["\uff11\uff10", "1_0", " 5 ", "1e1", True, 5.0, 5.001, 1e22])
async def test_an_amount_has_one_spelling(admin_client: Client, shopper, amount):
    answer = await admin_client.answer(CREDIT, id=customer_id(shopper[0]), amount=amount)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("amount", ["1.000000000000000000000000000001", "5.000"])
async def test_an_amount_is_within_the_scale_of_its_currency(admin_client: Client, shopper, amount):
    answer = await admin_client.data(CREDIT, id=customer_id(shopper[0]), amount=amount)
    assert answer["storeCreditAdjust"] == {
        "entry": None,
        "userErrors": [{"path": ["amount"], "message": "An amount in USD has at most 2 decimals."}],
    }


@pytest.mark.parametrize("literal", ["1.5", '"1.50"'])
async def test_an_amount_in_the_document_keeps_its_digits(admin_client: Client, as_customer, connection, literal):
    row = await make_full_customer(connection)
    document = CREDIT.replace(", $amount: Decimal!", "").replace("$amount", literal)
    answer = await admin_client.data(document, id=customer_id(row))
    assert answer["storeCreditAdjust"] == {"entry": {"amount": {"amount": "1.50"}}, "userErrors": []}


HOPS = [
    "fe80::1%eth0",
    "fe80::1%25eth0",
    "%",
    "a\x01b",
    "x" * 500,
    "::ffff:1.2.3.4",
    "999.1.1.1",
    "[fe80::1%a]:80",
    ",,",
    "\xe9",
]


@pytest.mark.parametrize("trusted", [["*"], ["127.0.0.0/8", "fe80::/10"]])
async def test_no_forwarded_address_is_a_fault(trusted: list[str], settings: Settings, database: Database):
    document = 'mutation { signIn(input: {email: "a@b.example", password: "x"}) { userErrors { code } } }'
    async with served(settings.model_copy(update={"trusted_proxies": trusted}), database) as http:
        for hop in HOPS:
            forwarded = {"X-Forwarded-For": f"{hop}, {hop}".encode("latin-1"), "X-Forwarded-Proto": "\x01%"}
            response = await send(Client(http, "/graphql", None), document, {}, forwarded)
            assert not is_fault(response), hop


ENVELOPES = [
    b"",
    b"null",
    b"[]",
    b"1e999",
    b"[" * 5000 + b"]" * 5000,
    b'{"query": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    b'{"query": 1}',
    b'{"query": "{ __typename }", "variables": []}',
    b'{"query": "{ __typename }", "variables": {"a": ' + b'{"a": ' * 900 + b"1" + b"}" * 900 + b"}}",
    b'{"query": "{ __typename }", "operationName": 7}',
    b'{"query": "{ __typename }", "extensions": "x"}',
    b'{"query": "{ __typename }", "query": "\\u0000"}',
    b'{"query": "\\ud800"}',
    b'{"query": "' + b"{a" * 3000 + b'"}',
    b'{"query": "query($a: ' + b"[" * 3000 + b"Int" + b"]" * 3000 + b') { __typename }"}',
    b'{"query": "{ node(id: ' + b"[" * 3000 + b"1" + b"]" * 3000 + b') { id } }"}',
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
]


@pytest.mark.parametrize("path", ["/graphql", "/admin/graphql"])
async def test_no_envelope_is_a_fault(path: str, http, admin_client: Client):
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {admin_client.token}"}
    for envelope in ENVELOPES:
        response = await http.post(
            path, content=envelope, headers=headers if path.startswith("/admin") else headers | {"Authorization": ""}
        )
        assert not is_fault(response), envelope[:60]


TEMPLATES = [
    "{% if link %}" * 300 + "x" + "{% endif %}" * 300,
    "{{ " + "(" * 2000 + "link" + ")" * 2000 + " }}",
    "{{ link" + "|upper" * 3000 + " }}",
    "{{ " + "-" * 3000 + "1 }}",
    "{{ [" * 400,
    "{{ 9" + "9" * 5000 + " }}",
    "{{ '\\" + "x' }}",
]
UPDATE_TEMPLATE = """mutation U($html: String!) { mailTemplateUpdate(
  input: {template: WELCOME, subject: "a", html: $html, text: "b"}) { userErrors { code } } }"""


@pytest.mark.parametrize("html", TEMPLATES)
async def test_no_template_is_a_fault(html: str, admin_client: Client):
    response = await send(admin_client, UPDATE_TEMPLATE, {"html": html})
    assert not is_fault(response), response.text[:300]
    assert '"code":"INVALID"' in response.text
