"""Attributes are defined by staff of all websites (docs/domain/attributes.md#attributes-2)."""

import asyncio

import orjson
import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.customers.attributes.reads import MAX_ATTRIBUTES
from customer_gql.customers.attributes.system_fields import SYSTEM_CODES
from support.staff import staff_client

from .samples import delete_made, make_attribute, new_code

FIELDS = """id version entity code type isSystem label labels { storeView { id } label } sortOrder
  rules { minLength maxLength validation lineCount minDate maxDate } inputFilter forms isGridColumn isGridFilter
  gridFilterMatch isSearchable isSegmentCondition isQuickEditable isPersonal isRequired isVisible
  defaultValue { text lines date boolean } websites { website { id } isRequired isVisible defaultValue { text } }
  options { code label labels { storeView { id } label } isDefault }"""
CREATE = f"""mutation C($input: AttributeCreateInput!) {{ attributeCreate(input: $input) {{
  attribute {{ {FIELDS} }} userErrors {{ code key path params }} }} }}"""
UPDATE = f"""mutation U($input: AttributeUpdateInput!) {{ attributeUpdate(input: $input) {{
  attribute {{ {FIELDS} }} userErrors {{ code key path params }} }} }}"""
DELETE = """mutation D($input: AttributeDeleteInput!) { attributeDelete(input: $input) { deletedAttributeId
  userErrors { code key path params } } }"""
LIST = f"query L($entity: AttributeEntity!) {{ attributes(entity: $entity) {{ {FIELDS} }} }}"
ONE = f"query O($id: ID!) {{ attribute(id: $id) {{ {FIELDS} }} }}"
WEBSITE, VIEW = encode_id("web", 1), encode_id("stv", 1)
NO_RULES = dict.fromkeys(("minLength", "maxLength", "validation", "lineCount", "minDate", "maxDate"))
PLAIN = {
    "version": 1,
    "entity": "CUSTOMER",
    "type": "TEXT",
    "isSystem": False,
    "label": "Shoe size",
    "labels": [],
    "sortOrder": 0,
    "rules": NO_RULES,
    "inputFilter": "NONE",
    "forms": [],
    "isGridColumn": False,
    "isGridFilter": False,
    "gridFilterMatch": "CONTAINS",
    "isSearchable": False,
    "isSegmentCondition": False,
    "isQuickEditable": False,
    "isPersonal": True,
    "isRequired": False,
    "isVisible": False,
    "defaultValue": None,
    "websites": [],
    "options": [],
}


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


@pytest.fixture(autouse=True)
async def few_attributes(connection):
    yield
    await delete_made(connection)


async def call(client, document, **input):
    [answer] = (await client.data(document, input=input)).values()
    return answer


async def create(client, **given):
    return await call(
        client,
        CREATE,
        **{"entity": "CUSTOMER", "code": new_code(), "type": "TEXT", "label": "A", "sortOrder": 0, **given},
    )


def refusals(answer):
    return [(one["code"], one["key"], one["path"]) for one in answer["userErrors"]]


async def history_of(connection, id):
    rows = await connection.fetch("SELECT kind, changes FROM staff_event WHERE subject = $1 ORDER BY id", id)
    return [(row.kind, orjson.loads(row.changes)) for row in rows]


