"""One rule, one place: a value that one door refuses, every door refuses with the same message."""

import pytest

from customer_gql.core.ids import encode_id
from support.adobe_shop import ANN, HOME, Shop, sheet
from support.clients import Client
from support.customers import customer_id, make_address, make_customer

ERRORS = "userErrors { message path }"
ME = f"mutation M($input: MeUpdateInput!) {{ refused: meUpdate(input: $input) {{ {ERRORS} }} }}"
ADDRESS = f"mutation A($input: AddressUpdateInput!) {{ refused: addressUpdate(input: $input) {{ {ERRORS} }} }}"
QUICK = f"mutation Q($input: CustomerQuickEditInput!) {{ refused: customerQuickEdit(input: $input) {{ {ERRORS} }} }}"
SIGN_UP = f"mutation S($input: SignUpInput!) {{ refused: signUp(input: $input) {{ {ERRORS} }} }}"
PERSON = {"email": "new@example.com", "password": "correct horse battery staple", "firstName": "Ann", "lastName": "Lee"}


@pytest.fixture
async def refusals(storefront, as_customer, admin_client, connection, shop: Shop):
    """The messages with which the doors refuse a value."""
    shopper = await make_customer(connection)
    address = await make_address(connection, shopper, is_default_billing=True)
    me = await as_customer(shopper.id)

    async def messages(document: str, client: Client, **input) -> list[str]:
        return [error["message"] for error in (await client.data(document, input=input))["refused"]["userErrors"]]

    doors = {
        "profile": lambda field, value: messages(ME, me, **{field: value}),
        "sign_up": lambda field, value: messages(SIGN_UP, storefront, **PERSON | {field: value}),
        "address": lambda field, value: messages(ADDRESS, me, id=encode_id("adr", shopper.id, address.id), **{field: value}),
        "quick_edit": lambda field, value: messages(QUICK, admin_client, id=customer_id(shopper), **{field: value}),
        "customer_import": lambda field, value: imported(shop, sheet(ANN | {field: value})),
        "address_import": lambda field, value: imported(shop, sheet(ANN), sheet(HOME | {field: value})),
    }  # fmt: skip

    async def refused(value: str, **fields: str) -> dict[str, list[str]]:
        return {door: await doors[door](field, value) for door, field in fields.items()}

    return refused


async def imported(shop: Shop, *files: str) -> list[str]:
    await shop.load(*files)
    return [row[3] for row in shop.refused()]


NAME_DOORS = {
    "profile": "firstName",
    "sign_up": "lastName",
    "address": "firstName",
    "customer_import": "firstname",
    "address_import": "lastname",
}
FORM_DOORS = {door: field for door, field in NAME_DOORS.items() if not door.endswith("import")}
LINK = "Enter a name without a link."
OVERRIDE = "Enter text without characters that change the direction of what follows."


@pytest.mark.parametrize(
    ("value", "message", "doors"),
    [
        ("See http://spam.example", LINK, FORM_DOORS),
        ("www.spam.example", LINK, FORM_DOORS),
        ("\u0441\u043f\u0430\u043c\u3002\u0440\u0444", LINK, FORM_DOORS),
        ("a\u202eb", OVERRIDE, NAME_DOORS),
        ("\u200b\u200d", "Enter a value; this field is required.", FORM_DOORS | {"address_import": "lastname"}),
        ("x" * 256, "Enter at most 255 characters.", NAME_DOORS),
        ("a\x07b", "Enter one line of text, without control characters.", NAME_DOORS),
        (
            "call me",
            "Enter a telephone number of digits, spaces and ( ) + - . /, with an optional extension.",
            {"address": "telephone", "quick_edit": "telephone", "address_import": "telephone"},
        ),
        (
            "",
            "Enter a value; this field is required.",
            {"address": "telephone", "quick_edit": "telephone", "address_import": "telephone"},
        ),
        (
            "N1_7AA",
            "Enter at most 16 letters, digits, spaces and hyphens.",
            {"address": "postcode", "quick_edit": "postcode", "address_import": "postcode"},
        ),
        (
            "",
            "Enter a postal code; it is required in GB.",
            {"address": "postcode", "quick_edit": "postcode", "address_import": "postcode"},
        ),
        (
            "x" * 250 + "@example.com",
            "Enter at most 254 characters.",
            {"sign_up": "email", "quick_edit": "email", "customer_import": "email", "address_import": "_email"},
        ),
        (
            "nobody",
            "Enter an e-mail address such as name@example.com.",
            {"sign_up": "email", "quick_edit": "email", "customer_import": "email", "address_import": "_email"},
        ),
        (
            "x" * 51,
            "Enter at most 50 characters.",
            {"profile": "taxVatNumber", "quick_edit": "taxVatNumber", "customer_import": "taxvat"},
        ),
    ],
)
async def test_every_door_refuses_a_value_with_the_same_message(refusals, value, message, doors):
    assert await refusals(value, **doors) == {door: [message] for door in doors}


async def test_an_import_leaves_names_with_links_out(shop: Shop):
    await shop.load(sheet(ANN))
    link = "www.spam.example"
    summary = await shop.load(
        sheet(ANN | {"firstname": link, "prefix": link}), sheet(HOME | {"firstname": link, "middlename": link})
    )
    assert summary.customers.refused == summary.addresses.refused == 0
    assert [(row[0], row[2], row[3]) for row in shop.refused()] == [
        ("people.csv", "prefix", LINK),
        ("people.csv", "firstname", LINK),
        ("places.csv", "firstname", LINK),
        ("places.csv", "middlename", LINK),
    ]
    names = "SELECT prefix, first_name FROM customer UNION ALL SELECT middle_name, first_name FROM address"
    assert await shop.rows(names) == [(None, ANN["firstname"])] * 2


async def test_a_new_customer_needs_a_name_without_a_link(shop: Shop):
    await shop.load(sheet(ANN | {"lastname": "http://spam.example"}))
    assert [row[3] for row in shop.refused()] == [LINK]
    assert shop.outcomes() == [("lastname", "row refused")]
