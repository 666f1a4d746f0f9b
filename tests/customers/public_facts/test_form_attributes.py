"""Forms show attributes, in the order and with the labels that staff decided (docs/domain/public-facts.md#public-facts-9)."""

import uuid

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.values.fields import SHOW_SETTINGS
from customer_gql.shop.settings.writes import set_value
from customers.attributes.samples import delete_made, make_attribute, override, translate
from support.customers import make_customer
from support.staff import make_website, staff_client

FORM = """query F($kind: FormKind!) { form(kind: $kind) { kind fields { code label type isRequired isCustom
  rules { minLength maxLength validation lineCount minDate maxDate } options { code label }
  default { text lines date boolean options } } } }"""
UPDATE = (
    """mutation U($input: AttributeUpdateInput!) { attributeUpdate(input: $input) { userErrors { code key path } } }"""
)
EDIT = "mutation E($input: MeUpdateInput!) { meUpdate(input: $input) { userErrors { code key path } } }"
SIGN_UP = "mutation S($input: SignUpInput!) { signUp(input: $input) { userErrors { code key path } } }"
ADDRESS_CREATE = """mutation C($input: AddressCreateInput!) { addressCreate(input: $input) { address { id }
  userErrors { code key path } } }"""
ADDRESS_UPDATE = (
    "mutation U($input: AddressUpdateInput!) { addressUpdate(input: $input) { userErrors { code key path } } }"
)
ADDRESS = {
    "firstName": "Ann",
    "lastName": "Lee",
    "street": ["1 High Street"],
    "city": "Leeds",
    "postcode": "LS1 1AA",
    "countryCode": "GB",
    "telephone": "0113 496 0000",
}
NO_RULES = dict.fromkeys(("minLength", "maxLength", "validation", "lineCount", "minDate", "maxDate"))
NO_DEFAULT = dict.fromkeys(("text", "lines", "date", "boolean", "options"))


@pytest.fixture(autouse=True)
async def same_fields(connection):
    before = await connection.fetch("SELECT id, sort_order, forms FROM attribute WHERE is_system")
    yield
    await delete_made(connection)
    await connection.execute(
        "DELETE FROM attribute_label WHERE attribute_id IN (SELECT id FROM attribute WHERE is_system)"
    )
    for row in before:
        await connection.execute(
            "UPDATE attribute SET label = NULL, sort_order = $2, forms = $3 WHERE id = $1",
            row.id,
            row.sort_order,
            row.forms,
        )


async def fields(client, kind):
    form = (await client.data(FORM, kind=kind))["form"]
    assert form["kind"] == kind
    return form["fields"]


async def system_id(connection, code, entity="CUSTOMER"):
    found = "SELECT id FROM attribute WHERE code = $1 AND entity = $2 AND is_system"
    return encode_id("att", await connection.fetchval(found, code, entity))


async def test_a_form_shows_the_attributes_of_its_website(browser, connection):
    text = await make_attribute(
        connection, is_required=True, sort_order=1, rules={"maxLength": 9}, default_value={"text": "42"}
    )
    choice = await make_attribute(connection, ("s", "m"), type="MULTI_SELECT", sort_order=1000)
    elsewhere = await make_attribute(connection, is_visible=False)
    await override(connection, elsewhere, await make_website(connection), is_visible=True)
    own = await make_attribute(connection, is_visible=False, sort_order=1001)
    await override(connection, own, 1, is_visible=True, is_required=True, default_value={"text": "here"})
    await connection.execute("UPDATE attribute_option SET is_default = code = 'm' WHERE attribute_id = $1", choice.id)
    await translate(connection, own, 1, "Here")
    found = await fields(await browser(), "SIGN_UP")
    custom = {"isCustom": True, "rules": NO_RULES, "options": []}
    assert found[0] == {
        **custom,
        "code": text.code,
        "label": "Shoe size",
        "type": "TEXT",
        "isRequired": True,
        "rules": {**NO_RULES, "maxLength": 9},
        "default": {**NO_DEFAULT, "text": "42"},
    }
    assert [one for one in found[1:] if one["isCustom"]] == [
        {
            **custom,
            "code": choice.code,
            "label": "Shoe size",
            "type": "MULTI_SELECT",
            "isRequired": False,
            "options": [{"code": "s", "label": "S"}, {"code": "m", "label": "M"}],
            "default": {**NO_DEFAULT, "options": ["m"]},
        },
        {
            **custom,
            "code": own.code,
            "label": "Here",
            "type": "TEXT",
            "isRequired": True,
            "default": {**NO_DEFAULT, "text": "here"},
        },
    ]
    assert [one["code"] for one in found[1:3]] == ["email", "password"]
    assert not any(one["isCustom"] for one in await fields(await browser(), "ADDRESS_CREATE"))