async def test_an_attribute_is_created_changed_and_deleted(boss, connection):
    code = new_code()
    made = (await create(boss, code=code, label=" Shoe size "))["attribute"]
    assert made == {**PLAIN, "id": made["id"], "code": code}
    given = {
        "labels": [{"storeViewId": VIEW, "label": "Size"}],
        "sortOrder": 5,
        "rules": {"minLength": 2, "maxLength": 9, "validation": "NUMERIC"},
        "forms": ["ACCOUNT_EDIT", "SIGN_UP"],
        "isRequired": True,
        "defaultValue": {"text": "42"},
        "websites": [{"websiteId": WEBSITE, "isVisible": True, "defaultValue": {"text": "43"}}],
    }
    changed = (await call(boss, UPDATE, id=made["id"], **given, expectedVersion=1))["attribute"]
    assert changed == {
        **made,
        "version": 2,
        "labels": [{"storeView": {"id": VIEW}, "label": "Size"}],
        "sortOrder": 5,
        "rules": {**NO_RULES, "minLength": 2, "maxLength": 9, "validation": "NUMERIC"},
        "forms": ["SIGN_UP", "ACCOUNT_EDIT"],
        "isRequired": True,
        "defaultValue": {"text": "42", "lines": None, "date": None, "boolean": None},
        "websites": [
            {"website": {"id": WEBSITE}, "isRequired": None, "isVisible": True, "defaultValue": {"text": "43"}}
        ],
    }
    assert (await call(boss, UPDATE, id=made["id"], **given))["attribute"] == changed
    assert (await boss.data(ONE, id=made["id"]))["attribute"] == changed
    assert changed in (await boss.data(LIST, entity="CUSTOMER"))["attributes"]
    assert changed not in (await boss.data(LIST, entity="ADDRESS"))["attributes"]
    assert await call(boss, DELETE, id=made["id"]) == {"deletedAttributeId": made["id"], "userErrors": []}
    assert (await boss.data(ONE, id=made["id"]))["attribute"] is None
    [created, edited, deleted] = await history_of(connection, made["id"])
    assert created[0] == "ATTRIBUTE_CREATED"
    assert created[1]["code"] == [None, code]
    assert edited[0] == "ATTRIBUTE_CHANGED"
    assert edited[1][f"labels.{VIEW}"] == [None, "Size"]
    assert edited[1]["rules"] == [{}, {"minLength": 2, "maxLength": 9, "validation": "NUMERIC"}]
    assert deleted[0] == "ATTRIBUTE_DELETED"
    assert deleted[1]["label"] == ["Shoe size", None]


async def test_options_keep_their_order_and_change_one_by_one(boss, connection):
    options = [
        {"code": "s", "label": "Small", "labels": [{"storeViewId": VIEW, "label": "Klein"}]},
        {"code": "m", "label": "Medium", "isDefault": True},
    ]
    made = (await create(boss, type="SELECT", options=options))["attribute"]
    small = {
        "code": "s",
        "label": "Small",
        "labels": [{"storeView": {"id": VIEW}, "label": "Klein"}],
        "isDefault": False,
    }
    medium = {"code": "m", "label": "Medium", "labels": [], "isDefault": True}
    assert made["options"] == [small, medium]
    changed = await call(boss, UPDATE, id=made["id"], options=[{"code": "l", "label": "Large"}, options[0]])
    large = {"code": "l", "label": "Large", "labels": [], "isDefault": False}
    assert changed["attribute"]["options"] == [large, small]
    [_, (_, told)] = await history_of(connection, made["id"])
    assert set(told) == {"options.s", "options.m", "options.l"}
    assert told["options.m"][1] is None
    conflict = await call(boss, UPDATE, id=made["id"], options=[], expectedVersion=1)
    assert refusals(conflict) == [("VERSION_CONFLICT", "version.conflict", ["expectedVersion"])]
    merged = await call(boss, UPDATE, id=made["id"], label="Size", expectedVersion=1)
    assert (merged["attribute"]["label"], merged["attribute"]["version"]) == ("Size", 3)


async def test_who_sees_no_personal_values_cannot_make_them_plain(boss, http, connection):
    blind = await staff_client(http, connection, ALL_PERMISSIONS - {"customers.pii"})
    row, plain = await make_attribute(connection), await make_attribute(connection, is_personal=False)
    given = {"id": encode_id("att", row.id), "label": "Size", "isPersonal": False}
    [error] = (await blind.answer(UPDATE, input=given))["errors"]
    assert (error["extensions"]["code"], error["extensions"]["permission"]) == ("FORBIDDEN", "customers.pii")
    stored = (await blind.data(ONE, id=given["id"]))["attribute"]
    assert (stored["isPersonal"], stored["label"], stored["version"]) == (True, row.label, 1)
    for client, id in ((blind, encode_id("att", plain.id)), (boss, given["id"])):
        assert (await call(client, UPDATE, **{**given, "id": id}))["attribute"]["isPersonal"] is False
    assert (await call(blind, UPDATE, id=given["id"], isPersonal=True))["attribute"]["isPersonal"] is True


