"""`customer.capabilities` refuse exactly what the mutations refuse, in every state and for everybody."""

import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from customer_gql.administration.capabilities.types import find_customer_mutations
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.customers.accounts.tables import email_token, password_reset
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.customers.addresses.settings import PER_CUSTOMER
from customer_gql.customers.notes.tables import customer_note
from customer_gql.customers.tags.tables import customer_tag
from customer_gql.database.statements import Connection
from customer_gql.execution.plans.cache import OWN_STATEMENTS_AFTER
from customer_gql.schema import admin
from support.clients import Client
from support.companies import make_company, make_member
from support.customers import customer_id, make_address, make_customer, put
from support.staff import make_website, staff_client

READ = """query C($ids: [ID!]!) { nodes(ids: $ids) { ... on Customer { capabilities {
  action isAllowed missingPermission refusal { code key params } fields { field isAllowed key } } } } }"""
MUTATIONS = find_customer_mutations(admin.schema)
SHAPES = admin.schema._schema.mutation_type.fields  # pyright: ignore
HOME = {"firstName": "Ada", "lastName": "Byron", "street": ["1 Way"], "city": "London", "postcode": "N1 7AA"}
HOME |= {"countryCode": "GB", "telephone": "+44 20 7946 0000"}


def action_of(mutation: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", mutation).upper()


async def input_of(mutation: str, connection: Connection, customer: Any) -> dict[str, Any]:
    """An input that no rule refuses by itself."""
    if mutation.startswith("customerNote") and mutation != "customerNoteCreate":
        key = new_id()
        await put(connection, customer_note, customer_id=customer.id, id=key, text="Prefers calls.")
        return {"id": encode_id("not", customer.id, key)}
    if mutation == "customerSessionRevoke":
        await issue_customer_token(connection, customer.id)
        session = await connection.fetchval("SELECT id FROM customer_session WHERE customer_id = $1", customer.id)
        return {"id": encode_id("ses", customer.id, session)}
    if mutation.startswith("customerAddress") and mutation != "customerAddressCreate":
        made = await make_address(connection, customer)
        more = {"billing": True} if mutation == "customerAddressSetDefault" else {}
        return {"id": encode_id("adr", customer.id, made.id), **more}
    if "customerId" in SHAPES[mutation].args["input"].type.of_type.fields:
        return {"customerId": customer_id(customer), **MORE[mutation]}
    key = {"idempotencyKey": uuid.uuid4().hex} if mutation.endswith("Adjust") else {}
    return {"id": customer_id(customer), **MORE.get(mutation, {}), **key}


MORE: Mapping[str, Mapping[str, Any]] = {
    "customerNoteCreate": {"text": "Prefers letters."},
    "customerTagsAdd": {"tags": ["New"]},
    "customerTagsRemove": {"tags": ["New"]},
    "customerAddressCreate": HOME,
    "customerSubscriptionSet": {"storeViewId": encode_id("stv", 1), "isSubscribed": False},
    "customerLoginAs": {"reason": "Asked by telephone."},
    "storeCreditAdjust": {"amount": "1.00"},
    "rewardPointsAdjust": {"points": 1},
}
Prepare = Callable[[Connection, Any], Awaitable[None]]


async def nothing(_connection: Connection, _customer: Any) -> None:
    pass


async def fill_book(connection: Connection, customer: Any) -> None:
    for _ in range(3):
        await make_address(connection, customer)


async def give_tags(connection: Connection, customer: Any) -> None:
    for number in range(50):
        await put(connection, customer_tag, customer_id=customer.id, fold=f"{number}", tag=f"{number}")


def give_links(table: Any, **more: Any) -> Prepare:
    async def give(connection: Connection, customer: Any) -> None:
        soon = await connection.fetchval("SELECT now() + interval '1 hour'")
        for _ in range(5):
            token = {"token_hash": uuid.uuid4().bytes * 2, "email_hash": b"x" * 32, "expires_at": soon}
            await put(connection, table, customer_id=customer.id, **token, **more)

    return give


async def create_for_company(connection: Connection, customer: Any) -> None:
    employer = await make_company(connection, status="PENDING")
    await make_member(connection, employer, customer, is_account_of_company=True)


STATES: dict[str, tuple[dict[str, Any], Prepare]] = {
    "plain": ({}, nothing),
    "locked": ({"lock_reason": "STAFF"}, nothing),
    "unconfirmed": ({"is_email_confirmed": False}, nothing),
    "unconfirmed after five links": ({"is_email_confirmed": False}, give_links(email_token, purpose="CONFIRM")),
    "deactivated": ({"status": "INACTIVE", "allows_remote_assistance": True}, nothing),
    "consenting": ({"allows_remote_assistance": True}, nothing),
    "company administrator": ({"customer_type": "COMPANY_ADMIN"}, nothing),
    "deactivated administrator": ({"customer_type": "COMPANY_ADMIN", "status": "INACTIVE"}, nothing),
    "waiting for a company": ({"status": "INACTIVE"}, create_for_company),
    "company user": ({"customer_type": "COMPANY_USER"}, nothing),
    "with a full address book": ({}, fill_book),
    "with fifty tags": ({}, give_tags),
    "after five reset mails": ({}, give_links(password_reset)),
}


async def make_in_state(connection: Connection, state: str) -> Any:
    columns, prepare = STATES[state]
    customer = await make_customer(connection, **columns)
    if state == "locked":
        later = "UPDATE customer SET locked_until = now() + interval '1 day' WHERE id = $1"
        await connection.execute(later, customer.id)
    await prepare(connection, customer)
    return customer


async def capabilities(client: Client, customer: Any) -> dict[str, Any]:
    [found] = (await client.data(READ, ids=[customer_id(customer)]))["nodes"]
    return {capability["action"]: capability for capability in found["capabilities"]}


async def call(client: Client, mutation: str, given: dict[str, Any]) -> Any:
    kind = SHAPES[mutation].args["input"].type
    document = f"mutation M($input: {kind}!) {{ {mutation}(input: $input) {{ userErrors {{ code key params }} }} }}"
    return await client.answer(document.replace("!!", "!"), input=given)


@pytest.mark.parametrize("state", STATES)
async def test_a_capability_refuses_exactly_when_its_mutation_does(
    admin_client: Client, connection: Connection, configured: Any, state: str
):
    await configured(PER_CUSTOMER, 3)
    for mutation in MUTATIONS:
        customer = await make_in_state(connection, state)
        given = await input_of(mutation, connection, customer)
        stated = (await capabilities(admin_client, customer))[action_of(mutation)]
        errors = (await call(admin_client, mutation, given))["data"][mutation]["userErrors"]
        assert ([] if stated["refusal"] is None else [stated["refusal"]]) == errors, mutation
        assert (stated["isAllowed"], stated["missingPermission"]) == (not errors, None), mutation


async def test_every_mutation_needs_the_permission_that_its_capability_names(http: Any, connection: Connection):
    for permission in sorted(set(MUTATIONS.values())):
        lacking = await staff_client(http, connection, ALL_PERMISSIONS - {permission})
        customer = await make_customer(connection, allows_remote_assistance=True)
        stated = await capabilities(lacking, customer)
        assert {name: found["missingPermission"] for name, found in stated.items()} == {
            action_of(name): permission.value if needed is permission else None for name, needed in MUTATIONS.items()
        }
        assert not [name for name, found in stated.items() if found["missingPermission"] and found["isAllowed"]]
        for mutation, needed in MUTATIONS.items():
            given = await input_of(mutation, connection, customer)
            if needed is permission:
                error = (await call(lacking, mutation, given))["errors"][0]
                assert error["extensions"] == {"code": "FORBIDDEN", "permission": permission.value}, mutation


async def test_customers_of_other_websites_have_no_capabilities_and_mutations_do_not_find_them(
    http: Any, connection: Connection
):
    customer = await make_customer(connection)
    elsewhere = await staff_client(http, connection, website_ids=[await make_website(connection)])
    assert (await elsewhere.data(READ, ids=[customer_id(customer)]))["nodes"] == [None]
    for mutation in MUTATIONS:
        given = await input_of(mutation, connection, customer)
        errors = (await call(elsewhere, mutation, given))["data"][mutation]["userErrors"]
        assert [error["code"] for error in errors] == ["NOT_FOUND"], mutation


@pytest.mark.parametrize(
    ("columns", "refused"),
    [
        ({}, {"telephone": "customer.no_default_billing_address", "postcode": "customer.no_default_billing_address"}),
        (
            {"customer_type": "COMPANY_USER"},
            {"groupId": "customer_group.decided_by_company", "websiteId": "company.member_stays_on_website"},
        ),
    ],
)
async def test_fields_of_quick_edit_have_rules_of_their_own(
    admin_client: Client, connection: Connection, columns: dict[str, Any], refused: dict[str, str]
):
    customer = await make_customer(connection, **columns)
    if columns:
        await make_address(connection, customer, is_default_billing=True)
    stated = (await capabilities(admin_client, customer))["CUSTOMER_QUICK_EDIT"]
    told = {field["field"]: field["key"] for field in stated["fields"] if not field["isAllowed"]}
    others = ("company", "city", "fax", "billingFirstName", "billingLastName", "vatNumber")
    assert told == {**refused, **dict.fromkeys(others, "customer.not_quick_editable")}
    values = {"email": f"{uuid.uuid4().hex}@example.com", "groupId": encode_id("grp", 2), "postcode": "N1 8AA"}
    values |= {"telephone": "+44 20 7946 1111", "taxVatNumber": "GB1", "gender": "FEMALE"}
    for field, value in values.items():
        given = {"id": customer_id(customer), field: value}
        answer = (await call(admin_client, "customerQuickEdit", given))["data"]["customerQuickEdit"]
        assert [error["key"] for error in answer["userErrors"]] == ([refused[field]] if field in refused else [])


async def test_a_new_address_takes_a_permission_of_its_own(http: Any, connection: Connection):
    customer = await make_customer(connection)
    clerk = await staff_client(http, connection, ALL_PERMISSIONS - {"customers.change_email"})
    fields = (await capabilities(clerk, customer))["CUSTOMER_QUICK_EDIT"]["fields"]
    assert {"field": "email", "isAllowed": False, "key": None} in fields


async def test_reading_takes_the_same_statements_for_1_and_for_50_customers(
    admin_client: Client, connection: Connection, statements: Any
):
    customers = [await make_customer(connection) for _ in range(50)]
    counts = {}
    for _ in range(
        OWN_STATEMENTS_AFTER + 10
    ):  # from then on the token is read with the first rows, and the database writes
        await admin_client.data(READ, ids=[customer_id(customers[0])])
    for size in (1, 50):
        await statements.clear()
        found = (await admin_client.data(READ, ids=[customer_id(customer) for customer in customers[:size]]))["nodes"]
        assert {len(customer["capabilities"]) for customer in found} == {len(MUTATIONS)}
        counts[size] = await statements.count()
    assert counts[1] == counts[50], statements.texts


async def test_a_refusal_is_told_in_the_language_of_the_reader(
    admin_client: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
):
    customer = await make_in_state(connection, "company administrator")
    document = """query C($id: ID!) { customer(id: $id) { capabilities { action refusal { message }
      fields { field message } } } }"""
    told: dict[str, set[str | None]] = {}
    for language in ("en", "de"):
        monkeypatch.setitem(admin_client.http.headers, "Accept-Language", language)
        data = await admin_client.data(document, id=customer_id(customer))
        found = {one["action"]: one for one in data["customer"]["capabilities"]}
        fields = {one["field"]: one["message"] for one in found["CUSTOMER_UPDATE"]["fields"]}
        assert fields["email"] is None
        told[language] = {found["CUSTOMER_DELETE"]["refusal"]["message"], fields["groupId"]}
    assert None not in told["en"] | told["de"]
    assert not told["en"] & told["de"]
