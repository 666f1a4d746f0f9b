"""Editors without `customers.pii` learn nothing from a refusal: it is the same for a right and for a wrong guess."""

import uuid

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import Permission
from customer_gql.customers.addresses.settings import PER_CUSTOMER
from customer_gql.customers.notes.tables import customer_note
from customer_gql.customers.profile.values.births import BIRTH_DATE
from customer_gql.shop.groups.tables import customer_group_excluded_website
from customer_gql.shop.settings.writes import set_value
from support.customers import customer_id, make_address, make_customer, put
from support.staff import make_website, staff_client

CONFLICT = "... on VersionConflictError { conflicts { field base yours stored baseLabel yoursLabel storedLabel } }"
ERRORS = f"changedFields userErrors {{ key path {CONFLICT} }}"
UPDATE = f"mutation M($input: CustomerUpdateInput!) {{ customerUpdate(input: $input) {{ {ERRORS} }} }}"
QUICK_EDIT = f"""mutation M($input: CustomerQuickEditInput!, $viewId: ID) {{
  customerQuickEdit(input: $input, viewId: $viewId) {{ {ERRORS} }} }}"""
ADDRESS = f"mutation M($input: CustomerAddressUpdateInput!) {{ customerAddressUpdate(input: $input) {{ {ERRORS} }} }}"
NOTE = f"mutation M($input: CustomerNoteUpdateInput!) {{ customerNoteUpdate(input: $input) {{ {ERRORS} }} }}"
CREATE = "mutation M($input: CustomerCreateInput!) { customerCreate(input: $input) { userErrors { key path } } }"
UPSERT = "mutation M($input: CustomerUpsertInput!) { customerUpsert(input: $input) { userErrors { key path } } }"
HISTORY = "query H($id: ID!) { customer(id: $id) { history { nodes { changes { field before after } } } } }"

STORED = {
    "first_name": "Augusta",
    "gender": "FEMALE",
    "date_of_birth": None,
    "birth_year": None,
    "tax_vat_number": "GB1",
}
GUESSES = [
    ({"firstName": "Augusta"}, {"firstName": "Anna"}),
    ({"gender": "FEMALE"}, {"gender": "MALE"}),
    ({"taxVatNumber": "GB1"}, {"taxVatNumber": "GB2"}),
    ({"taxVatNumber": "GB2", "firstName": "Augusta"}, {"taxVatNumber": "GB2", "firstName": "Anna"}),
]
MAY: list[str] = [
    Permission.CUSTOMERS_READ,
    Permission.CUSTOMERS_WRITE,
    Permission.CUSTOMERS_CHANGE_EMAIL,
    Permission.HISTORY_READ,
]


@pytest.fixture
async def blind(http, connection):
    return await staff_client(http, connection, MAY)


@pytest.fixture
async def row(connection):
    """As imports leave them: the history tells nothing of earlier versions."""
    return await make_customer(connection, **STORED, version=3)


async def count_events(connection, row):
    return await connection.fetchval("SELECT count(*) FROM customer_event WHERE customer_id = $1", row.id)


async def ask_both(client, document, guesses, **shared):
    """The answers to both guesses, the only difference between which is what was guessed."""
    return [await client.data(document, **{**shared, "input": {**shared.get("input", {}), **one}}) for one in guesses]


