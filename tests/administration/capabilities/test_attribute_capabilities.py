"""A capability of an attribute refuses exactly when its mutation does (docs/domain/capabilities.md#capabilities-7)."""

from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customers.attributes.samples import delete_made, make_attribute
from support.staff import staff_client

CAPABILITIES = "capabilities { action isAllowed missingPermission refusal { key } fields { field isAllowed key } }"
SHOW = f"query A($id: ID!) {{ attribute(id: $id) {{ {CAPABILITIES} }} }}"
LIST = f"query A {{ attributes(entity: CUSTOMER) {{ code {CAPABILITIES} }} }}"
UPDATE = "mutation U($input: AttributeUpdateInput!) { attributeUpdate(input: $input) { userErrors { key path } } }"
DELETE = "mutation D($input: AttributeDeleteInput!) { attributeDelete(input: $input) { userErrors { key } } }"
OPTION = {"code": "x", "label": "X"}
VALUES: dict[str, Any] = {
    "label": "Another",
    "labels": [],
    "sortOrder": 5,
    "inputFilter": "STRIP_TAGS",
    "isGridColumn": True,
    "isGridFilter": True,
    "gridFilterMatch": "EQUALS",
    "isSearchable": True,
    "isSegmentCondition": True,
    "isQuickEditable": True,
    "isPersonal": True,
    "isRequired": True,
    "isVisible": True,
    "websites": [],
    "options": [OPTION],
    "rules.minLength": 1,
    "rules.maxLength": 200,
    "rules.validation": "ALPHANUMERIC_WITH_SPACES",
    "rules.lineCount": 5,
    "rules.minDate": "1900-01-01",
    "rules.maxDate": "2999-01-01",
    "rules.fileExtensions": ["png"],
    "rules.maxFileSize": 5,
    "rules.maxImageWidth": 5,
    "rules.maxImageHeight": 5,
}
DEFAULTS = {
    "TEXT": {"text": "a"},
    "DATE": {"date": "2000-01-01"},
    "SELECT": {"text": "a"},
    "MULTILINE": {"lines": ["a"]},
    "FILE": {"text": "a"},
    "IMAGE": {"text": "a"},
}


@pytest.fixture(autouse=True)
async def few_attributes(connection: Any) -> Any:
    before = await connection.fetch("SELECT id, sort_order, forms, version FROM attribute WHERE is_system")
    yield
    await delete_made(connection)
    await connection.execute("DELETE FROM configuration_value WHERE path = 'customers.field_rules'")
    for row in before:
        await connection.execute(
            "UPDATE attribute SET label = NULL, rules = '{}', sort_order = $2, forms = $3 WHERE id = $1",
            *(row.id, row.sort_order, row.forms),
        )


async def of(client: Any, id: str) -> dict[str, Any]:
    found = (await client.data(SHOW, id=id))["attribute"]["capabilities"]
    return {one.pop("action"): one for one in found}


def fields(capability: Any) -> dict[str, tuple[bool, str | None]]:
    return {one["field"]: (one["isAllowed"], one["key"]) for one in capability["fields"]}


@pytest.mark.parametrize(
    ("entity", "type"),
    [
        *[("CUSTOMER", "TEXT"), ("CUSTOMER", "SELECT"), ("CUSTOMER", "FILE")],
        *[("ADDRESS", "MULTILINE"), ("ADDRESS", "DATE"), ("ADDRESS", "IMAGE")],
    ],
)
@pytest.mark.parametrize("is_system", [False, True])
async def test_each_field_is_refused_when_the_mutation_refuses_it(
    entity: str, type: str, is_system: bool, http: Any, connection: Any
):
    boss = await staff_client(http, connection)
    found = await connection.fetchval(
        "SELECT id FROM attribute WHERE is_system AND entity = $1 AND type = $2 ORDER BY id DESC LIMIT 1", entity, type
    )
    if is_system and found is None:
        return
    row = await make_attribute(connection, entity=entity, type=type, forms=[])
    id = encode_id("att", found if is_system else row.id)
    told = (await of(boss, id))["ATTRIBUTE_UPDATE"]
    assert (told["isAllowed"], told["refusal"]) == (True, None)
    forms = ("SIGN_UP", "ACCOUNT_EDIT", "ADDRESS_CREATE", "ADDRESS_EDIT", "ADMIN_CHECKOUT")
    shown = fields(told)
    stored = await connection.fetchval("SELECT forms FROM attribute WHERE id = $1", found if is_system else row.id)
    values = {**VALUES, "defaultValue": DEFAULTS[type], **{f"forms.{form}": form for form in forms}}
    assert shown.keys() == {*values, "rules", "forms"}
    for field, value in values.items():
        name, _, part = field.partition(".")
        given = {"rules": {part: value}} if name == "rules" else {name: [*stored, value] if part else value}
        answer = await boss.data(UPDATE, input={"id": id, **given})
        refused = answer["attributeUpdate"]["userErrors"]
        assert [(not refused, refused[0]["key"] if refused else None)] == [shown[field]], field