async def test_a_new_attribute_without_a_place_comes_last(boss, connection):
    first = (await create(boss, sortOrder=900_000))["attribute"]
    last = (await create(boss, sortOrder=None))["attribute"]
    places = [one["code"] for one in (await boss.data(LIST, entity="CUSTOMER"))["attributes"]]
    assert (last["sortOrder"], places[-2:]) == (900_010, [first["code"], last["code"]])
    await connection.execute("UPDATE attribute SET sort_order = 1000000 WHERE code = $1", last["code"])
    beyond = (await create(boss, sortOrder=None))["attribute"]
    places = [one["code"] for one in (await boss.data(LIST, entity="CUSTOMER"))["attributes"]]
    assert (beyond["sortOrder"], places[-1]) == (1_000_000, beyond["code"])


async def test_built_in_fields_are_listed_and_stay(boss):
    """The shop decides how forms show them, and nothing else."""
    listed = [
        one
        for entity in ("CUSTOMER", "ADDRESS")
        for one in (await boss.data(LIST, entity=entity))["attributes"]
        if one["isSystem"]
    ]
    assert {one["code"] for one in listed} == SYSTEM_CODES
    [email] = [one for one in listed if one["code"] == "email"]
    for document, given, refused in (
        (UPDATE, {"isRequired": True}, ("attribute.is_system", ["isRequired"])),
        (UPDATE, {"forms": []}, ("attribute.form_needs_field", ["forms"])),
        (DELETE, {}, ("attribute.is_system", ["id"])),
    ):
        answer = await call(boss, document, id=email["id"], **given)
        assert refusals(answer) == [("NOT_ALLOWED", *refused)]
    assert (await boss.data(ONE, id=email["id"]))["attribute"] == email


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("", ("REQUIRED", "value.required", ["code"])),
        ("x" * 30, ("TOO_LONG", "attribute.code_too_long", ["code"])),
        ("Shoe", ("INVALID", "attribute.code_invalid", ["code"])),
        ("1shoe", ("INVALID", "attribute.code_invalid", ["code"])),
        ("shoe-size", ("INVALID", "attribute.code_invalid", ["code"])),
        ("größe", ("INVALID", "attribute.code_invalid", ["code"])),
        ("firstname", ("TAKEN", "attribute.code_built_in", ["code"])),
        ("first_name", ("TAKEN", "attribute.code_built_in", ["code"])),
        ("email", ("TAKEN", "attribute.code_built_in", ["code"])),
    ],
)
async def test_codes_that_are_refused(code, refused, boss, connection):
    before = await connection.fetchval("SELECT count(*) FROM attribute")
    assert refusals(await create(boss, code=code)) == [refused]
    assert await connection.fetchval("SELECT count(*) FROM attribute") == before


OPTION = {"code": "s", "label": "Small"}


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"label": " "}, ("REQUIRED", "value.required", ["label"])),
        ({"sortOrder": -1}, ("INVALID", "attribute.out_of_range", ["sortOrder"])),
        ({"rules": {"maxLength": 4097}}, ("INVALID", "attribute.out_of_range", ["rules", "maxLength"])),
        ({"rules": {"minLength": 9, "maxLength": 8}}, ("INVALID", "attribute.range_empty", ["rules", "minLength"])),
        ({"rules": {"minDate": "2024-01-01"}}, ("NOT_ALLOWED", "attribute.not_for_type", ["rules", "minDate"])),
        ({"type": "BOOLEAN", "inputFilter": "STRIP_TAGS"}, ("NOT_ALLOWED", "attribute.not_for_type", ["inputFilter"])),
        ({"forms": ["ADDRESS_EDIT"]}, ("NOT_ALLOWED", "attribute.form_of_other_entity", ["forms", "0"])),
        ({"options": [OPTION]}, ("NOT_ALLOWED", "attribute.not_for_type", ["options"])),
        (
            {"type": "SELECT", "options": [OPTION, OPTION]},
            ("TAKEN", "attribute.given_twice", ["options", "1", "code"]),
        ),
        (
            {"type": "SELECT", "options": [{**OPTION, "code": "a b"}]},
            ("INVALID", "attribute.option_code_invalid", ["options", "0", "code"]),
        ),
        (
            {"type": "SELECT", "options": [{**OPTION, "code": code, "isDefault": True} for code in "ab"]},
            ("TOO_MANY", "attribute.one_default", ["options"]),
        ),
        (
            {"type": "SELECT", "options": [{"code": f"o{i}", "label": "O"} for i in range(1001)]},
            ("TOO_MANY", "attribute.too_many_options", ["options"]),
        ),
        (
            {"labels": [{"storeViewId": encode_id("stv", 99_999), "label": "x"}]},
            ("NOT_FOUND", "store_view.not_found", ["labels", "0", "storeViewId"]),
        ),
        (
            {"websites": [{"websiteId": encode_id("web", 99_999)}]},
            ("NOT_FOUND", "website.not_found", ["websites", "0", "websiteId"]),
        ),
        ({"defaultValue": {"date": "2024-01-01"}}, ("INVALID", "attribute.wrong_member", ["defaultValue"])),
        (
            {"defaultValue": {"text": "long"}, "rules": {"maxLength": 3}},
            ("TOO_LONG", "text.too_long", ["defaultValue", "text"]),
        ),
        (
            {"type": "SELECT", "defaultValue": {"text": "s"}},
            ("NOT_ALLOWED", "attribute.not_for_type", ["defaultValue"]),
        ),
    ],
)
async def test_definitions_that_are_refused(given, refused, boss, connection):
    before = await connection.fetchval("SELECT count(*) FROM attribute")
    assert refusals(await create(boss, **given)) == [refused]
    assert await connection.fetchval("SELECT count(*) FROM attribute") == before