@pytest.mark.parametrize("kind", ["ADDRESS_CREATE", "ADDRESS_EDIT"])
async def test_each_form_of_an_address_has_attributes_of_its_own(kind, browser, connection):
    row = await make_attribute(connection, entity="ADDRESS", forms=[kind])
    for asked in ("ADDRESS_CREATE", "ADDRESS_EDIT"):
        custom = [one["code"] for one in await fields(await browser(), asked) if one["isCustom"]]
        assert custom == ([row.code] if asked == kind else [])


async def test_staff_decide_about_built_in_fields(browser, as_customer, http, connection):
    boss = await staff_client(http, connection)
    await set_value(connection, SHOW_SETTINGS["middleName"], "OPTIONAL")
    edits = [
        ("lastName", {"sortOrder": 1, "label": "Surname"}),
        ("middleName", {"forms": ["SIGN_UP"]}),
    ]
    for code, given in edits:
        answer = await boss.data(UPDATE, input={"id": await system_id(connection, code), **given})
        assert answer["attributeUpdate"]["userErrors"] == []
    found = await fields(await browser(), "ACCOUNT_EDIT")
    assert (found[0]["code"], found[0]["label"]) == ("lastName", "Surname")
    assert "middleName" not in [one["code"] for one in found]
    assert "middleName" in [one["code"] for one in await fields(await browser(), "SIGN_UP")]
    me = await as_customer((await make_customer(connection)).id)
    refused = (await me.data(EDIT, input={"middleName": "J."}))["meUpdate"]["userErrors"]
    assert refused == [{"code": "NOT_ALLOWED", "key": "attribute.field_not_shown", "path": ["middleName"]}]
    cleared = (await me.data(EDIT, input={"middleName": None}))["meUpdate"]["userErrors"]
    assert cleared == []


async def test_what_the_website_requires_stays_in_its_forms(browser, as_customer, http, connection):
    boss, guest = await staff_client(http, connection), await browser()
    await set_value(connection, SHOW_SETTINGS["dateOfBirth"], "REQUIRED")
    for code, entity in (("telephone", "ADDRESS"), ("dateOfBirth", "CUSTOMER")):
        given = {"id": await system_id(connection, code, entity), "forms": []}
        assert (await boss.data(UPDATE, input=given))["attributeUpdate"]["userErrors"] == []
    for kind, code in (("ADDRESS_CREATE", "telephone"), ("SIGN_UP", "dateOfBirth"), ("ACCOUNT_EDIT", "dateOfBirth")):
        assert (code, True) in [(one["code"], one["isRequired"]) for one in await fields(guest, kind)]
    person = {"email": f"{uuid.uuid4().hex}@example.com", "password": "Correct horse battery 9", "lastName": "Lee"}
    signed_up = await guest.data(SIGN_UP, input={**person, "firstName": "Ann", "dateOfBirth": "1990-01-02"})
    assert signed_up["signUp"]["userErrors"] == []
    me = await as_customer((await make_customer(connection)).id)
    assert (await me.data(EDIT, input={"dateOfBirth": "1990-01-02"}))["meUpdate"]["userErrors"] == []
    made = (await me.data(ADDRESS_CREATE, input=ADDRESS))["addressCreate"]
    assert made["userErrors"] == []
    edit = {"id": made["address"]["id"], "telephone": "020 7946 0001"}
    assert (await me.data(ADDRESS_UPDATE, input=edit))["addressUpdate"]["userErrors"] == []
