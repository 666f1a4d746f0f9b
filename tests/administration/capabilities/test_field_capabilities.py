"""`fields` of a capability: each field is refused exactly when every new value of it is, with the same key."""

import uuid
from typing import Any

import pytest

from administration.capabilities.test_capabilities import (
    MUTATIONS,
    SHAPES,
    STATES,
    action_of,
    capabilities,
    make_in_state,
)
from customer_gql.administration.customer_editing.fields import SHOWN_FIELDS
from customer_gql.administration.customer_grid.quick_edit import QUICK_EDIT_FIELDS, QUICK_EDITED
from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.customers.profile.values.births import BIRTH_DATE
from customer_gql.database.statements import Connection
from support.clients import Client
from support.customers import customer_id, make_address
from support.staff import make_website, staff_client

EDITS = ("customerQuickEdit", "customerUpdate")
NOT_EDITED = {"id", "expectedVersion", "attributes"}
"""Attributes of the shop are no fields of the service; `form` lists them."""
SHOPS: dict[str, list[tuple[Any, str]]] = {
    "by default": [],
    "with the year of birth alone and four fields": [(BIRTH_DATE, "YEAR"), (QUICK_EDITED, "FOUR")],
    "with every field": [(QUICK_EDITED, ";".join(QUICK_EDIT_FIELDS))],
    "that asks for little": [
        (QUICK_EDITED, ";".join(QUICK_EDIT_FIELDS)),
        *[(setting, "NO") for setting in SHOWN_FIELDS.values()],
    ],
}


def new_values(customer: Any, website: int) -> dict[str, Any]:
    """A value for each field that differs from the stored one, and that no rule refuses by itself."""
    return {
        "email": f"{uuid.uuid4().hex}@example.com",
        "prefix": "Dr.",
        "firstName": "Eve",
        "middleName": "M.",
        "lastName": "Sands",
        "suffix": "II",
        "gender": "FEMALE",
        "dateOfBirth": "1981-02-03",
        "birthYear": 1979,
        "taxVatNumber": "GB77",
        "groupId": encode_id("grp", 2),
        "websiteId": encode_id("web", website),
        "status": "INACTIVE" if customer.status == "ACTIVE" else "ACTIVE",
        "externalId": uuid.uuid4().hex,
        "allowsRemoteAssistance": not customer.allows_remote_assistance,
        "isAutomaticGroupChangeDisabled": True,
        "telephone": "+44 20 7946 1111",
        "postcode": "N1 8AA",
        "company": "Byron Ltd",
        "city": "Bath",
        "fax": "+44 20 7946 2222",
        "billingFirstName": "Eve",
        "billingLastName": "Sands",
        "vatNumber": "GB88",
    }


async def try_field(client: Client, mutation: str, customer: Any, field: str, value: Any) -> tuple[bool, str | None]:
    """Whether the value would be taken, and the key of what refuses it."""
    kind = str(SHAPES[mutation].args["input"].type)
    document = f"""mutation M($input: {kind}) {{ {mutation}(input: $input, dryRun: true) {{
      changedFields userErrors {{ key path }} }} }}"""
    answer = await client.answer(document, input={"id": customer_id(customer), field: value})
    if "errors" in answer:
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN", answer
        return False, None
    payload = answer["data"][mutation]
    if payload["userErrors"]:
        [error] = payload["userErrors"]
        assert error["path"] == [field]
        return False, error["key"]
    assert field in payload["changedFields"]
    return True, None


async def compare_fields(client: Client, customer: Any, values: dict[str, Any]) -> set[tuple[str, str]]:
    """Every field of both edits against its capability; those that are refused."""
    stated = await capabilities(client, customer)
    refused = set[tuple[str, str]]()
    for mutation in EDITS:
        fields = stated[action_of(mutation)]["fields"]
        for field in fields:
            found = await try_field(client, mutation, customer, field["field"], values[field["field"]])
            assert found == (field["isAllowed"], field["key"]), (mutation, field)
            refused |= set() if found[0] else {(mutation, field["field"])}
    return refused


def test_every_field_of_every_edit_is_compared():
    listed = {mutation: set(SHAPES[mutation].args["input"].type.of_type.fields) - NOT_EDITED for mutation in EDITS}
    values = set(new_values(CUSTOMER, 2))
    assert listed == {"customerQuickEdit": set(QUICK_EDIT_FIELDS), "customerUpdate": listed["customerUpdate"]}
    assert listed["customerQuickEdit"] | listed["customerUpdate"] == values


class CUSTOMER:
    status = "ACTIVE"
    allows_remote_assistance = False


async def test_mutations_without_rules_for_fields_list_none(admin_client: Client, connection: Connection):
    stated = await capabilities(admin_client, await make_in_state(connection, "plain"))
    assert {mutation for mutation in MUTATIONS if stated[action_of(mutation)]["fields"]} == set(EDITS)
    for mutation in EDITS:
        fields = set(SHAPES[mutation].args["input"].type.of_type.fields) - NOT_EDITED
        assert {field["field"] for field in stated[action_of(mutation)]["fields"]} == fields


@pytest.mark.parametrize("has_billing", [False, True])
@pytest.mark.parametrize("shop", SHOPS)
@pytest.mark.parametrize("state", STATES)
async def test_a_field_is_refused_exactly_when_every_new_value_is(
    admin_client: Client, connection: Connection, configured: Any, state: str, shop: str, has_billing: bool
):
    for setting, value in SHOPS[shop]:
        await configured(setting, value)
    website, customer = await make_website(connection), await make_in_state(connection, state)
    if has_billing:
        await make_address(connection, customer, is_default_billing=True)
    await compare_fields(admin_client, customer, new_values(customer, website))


async def test_a_field_that_takes_a_permission_of_its_own(http: Any, connection: Connection):
    customer = await make_in_state(connection, "plain")
    await make_address(connection, customer, is_default_billing=True)
    clerk = await staff_client(http, connection, ALL_PERMISSIONS - {"customers.change_email"})
    refused = await compare_fields(clerk, customer, new_values(customer, await make_website(connection)))
    assert {(mutation, "email") for mutation in EDITS} <= refused


@pytest.mark.parametrize("reaches_another", [False, True])
async def test_staff_who_reach_one_website_move_nobody(http: Any, connection: Connection, reaches_another: bool):
    customer, other = await make_in_state(connection, "plain"), await make_website(connection)
    clerk = await staff_client(http, connection, website_ids=[1, other] if reaches_another else [1])
    refused = await compare_fields(clerk, customer, new_values(customer, other))
    assert ((EDITS[1], "websiteId") in refused) is not reaches_another
