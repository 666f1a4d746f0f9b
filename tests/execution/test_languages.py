"""What a refused mutation says over HTTP: key and parameters for programs, a sentence in the language of the request."""

from typing import Any

import orjson
import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.values.validation import COMPANY_DECIDES_GROUP
from support.customers import customer_id, make_customer

CREATE = """mutation C($input: AddressCreateInput!) { addressCreate(input: $input) {
  userErrors { __typename code key params message path } } }"""
ASSIGN = """mutation M($input: CustomerMassActionInput!) { customerMassAction(input: $input) {
  results { outcome code key params message path } } }"""
ADJUST = """mutation A($input: StoreCreditAdjustInput!) { storeCreditAdjust(input: $input) {
  userErrors { code key params message path } } }"""
QUICK_EDIT = """mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) {
  userErrors { code key params message path ... on VersionConflictError { currentVersion } } } }"""
ADDRESS = {
    "firstName": "Ada",
    "lastName": "Lovelace",
    "street": ["Main St 1"],
    "city": "Springfield",
    "region": "Californa",
    "postcode": "1",
    "countryCode": "US",
    "telephone": "555 01234",
}
POSTCODE = {
    "en": "Enter a postal code like 95014 in US.",
    "de": "Geben Sie eine Postleitzahl wie 95014 ein (Land: US).",
    "nl": "Vul een postcode in zoals 95014 (land: US).",
    "sv": "Ange ett postnummer som 95014 (land: US).",
}


async def send(client: Any, document: str, accepted: str | None, **input: Any) -> Any:
    """The data of a mutation, asked for in a language."""
    headers = {"Authorization": f"Bearer {client.token}"}
    if accepted is not None:
        headers["Accept-Language"] = accepted
    body = {"query": document, "variables": {"input": input}}
    response = await client.http.post(client.path, json=body, headers=headers)
    assert response.status_code == 200
    [data] = response.json()["data"].values()
    return data


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"),
        ("de", "de"),
        ("nl-BE,nl;q=0.9", "nl"),
        ("en;q=0.1, sv-FI", "sv"),
        ("fr", "en"),
        ("fr, de;q=0.5", "de"),
        ("\t;;q=1,,*-*=[]{}", "en"),
        ("de~", "en"),
        ("x" * 10_000, "en"),
        ("de," + "x" * 10_000, "de"),
        (", " * 5_000 + "de", "en"),
    ],
)
async def test_the_message_is_in_the_language_that_is_accepted(
    accepted: str | None, language: str, as_customer: Any, connection: Any
):
    row = await make_customer(connection)
    answer = await send(await as_customer(row.id), CREATE, accepted, **ADDRESS | {"region": "California"})
    assert answer["userErrors"] == [
        {
            "__typename": "InputError",
            "code": "INVALID",
            "key": "address.postcode_invalid",
            "params": {"country": "US", "example": "95014"},
            "message": POSTCODE[language],
            "path": ["postcode"],
        }
    ]


async def test_repeated_headers_are_one_list(as_customer: Any, connection: Any):
    client = await as_customer((await make_customer(connection)).id)
    headers = [
        ("Authorization", f"Bearer {client.token}"),
        ("Accept-Language", "fr, de;q=0.2"),
        ("Accept-Language", "sv"),
    ]
    body = {"query": CREATE, "variables": {"input": ADDRESS | {"region": "California"}}}
    response = await client.http.post(client.path, json=body, headers=headers)
    [error] = response.json()["data"]["addressCreate"]["userErrors"]
    assert error["message"] == POSTCODE["sv"]


async def test_suggestions_are_a_list_for_programs_and_alternatives_for_people(as_customer: Any, connection: Any):
    client = await as_customer((await make_customer(connection)).id)
    errors = (await send(client, CREATE, "de", **ADDRESS | {"postcode": "95014"}))["userErrors"]
    [error] = errors
    assert (error["key"], error["params"]) == (
        "address.region_unknown",
        {"country": "US", "suggestions": ["California"]},
    )
    assert error["message"].endswith(" Meinten Sie California?")
    unlike = (await send(client, CREATE, "de", **ADDRESS | {"postcode": "95014", "region": "Qqqqqqq"}))["userErrors"]
    assert [(error["params"]["suggestions"], "Meinten" in error["message"]) for error in unlike] == [([], False)]


async def test_limits_are_numbers_for_programs(as_customer: Any, connection: Any):
    client = await as_customer((await make_customer(connection)).id)
    long = ADDRESS | {"city": "x" * 256, "region": "California", "postcode": "95014"}
    assert (await send(client, CREATE, "sv", **long))["userErrors"] == [
        {
            "__typename": "InputError",
            "code": "TOO_LONG",
            "key": "text.too_long",
            "params": {"limit": 255},
            "message": "Ange högst 255 tecken.",
            "path": ["city"],
        }
    ]


async def test_each_result_of_a_mass_action_says_it_too(admin_client: Any, connection: Any):
    member = await make_customer(connection, customer_type="COMPANY_USER")
    ids = [encode_id("cus", 3), customer_id(member)]
    answer = await send(
        admin_client, ASSIGN, "nl", action="ASSIGN_GROUP", selection={"ids": ids}, groupId=encode_id("grp", 2)
    )
    assert answer["results"] == [
        {
            "outcome": "NOT_FOUND",
            "code": "NOT_FOUND",
            "key": "customer.not_found",
            "params": {},
            "message": "Deze klant bestaat niet.",
            "path": ["selection", "ids", "0"],
        },
        {
            "outcome": "REFUSED",
            "code": "NOT_ALLOWED",
            "key": COMPANY_DECIDES_GROUP.key,
            "params": {},
            "message": "Het bedrijf van deze klant bepaalt de groep. Wijzig de groep voor het bedrijf.",
            "path": ["selection", "ids", "1"],
        },
    ]


async def test_a_remembered_refusal_is_said_in_the_language_of_the_repeat(admin_client: Any, connection: Any):
    shopper = await make_customer(connection)
    input = {"id": customer_id(shopper), "amount": "-5", "idempotencyKey": "once"}
    answers = [(await send(admin_client, ADJUST, language, **input))["userErrors"] for language in ("sv", "de", "en")]
    assert [errors[0].pop("message") for errors in answers] == [
        "Saldot kan inte bli lägre än noll. Dra av högst det som finns.",
        "Das Guthaben kann nicht unter null fallen. Ziehen Sie höchstens ab, was vorhanden ist.",
        "The balance cannot fall below zero. Take at most what is there.",
    ]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0]["key"] == "store_credit.insufficient"
    rows = await connection.fetch("SELECT refusals FROM refused_movement WHERE customer_id = $1", shopper.id)
    assert [orjson.loads(row.refusals) for row in rows] == [
        {"key": "store_credit.insufficient", "params": {}, "path": ["amount"]}
    ]


async def test_a_conflict_names_its_fields(admin_client: Any, connection: Any):
    row = await make_customer(connection)
    edit = {"id": customer_id(row), "expectedVersion": 1}
    assert (await send(admin_client, QUICK_EDIT, "de", **edit, taxVatNumber="DE1"))["userErrors"] == []
    assert (await send(admin_client, QUICK_EDIT, "de", **edit, taxVatNumber="DE2"))["userErrors"] == [
        {
            "code": "VERSION_CONFLICT",
            "key": "version.conflict",
            "params": {"fields": ["taxVatNumber"]},
            "message": "Jemand anders hat dies geändert, seit Sie es geladen haben: taxVatNumber.",
            "path": ["expectedVersion"],
            "currentVersion": 2,
        }
    ]
