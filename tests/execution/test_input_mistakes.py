"""What a client is told about an input that has the wrong form: the place, and what to write there instead."""

from typing import Any

import pytest
from graphql import get_named_type, is_input_object_type, is_non_null_type
from strawberry.types.base import StrawberryMaybe, StrawberryOptional

from customer_gql.core.ids import encode_id
from customer_gql.schema import admin as admin_schema, storefront as storefront_schema
from support.customers import make_address, make_full_customer
from support.hostile import plausible_arguments
from support.staff import staff_client

SCHEMAS = {"storefront": storefront_schema.schema._schema, "admin": admin_schema.schema._schema}
ENDS_THE_SESSION = {"signOut", "staffSignOut"}
ADD = "mutation A($i: MeUpdateInput!) { meUpdate(input: $i) { userErrors { message } } }"
LOCK = "mutation L($i: CustomerLockInput!) { customerLock(input: $i) { userErrors { message } } }"
SIGN_IN = "mutation S($i: SignInInput!) { signIn(input: $i) { userErrors { message } } }"


def mutations_of(audience: str) -> list[tuple[str, str, list[str]]]:
    """Name, type of the input and fields that a client may send as null, of each mutation."""
    root: Any = SCHEMAS[audience].mutation_type
    found = []
    for name, field in root.fields.items():
        kind = get_named_type(field.args["input"].type) if "input" in field.args else None
        if is_input_object_type(kind) and name not in ENDS_THE_SESSION:
            nullable = [key for key, inner in kind.fields.items() if not is_non_null_type(inner.type)]
            found.append((name, kind.name, nullable))
    return found


@pytest.mark.parametrize("audience", SCHEMAS)
async def test_a_null_is_an_absent_option_or_refused_by_name(audience, http, as_customer, connection):
    row = await make_full_customer(connection)
    address = await make_address(connection, row)
    client = await as_customer(row.id) if audience == "storefront" else await staff_client(http, connection)
    ids = {"adr": encode_id("adr", row.id, address.id)}
    root: Any = SCHEMAS[audience].mutation_type
    refused = set()
    for name, kind, nullable in mutations_of(audience):
        given = plausible_arguments(root.fields[name], ids)["input"]
        document = f"mutation M($i: {kind}!) {{ {name}(input: $i) {{ userErrors {{ code path message }} }} }}"
        for key in nullable:
            answer = await client.answer(document, i={**given, key: None})
            assert not [e for e in answer.get("errors", []) if "null" in e["message"]], (name, key, answer)
            errors = ((answer.get("data") or {}).get(name) or {}).get("userErrors", [])
            refused |= {(name, key) for error in errors if error["path"] == [key] and error["code"] == "REQUIRED"}
    expected = {"storefront": ("addressUpdate", "street"), "admin": ("staffUpdate", "roleId")}
    assert expected[audience] in refused


@pytest.mark.parametrize("audience", SCHEMAS)
def test_every_input_of_a_mutation_refuses_its_nulls_itself(audience):
    """Left to the library, a null ends the operation with the name of a Python type."""
    root: Any = SCHEMAS[audience].mutation_type
    waiting = [get_named_type(argument.type) for field in root.fields.values() for argument in field.args.values()]
    seen, found = set(), set()
    while waiting:
        kind: Any = waiting.pop()
        if not is_input_object_type(kind) or kind.name in seen:
            continue
        seen.add(kind.name)
        waiting += [get_named_type(inner.type) for inner in kind.fields.values()]
        definition = kind.extensions["strawberry-definition"]
        takes_nulls = [field.type for field in definition.fields if isinstance(field.type, StrawberryMaybe)]
        if not definition.is_one_of and not all(isinstance(each.of_type, StrawberryOptional) for each in takes_nulls):
            found.add(kind.name)
            assert definition.from_input is not None, kind.name
    assert ("CustomerMassEditInput" if audience == "admin" else "MeUpdateInput") in found


async def test_a_null_within_an_input_is_refused_at_its_place(admin_client):
    act = """mutation A($i: CustomerMassActionInput!) { customerMassAction(input: $i) {
      askedCount userErrors { code key path message } } }"""
    literal = """mutation { customerMassAction(input: { action: EDIT, selection: { everything: true },
      edit: { isAutomaticGroupChangeDisabled: null } }) { askedCount userErrors { code key path message } } }"""
    given = {"action": "EDIT", "selection": {"everything": True}, "edit": {"isAutomaticGroupChangeDisabled": None}}
    refused = {
        "code": "REQUIRED",
        "key": "value.null",
        "path": ["edit", "isAutomaticGroupChangeDisabled"],
        "message": "Enter a value, or leave the field out to keep what is stored.",
    }
    for answer in (await admin_client.answer(act, i=given), await admin_client.answer(literal)):
        assert "errors" not in answer
        assert answer["data"]["customerMassAction"]["userErrors"] == [refused]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"dateOfBirth": "1990-02-29"}, "1990-02-29 is not a day of the calendar. Write a date like 2024-01-31."),
        ({"dateOfBirth": "29/02/1990"}, "Write a date like 2024-01-31."),
        ({"gender": "SOME"}, "Value 'SOME' does not exist in 'Gender' enum."),
    ],
)
async def test_a_value_of_the_wrong_form_is_named(as_customer, connection, given, message):
    client = await as_customer((await make_full_customer(connection)).id)
    (error,) = (await client.answer(ADD, i=given))["errors"]
    assert error["message"] == f"Variable '$i' has invalid value at .{next(iter(given))}: {message}"
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize(
    ("clause", "column"),
    [
        ('createdAt: {gte: "yesterday"}', 39),
        ('dateOfBirth: {gte: "29/02/1990"}', 41),
        ('lifetimeValue: {currency: "USD", gt: "much"}', 59),
        ("createdAt: {gte: 5}", 39),
    ],
)
async def test_a_value_of_the_wrong_form_in_the_document_is_shown_where_it_stands(admin_client, clause, column):
    answer = await admin_client.answer(f"{{ customers(filter: {{{clause}}}) {{ totalCount }} }}")
    assert [error["locations"] for error in answer["errors"]] == [[{"line": 1, "column": column}]]


@pytest.mark.parametrize("until", ["2027-02-30T00:00:00Z", "2027-01-01T25:00:00Z", "2027-01-01T00:00:00+25:00"])
async def test_a_time_that_does_not_exist_is_explained(http, connection, until):
    client = await staff_client(http, connection)
    (error,) = (await client.answer(LOCK, i={"id": "cus_0000000000000001", "until": until}))["errors"]
    told = "There is no such time. Write a time like 2024-01-31T09:30:00Z."
    assert error["message"] == f"Variable '$i' has invalid value at .until: {told}"


@pytest.mark.parametrize("given", [{"passwort": "x"}, {"deviceToken": 5}, {"email": None}, {}])
async def test_no_message_quotes_the_rest_of_an_input(storefront, given):
    sent = {"email": "a@example.com", "password": "correct horse battery", **given}
    for value in (sent, {"password": "correct horse battery"}, [sent, "correct horse battery"]):
        answer = await storefront.answer(SIGN_IN, i=value)
        assert "correct horse" not in str(answer)
        assert "None" not in str(answer.get("errors", []))