@pytest.mark.parametrize("guesses", GUESSES, ids=str)
@pytest.mark.parametrize("version", [2, 0, -1])
async def test_a_conflict_of_an_edit(guesses, version, blind, row, connection):
    shared = {"id": customer_id(row), "expectedVersion": version}
    right, wrong = await ask_both(blind, UPDATE, guesses, input=shared)
    masked = {"yours", "yoursLabel"}  # of what the caller sent

    def told(answer):
        (error,) = answer["customerUpdate"]["userErrors"]
        return error["key"], [{k: v for k, v in one.items() if k not in masked} for one in error["conflicts"]]

    assert told(right) == told(wrong)
    assert await count_events(connection, row) == 0


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ({"dateOfBirth": "1985-12-10"}, {"dateOfBirth": "1985-12-11"}),
        ({"birthYear": 1985}, {"birthYear": 1986}),
    ],
    ids=str,
)
async def test_a_conflict_of_a_birth_is_the_same_to_the_letter(right, wrong, blind, connection, row):
    await connection.execute("UPDATE customer SET date_of_birth = '1985-12-10' WHERE id = $1", row.id)
    shared = {"id": customer_id(row), "expectedVersion": -1}
    answers = await ask_both(blind, UPDATE, (right, wrong), input=shared)
    assert answers[0] == answers[1]
    (error,) = answers[0]["customerUpdate"]["userErrors"]
    blank = dict.fromkeys(["base", "yours", "stored", "baseLabel", "yoursLabel", "storedLabel"])
    assert error["conflicts"] == [{"field": name, **blank} for name in ("dateOfBirth", "birthYear")]


@pytest.mark.parametrize("guess", ["N1 7AA", "N1 7AB"])
async def test_a_conflict_of_a_quick_edit(guess, blind, row, connection):
    await make_address(connection, row, is_default_billing=True)
    input = {"id": customer_id(row), "expectedVersion": -1, "postcode": guess, "telephone": "+44 20 1111 2222"}
    answer = await blind.data(QUICK_EDIT, input=input)
    (error,) = answer["customerQuickEdit"]["userErrors"]
    assert [one["field"] for one in error["conflicts"]] == ["telephone", "postcode"]


@pytest.mark.parametrize("guess", ["London", "Leeds"])
async def test_a_conflict_of_an_address(guess, blind, row, connection):
    address = await make_address(connection, row)
    input = {"id": encode_id("adr", row.id, address.id), "expectedVersion": -1, "city": guess, "lastName": "Eve"}
    answer = await blind.data(ADDRESS, input=input)
    (error,) = answer["customerAddressUpdate"]["userErrors"]
    assert [one["field"] for one in error["conflicts"]] == ["lastName", "city"]


@pytest.mark.parametrize("guess", ["Difficult.", "Kind."])
async def test_a_conflict_of_a_note(guess, blind, row, connection):
    await put(connection, customer_note, customer_id=row.id, id=1, text="Difficult.", version=2)
    answer = await blind.data(NOTE, input={"id": encode_id("not", row.id, 1), "expectedVersion": 1, "text": guess})
    (error,) = answer["customerNoteUpdate"]["userErrors"]
    assert [one["field"] for one in error["conflicts"]] == ["text"]


async def test_those_who_see_it_give_it_back_without_a_conflict(admin_client, row):
    input = {"id": customer_id(row), "expectedVersion": 2, "firstName": "Augusta", "gender": "FEMALE"}
    assert (await admin_client.data(UPDATE, input=input))["customerUpdate"] == {"changedFields": [], "userErrors": []}


async def test_a_stored_value_that_is_no_longer_valid(blind, row, connection):
    await set_value(connection, BIRTH_DATE, "YEAR")
    await connection.execute("UPDATE customer SET date_of_birth = '1985-12-10' WHERE id = $1", row.id)
    guesses = ({"dateOfBirth": "1985-12-10"}, {"dateOfBirth": "1985-12-11"})
    right, wrong = await ask_both(blind, UPDATE, guesses, input={"id": customer_id(row)})
    assert right == wrong
    (error,) = right["customerUpdate"]["userErrors"]
    assert error["key"] == "date_of_birth.year_only"


async def test_a_view_that_nobody_has(blind, row, connection):
    other = await make_customer(connection)
    guesses = ({"email": other.email}, {"email": f"{uuid.uuid4().hex}@example.com"})
    shared = {"input": {"id": customer_id(row)}, "viewId": encode_id("gvw", 1)}
    taken, free = await ask_both(blind, QUICK_EDIT, guesses, **shared)
    assert taken == free
    assert taken["customerQuickEdit"]["userErrors"][0]["key"] == "grid_view.not_found"