async def test_a_built_in_field_cannot_be_deleted(http: Any, connection: Any):
    boss = await staff_client(http, connection)
    row = await make_attribute(connection)
    email = encode_id("att", await connection.fetchval("SELECT id FROM attribute WHERE code = 'email'"))
    assert (await of(boss, email))["ATTRIBUTE_DELETE"] == {
        "isAllowed": False,
        "missingPermission": None,
        "refusal": {"key": "attribute.is_system"},
        "fields": [],
    }
    assert fields((await of(boss, email))["ATTRIBUTE_UPDATE"])["rules"] == (False, "attribute.is_system")
    assert (await of(boss, encode_id("att", row.id)))["ATTRIBUTE_DELETE"]["isAllowed"] is True
    assert (await boss.data(DELETE, input={"id": encode_id("att", row.id)}))["attributeDelete"]["userErrors"] == []


async def test_one_that_is_being_deleted_takes_no_change(http: Any, connection: Any):
    boss = await staff_client(http, connection)
    row = await make_attribute(connection, is_being_deleted=True)
    told = (await of(boss, encode_id("att", row.id)))["ATTRIBUTE_UPDATE"]
    assert (told["isAllowed"], told["refusal"]) == (False, {"key": "attribute.being_deleted"})
    refused = await boss.data(UPDATE, input={"id": encode_id("att", row.id), "label": "Other"})
    assert [one["key"] for one in refused["attributeUpdate"]["userErrors"]] == ["attribute.being_deleted"]


async def test_permissions(http: Any, connection: Any):
    id = encode_id("att", (await make_attribute(connection)).id)
    for permissions, websites in ((["customers.read"], None), (sorted(ALL_PERMISSIONS), [1])):
        told = await of(await staff_client(http, connection, permissions, website_ids=websites), id)
        assert {one["missingPermission"] for one in told.values()} == {"attributes.manage"}
        assert not any(one["isAllowed"] for one in told.values())
        assert not any(is_allowed for is_allowed, _ in fields(told["ATTRIBUTE_UPDATE"]).values())
    blind = await staff_client(http, connection, sorted(ALL_PERMISSIONS - {"customers.pii"}))
    assert fields((await of(blind, id))["ATTRIBUTE_UPDATE"])["isPersonal"] == (False, None)
    plain = encode_id("att", (await make_attribute(connection, is_personal=False)).id)
    assert fields((await of(blind, plain))["ATTRIBUTE_UPDATE"])["isPersonal"] == (True, None)


async def test_the_list_costs_as_many_statements_for_many(http: Any, connection: Any, statements: Any):
    boss = await staff_client(http, connection)
    counts = []
    for made in (1, 20):
        for _ in range(made):
            await make_attribute(connection)
        await boss.data(LIST)
        await statements.clear()
        await boss.data(LIST)
        counts.append(await statements.count())
    assert counts[0] == counts[1]


NEW = "query F($entity: AttributeEntity!, $type: AttributeType!) { attributeFields(entity: $entity, type: $type) { field isAllowed key } }"
CREATE = "mutation C($input: AttributeCreateInput!) { attributeCreate(input: $input) { userErrors { key path } } }"


@pytest.mark.parametrize(("entity", "type"), [("CUSTOMER", "TEXT"), ("CUSTOMER", "MULTI_SELECT"), ("ADDRESS", "DATE")])
async def test_a_new_attribute_has_what_its_fields_say(admin_client: Any, connection: Any, entity: str, type: str):
    told = {one["field"]: one for one in (await admin_client.data(NEW, entity=entity, type=type))["attributeFields"]}
    assert {"label", "rules.maxLength", "forms.SIGN_UP", "isGridColumn"} <= told.keys()
    for rule in ("maxLength", "validation", "lineCount", "minDate"):
        given = {
            "entity": entity,
            "code": "walk",
            "type": type,
            "label": "Walk",
            "rules": {rule: VALUES[f"rules.{rule}"]},
        }
        if type == "MULTI_SELECT":
            given["options"] = [OPTION]
        errors = (await admin_client.data(CREATE, input=given))["attributeCreate"]["userErrors"]
        refused = [error["key"] for error in errors if error["path"][:1] == ["rules"]]
        field = told[f"rules.{rule}"]
        assert refused == ([] if field["isAllowed"] else [field["key"]]), rule
        await delete_made(connection)
