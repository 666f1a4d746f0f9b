"""A field that the website does not ask for takes no value from anybody (docs/domain/profile.md#profile-10)."""

import uuid
from typing import Any

import pytest

from customer_gql.administration.customer_grid.quick_edit import QUICK_EDIT_FIELDS, QUICK_EDITED
from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.values.fields import SHOW_SETTINGS
from customer_gql.database.statements import Connection
from customer_gql.shop.settings.declaration import WEBSITE
from customer_gql.shop.settings.writes import set_value
from support.clients import Client
from support.companies import company_id, make_company
from support.customers import customer_id, make_customer
from support.staff import make_website, staff_client

HIDDEN: dict[str, Any] = {
    "prefix": "Dr.",
    "middleName": "M.",
    "suffix": "II",
    "gender": "FEMALE",
    "dateOfBirth": "1981-02-03",
    "birthYear": 1981,
    "taxVatNumber": "GB1",
}
COLUMNS = "prefix, middle_name, suffix, gender, date_of_birth, birth_year, tax_vat_number, version"
NAMES = {"firstName": "Ada", "lastName": "Byron"}
GRID_COLUMNS = "{ gridColumns(grid: CUSTOMERS) { key isQuickEditable } }"


def mutation(name: str, kind: str) -> str:
    return f"mutation M($input: {kind}!) {{ {name}(input: $input) {{ userErrors {{ code key path }} }} }}"


def refused(names: Any, *above: str) -> list[dict[str, Any]]:
    return [{"code": "NOT_ALLOWED", "key": "value.not_offered", "path": [*above, name]} for name in names]


async def errors(client: Client, name: str, kind: str, **input: Any) -> Any:
    return (await client.data(mutation(name, kind), input=input))[name]["userErrors"]


def new_account() -> dict[str, Any]:
    return {"email": f"{uuid.uuid4().hex}@example.com", **NAMES}


async def is_stored(connection: Connection, email: str) -> bool:
    return await connection.fetchval("SELECT EXISTS (SELECT FROM customer WHERE email = $1)", email)


async def test_an_edit_by_staff_or_program(admin_client: Client, connection: Connection, little_asked_for: None):
    row = await make_customer(connection, external_id=uuid.uuid4().hex)
    before = await connection.fetchrow(f"SELECT {COLUMNS} FROM customer WHERE id = $1", row.id)
    id = customer_id(row)
    quick = {name: HIDDEN[name] for name in QUICK_EDIT_FIELDS if name in HIDDEN}
    assert await errors(admin_client, "customerUpdate", "CustomerUpdateInput", id=id, **HIDDEN) == refused(HIDDEN)
    assert quick.keys() == {"gender", "taxVatNumber"}
    assert await errors(admin_client, "customerQuickEdit", "CustomerQuickEditInput", id=id, **quick) == refused(quick)
    upserted = await errors(
        admin_client, "customerUpsert", "CustomerUpsertInput", externalId=row.external_id, customer=HIDDEN
    )
    assert [(one["key"], one["path"][-1]) for one in upserted] == [("value.not_offered", name) for name in HIDDEN]
    many = {name: HIDDEN[name] for name in ("prefix", "suffix", "gender", "taxVatNumber", "birthYear")}
    selected: dict[str, Any] = {"action": "EDIT", "selection": {"ids": [id]}, "edit": many}
    answer = await errors(admin_client, "customerMassAction", "CustomerMassActionInput", **selected)
    assert answer == refused(many, "edit")
    assert await connection.fetchrow(f"SELECT {COLUMNS} FROM customer WHERE id = $1", row.id) == before


async def test_a_new_account_of_staff_or_program(admin_client: Client, connection: Connection, little_asked_for: None):
    created, upserted, admin = new_account(), new_account(), new_account()
    there = {"websiteId": encode_id("web", 1)}
    found = await errors(admin_client, "customerCreate", "CustomerCreateInput", **created, **there, **HIDDEN)
    assert sorted(one["path"][0] for one in found) == sorted(HIDDEN)
    assert {one["key"] for one in found} == {"value.not_offered"}
    customer = {**upserted, **there, "gender": "MALE"}
    [one] = await errors(
        admin_client, "customerUpsert", "CustomerUpsertInput", externalId=uuid.uuid4().hex, customer=customer
    )
    assert (one["key"], one["path"][-1]) == ("value.not_offered", "gender")
    company = await make_company(connection)
    asked = {"companyId": company_id(company), "newAdmin": {**admin, "telephone": "+44 20 7946 0001", "prefix": "Dr."}}
    [one] = await errors(admin_client, "companyAdminReplace", "CompanyAdminReplaceInput", **asked)
    assert (one["key"], one["path"]) == ("value.not_offered", ["newAdmin", "prefix"])
    assert not any([await is_stored(connection, each["email"]) for each in (created, upserted, admin)])


async def test_a_stored_value_stays_until_it_is_cleared(
    admin_client: Client, connection: Connection, little_asked_for: None
):
    row = await make_customer(connection, gender="MALE", tax_vat_number="DE1")
    id = customer_id(row)
    given = {"id": id, "gender": "MALE", "taxVatNumber": "DE1", "lastName": "King"}
    assert await errors(admin_client, "customerUpdate", "CustomerUpdateInput", **given) == []
    cleared = {"id": id, "gender": None}
    assert await errors(admin_client, "customerQuickEdit", "CustomerQuickEditInput", **cleared) == []
    stored = await connection.fetchrow("SELECT gender, tax_vat_number FROM customer WHERE id = $1", row.id)
    assert stored is not None
    assert tuple(stored) == (None, "DE1")


async def test_each_website_decides_of_its_own_customers(admin_client: Client, connection: Connection):
    other = await make_website(connection)
    await set_value(connection, SHOW_SETTINGS["gender"], "NO", scope=WEBSITE, scope_id=other)
    here, there = [await make_customer(connection, website_id=id, created_in_store_view_id=id) for id in (1, other)]
    ids = [customer_id(row) for row in (here, there)]
    for id, expected in zip(ids, ([], refused(["gender"])), strict=True):
        found = await errors(admin_client, "customerUpdate", "CustomerUpdateInput", id=id, gender="MALE")
        assert found == expected
    act = """mutation A($input: CustomerMassActionInput!) { customerMassAction(input: $input) {
      results { outcome key } userErrors { key } } }"""
    edit = {"action": "EDIT", "selection": {"ids": ids}, "edit": {"gender": "FEMALE"}}
    assert (await admin_client.data(act, input=edit))["customerMassAction"] == {
        "results": [{"outcome": "DONE", "key": None}, {"outcome": "REFUSED", "key": "value.not_offered"}],
        "userErrors": [],
    }


@pytest.mark.parametrize("reaches_one_that_asks", [True, False])
async def test_a_column_that_no_website_asks_for_is_not_edited_in_place(
    http: Any, connection: Connection, little_asked_for: None, reaches_one_that_asks: bool
):
    asking = await make_website(connection)
    await set_value(connection, SHOW_SETTINGS["gender"], "OPTIONAL", scope=WEBSITE, scope_id=asking)
    await set_value(connection, QUICK_EDITED, "gender;taxVatNumber;city")
    clerk = await staff_client(http, connection, website_ids=[1, asking] if reaches_one_that_asks else [1])
    columns = (await clerk.data(GRID_COLUMNS))["gridColumns"]
    editable = {column["key"] for column in columns if column["isQuickEditable"]}
    assert editable == ({"gender", "city"} if reaches_one_that_asks else {"city"})