@pytest.fixture
async def excluded(connection):
    """A website that no customer of the second group gets into."""
    website = await make_website(connection)
    await put(connection, customer_group_excluded_website, group_id=2, website_id=website)
    return website


RIGHT_ADDRESS = {
    "firstName": "A",
    "lastName": "B",
    "street": ["1"],
    "city": "London",
    "postcode": "N1 7AA",
    "countryCode": "GB",
    "telephone": "+44 20 7946 0000",
}
WRONG_ADDRESS = {"firstName": "A", "lastName": "B", "street": ["1"], "countryCode": "XX", "externalId": "a"}
KNOWN_ID = "known to the caller"
FAILING = {
    "address": {"addresses": [WRONG_ADDRESS]},
    "group": {"groupId": encode_id("grp", 2)},
    "external id": {"externalId": KNOWN_ID},
    "full book": {"addresses": [RIGHT_ADDRESS] * 2},
}


@pytest.mark.parametrize("failing", FAILING.values(), ids=FAILING)
async def test_a_creation_that_fails_in_any_case(failing, blind, excluded, connection):
    known = await make_customer(connection, website_id=excluded)
    await connection.execute(
        "INSERT INTO customer_external_id (external_id, customer_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        KNOWN_ID,
        known.id,
    )
    await set_value(connection, PER_CUSTOMER, 1)
    shared = {"firstName": "Ada", "lastName": "Byron", "websiteId": encode_id("web", excluded), **failing}
    guesses = ({"email": known.email}, {"email": f"{uuid.uuid4().hex}@example.com"})
    taken, free = await ask_both(blind, CREATE, guesses, input=shared)
    assert taken == free
    (error, *_) = taken["customerCreate"]["userErrors"]
    assert error["key"] != "email.taken"


async def test_an_upsert_that_fails_in_any_case(blind, connection):
    known = await make_customer(connection)
    answers = []
    for email in (known.email, f"{uuid.uuid4().hex}@example.com"):
        customer = {"firstName": "Ada", "lastName": "Byron", "websiteId": encode_id("web", 1), "email": email}
        input = {"externalId": uuid.uuid4().hex, "customer": customer, "addresses": [WRONG_ADDRESS]}
        answers.append(await blind.data(UPSERT, input=input))
    assert answers[0] == answers[1]
    (error, *_) = answers[0]["customerUpsert"]["userErrors"]
    assert error["path"] == ["addresses", "0", "countryCode"]


async def test_an_edit_that_fails_in_any_case(blind, row, connection):
    known = await make_customer(connection)
    taken = await make_customer(connection, external_id=uuid.uuid4().hex)
    guesses = ({"email": known.email}, {"email": f"{uuid.uuid4().hex}@example.com"})
    shared = {"id": customer_id(row), "externalId": taken.external_id}
    answers = await ask_both(blind, UPDATE, guesses, input=shared)
    assert answers[0] == answers[1]
    (error,) = answers[0]["customerUpdate"]["userErrors"]
    assert error["key"] == "external_id.taken"


async def test_a_history_hides_gender_and_birth_wholly(blind, admin_client, row):
    input = {"id": customer_id(row), "gender": "MALE", "dateOfBirth": "1985-12-10", "firstName": "Anna"}
    assert (await admin_client.data(UPDATE, input=input))["customerUpdate"]["userErrors"] == []
    (event,) = (await blind.data(HISTORY, id=customer_id(row)))["customer"]["history"]["nodes"]
    assert event["changes"] == [
        {"field": "dateOfBirth", "before": None, "after": None},
        {"field": "firstName", "before": "A•••", "after": "A•••"},
        {"field": "gender", "before": None, "after": None},
    ]