async def test_of_two_attributes_of_one_code_at_once_one_is_made(boss):
    code = new_code()
    answers = await asyncio.gather(*[create(boss, code=code) for _ in range(2)])
    assert sorted(refusals(answer) for answer in answers) == [[], [("TAKEN", "attribute.code_taken", ["code"])]]
    other = await create(boss, code=code, entity="ADDRESS")
    assert other["userErrors"] == []


async def test_there_are_never_more_than_two_hundred(boss, connection):
    there = "SELECT count(*) FROM attribute WHERE entity = 'CUSTOMER' AND NOT is_system"
    for _ in range(MAX_ATTRIBUTES - 1 - await connection.fetchval(there)):
        await make_attribute(connection)
    answers = await asyncio.gather(*[create(boss) for _ in range(3)])
    full = [("LIMIT_REACHED", "attribute.limit_reached", None)]
    assert sorted(refusals(answer) for answer in answers) == [[], full, full]


async def test_only_staff_of_all_websites_with_the_permission_define_attributes(http, connection):
    row = await make_attribute(connection)
    id = encode_id("att", row.id)
    some = await staff_client(http, connection, ["customers.read", "attributes.manage"], [1])
    without = await staff_client(http, connection, ["customers.read", "customers.write"])
    plain = {"entity": "CUSTOMER", "code": new_code(), "type": "TEXT", "label": "A"}
    for client in (some, without):
        for document, input in ((CREATE, plain), (UPDATE, {"id": id, "label": "B"}), (DELETE, {"id": id})):
            [error] = (await client.answer(document, input=input))["errors"]
            assert error["extensions"]["code"] == "FORBIDDEN"
    assert await connection.fetchval("SELECT label FROM attribute WHERE id = $1", row.id) == "Shoe size"
    assert await connection.fetchval("SELECT count(*) FROM attribute WHERE code = $1", plain["code"]) == 0


async def test_ids_that_name_no_attribute(boss):
    for document, more in ((UPDATE, {"label": "A"}), (DELETE, {})):
        for id in (encode_id("web", 1), encode_id("att", 1 << 40)):
            [(code, _, path)] = refusals(await call(boss, document, id=id, **more))
            assert (code, path) == ("NOT_FOUND", ["id"])


@pytest.mark.parametrize("match", ["CONTAINS", "STARTS_WITH", "EQUALS"])
async def test_flags_of_an_attribute(match, boss):
    flags = dict.fromkeys(
        (
            *("isGridColumn", "isGridFilter", "isSearchable", "isSegmentCondition", "isQuickEditable", "isRequired"),
            "isVisible",
        ),
        True,
    )
    given = {**flags, "isPersonal": False, "gridFilterMatch": match, "forms": ["ADMIN_CHECKOUT"]}
    made = (await create(boss, **given))["attribute"]
    assert {name: made[name] for name in given} == given
    back = {**dict.fromkeys(flags, False), "isPersonal": True, "gridFilterMatch": "CONTAINS", "forms": []}
    changed = (await call(boss, UPDATE, id=made["id"], **back))["attribute"]
    assert {name: changed[name] for name in back} == back
