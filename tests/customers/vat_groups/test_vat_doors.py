"""Whichever door stores an address, its VAT number is checked and decides the group: imports, upserts, sign-ups, companies, moves."""

import uuid
from pathlib import Path
from typing import Any

import pytest

from customer_gql.core.ids import encode_id, new_id
from customer_gql.customers.profile.values.defaults import OPTED_OUT_BY_DEFAULT
from customer_gql.customers.vat.settings import SHOP_COUNTRY
from customer_gql.customers.vat_groups.settings import (
    AUTOMATIC_GROUP,
    DOMESTIC_GROUP,
    INTRA_UNION_GROUP,
    INVALID_GROUP,
)
from customer_gql.shop.settings.declaration import GLOBAL, STORE_VIEW, WEBSITE
from customer_gql.shop.settings.writes import set_value
from support.adobe_shop import HOME, Shop, sheet
from support.clients import Client
from support.companies import company_id, make_company, make_member
from support.customers import customer_id, make_address, make_customer
from support.shopping import person
from support.staff import make_website

GERMAN, AUSTRIAN, WRONG = "DE136695976", "ATU13585627", "DE136695977"
BERLIN = {
    "firstName": "Ada", "lastName": "Byron", "street": ["1 Weg"], "city": "Berlin", "postcode": "10115",
    "countryCode": "DE", "telephone": "+49 30 1234567", "isDefaultBilling": True,
}  # fmt: skip
UPSERT = """mutation U($input: CustomerUpsertInput!, $dryRun: Boolean = false) {
  customerUpsert(input: $input, dryRun: $dryRun) { outcome customer { id } userErrors { code key path } } }"""
REMOVE = "mutation R($input: CompanyMemberRemoveInput!) { companyMemberRemove(input: $input) { userErrors { key } } }"
ADD = "mutation A($input: CompanyMemberAddInput!) { companyMemberAdd(input: $input) { userErrors { key } } }"
MOVE = "mutation M($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { userErrors { key } } }"
CREATE = """mutation C($input: CustomerCreateInput!) { customerCreate(input: $input) {
  customer { id isAutomaticGroupChangeDisabled } userErrors { key } } }"""
SIGN_UP = "mutation S($input: SignUpInput!) { signUp(input: $input) { userErrors { key } } }"
FLAG = "SELECT is_automatic_group_change_disabled FROM customer WHERE email = $1"
STATE = "SELECT group_id, (SELECT count(*) FROM vat_check v WHERE v.customer_id = c.id) AS checks FROM customer c"


@pytest.fixture
async def groups(connection: Any) -> dict[str, int]:
    """A German shop; the numbers of its groups."""
    return await set_up(connection)


async def set_up(connection: Any) -> dict[str, int]:
    await set_value(connection, AUTOMATIC_GROUP, True)
    await set_value(connection, SHOP_COUNTRY, "DE")
    made = {"default": 1}
    for name, setting in (("domestic", DOMESTIC_GROUP), ("intra", INTRA_UNION_GROUP), ("invalid", INVALID_GROUP)):
        made[name] = await connection.fetchval("SELECT nextval('customer_group_number_seq')")
        await connection.execute(
            "INSERT INTO customer_group (id, name, tax_class_id) VALUES ($1, $2, 3)",
            made[name],
            f"{name} {new_id()}"[:32],
        )
        await set_value(connection, setting, made[name])
    return made


async def group_of(connection: Any, row: Any) -> int:
    return await connection.fetchval("SELECT group_id FROM customer WHERE id = $1", row.id)


async def state_of(connection: Any, email: str) -> tuple[int, int]:
    """The group, and how many checks there are."""
    return tuple(await connection.fetchrow(f"{STATE} WHERE email = $1", email))


def ann(**given: str) -> dict[str, str]:
    return {"email": "ann@shop.example", "_website": "base", "firstname": "Ann", "lastname": "Lee", **given}


def home(number: str) -> dict[str, str]:
    return {**HOME, "country_id": "DE", "postcode": "10115", "city": "Berlin", "vat_id": number}


@pytest.fixture
async def imported(empty_database: Any, tmp_path: Path) -> Any:
    async with empty_database.writes.acquire() as connection:
        yield Shop(connection, tmp_path)


async def test_an_import_has_numbers_decide(imported: Shop) -> None:
    groups = await set_up(imported.connection)
    summary = await imported.load(sheet(ann()), sheet(home(GERMAN)))
    assert (summary.addresses.created, summary.report) == (1, None), imported.refused()
    assert await state_of(imported.connection, "ann@shop.example") == (groups["domestic"], 1)
    await imported.load(sheet(ann()), sheet(home(GERMAN)))
    assert await state_of(imported.connection, "ann@shop.example") == (groups["domestic"], 1), "checked already"
    await imported.load(None, sheet(home(WRONG)))
    assert await state_of(imported.connection, "ann@shop.example") == (groups["invalid"], 2), "the new default"
    kinds = await imported.rows("SELECT kind, actor FROM customer_event WHERE kind = 'VAT_GROUP_DECIDED'")
    assert kinds == [("VAT_GROUP_DECIDED", "SYSTEM")] * 2


async def test_a_file_says_who_is_left_alone(imported: Shop) -> None:
    groups = await set_up(imported.connection)
    flag = "SELECT is_automatic_group_change_disabled, group_id FROM customer"
    await imported.load(sheet(ann(disable_auto_group_change="1")), sheet(home(GERMAN)))
    assert await imported.rows(flag) == [(True, groups["default"])]
    await imported.load(sheet(ann(disable_auto_group_change="0")))
    assert await imported.rows(flag) == [(False, groups["domestic"])]


async def test_new_customers_of_a_file_begin_as_the_setting_says(imported: Shop) -> None:
    await set_value(imported.connection, OPTED_OUT_BY_DEFAULT, True)
    ben, cid = ann(email="ben@shop.example"), ann(email="cid@shop.example")
    await imported.load(sheet(ann()))
    await imported.load(sheet(ben | {"disable_auto_group_change": "0"}))
    flags = dict(await imported.rows("SELECT email, is_automatic_group_change_disabled FROM customer"))
    assert flags == {"ann@shop.example": True, "ben@shop.example": False}
    await set_value(imported.connection, OPTED_OUT_BY_DEFAULT, False)
    await imported.load(sheet(ann(), cid))
    flags = dict(await imported.rows("SELECT email, is_automatic_group_change_disabled FROM customer"))
    assert flags == {"ann@shop.example": True, "ben@shop.example": False, "cid@shop.example": False}


async def test_an_upsert_has_numbers_decide(admin_client: Client, connection: Any, groups: Any) -> None:
    key, email = f"ERP-{uuid.uuid4().hex}", f"{uuid.uuid4().hex}@example.com"
    customer = {"email": email, "firstName": "Ada", "lastName": "Byron", "websiteId": encode_id("web", 1)}

    async def upsert(number: str | None, *, dry_run: bool = False) -> Any:
        addresses = [{**BERLIN, "externalId": "home", "vatNumber": number}]
        input = {"externalId": key, "customer": customer, "addresses": addresses}
        answer = (await admin_client.data(UPSERT, input=input, dryRun=dry_run))["customerUpsert"]
        assert answer["userErrors"] == []
        return answer["outcome"]

    assert await upsert(GERMAN) == "CREATED"
    assert await state_of(connection, email) == (groups["domestic"], 1)
    assert await upsert(WRONG, dry_run=True) == "UPDATED"
    assert await state_of(connection, email) == (groups["domestic"], 1), "a dry run checks nothing"
    await upsert(WRONG)
    assert await state_of(connection, email) == (groups["invalid"], 2)
    await upsert(None)
    assert await state_of(connection, email) == (groups["default"], 2)


async def test_members_of_companies_follow_the_company_until_they_leave(
    admin_client: Client, connection: Any, groups: Any
) -> None:
    row, made = await make_customer(connection), await make_company(connection, group_id=2)
    create = "mutation C($input: CustomerAddressCreateInput!) { customerAddressCreate(input: $input) { userErrors { key } } }"
    await admin_client.data(create, input={**BERLIN, "customerId": customer_id(row), "vatNumber": GERMAN})
    assert await group_of(connection, row) == groups["domestic"]
    both = {"companyId": company_id(made), "customerId": customer_id(row)}
    assert (await admin_client.data(ADD, input=both))["companyMemberAdd"]["userErrors"] == []
    assert await group_of(connection, row) == 2
    await admin_client.data(create, input={**BERLIN, "customerId": customer_id(row), "vatNumber": WRONG})
    assert await group_of(connection, row) == 2
    assert (await admin_client.data(REMOVE, input=both))["companyMemberRemove"]["userErrors"] == []
    assert await group_of(connection, row) == groups["invalid"]


async def test_a_second_company_decides_before_the_number(admin_client: Client, connection: Any, groups: Any) -> None:
    row = await make_customer(connection)
    first, second = await make_company(connection, group_id=2), await make_company(connection, group_id=3)
    await make_member(connection, first, row)
    await make_member(connection, second, row)
    await make_address(connection, row, country_code="DE", vat_number=GERMAN, is_default_billing=True)
    await admin_client.data(REMOVE, input={"companyId": company_id(first), "customerId": customer_id(row)})
    assert await group_of(connection, row) == 3
    await admin_client.data(REMOVE, input={"companyId": company_id(second), "customerId": customer_id(row)})
    assert await group_of(connection, row) == groups["domestic"]


async def test_a_move_applies_the_settings_of_the_new_website(
    admin_client: Client, connection: Any, groups: Any
) -> None:
    website = await make_website(connection)
    await set_value(connection, SHOP_COUNTRY, "AT", scope=WEBSITE, scope_id=website)
    row = await make_customer(connection)
    create = "mutation C($input: CustomerAddressCreateInput!) { customerAddressCreate(input: $input) { userErrors { key } } }"
    await admin_client.data(create, input={**BERLIN, "customerId": customer_id(row), "vatNumber": GERMAN})
    assert await group_of(connection, row) == groups["domestic"]
    moved = await admin_client.data(MOVE, input={"id": customer_id(row), "websiteId": encode_id("web", website)})
    assert moved["customerQuickEdit"]["userErrors"] == []
    assert await group_of(connection, row) == groups["intra"]
    assert await connection.fetchval("SELECT count(*) FROM vat_check WHERE customer_id = $1", row.id) == 1
    await set_value(connection, AUTOMATIC_GROUP, False, scope=WEBSITE, scope_id=website)
    await connection.execute("UPDATE address SET vat_number = NULL WHERE customer_id = $1", row.id)


@pytest.mark.parametrize(("scope", "scope_id"), [(GLOBAL, 0), (WEBSITE, 1), (STORE_VIEW, 1)])
async def test_the_narrowest_group_applies(
    scope: Any, scope_id: int, admin_client: Client, connection: Any, groups: Any
) -> None:
    await set_value(connection, DOMESTIC_GROUP, groups["invalid"], scope=scope, scope_id=scope_id)
    row = await make_customer(connection)
    create = "mutation C($input: CustomerAddressCreateInput!) { customerAddressCreate(input: $input) { userErrors { key } } }"
    await admin_client.data(create, input={**BERLIN, "customerId": customer_id(row), "vatNumber": GERMAN})
    assert await group_of(connection, row) == groups["invalid"]


@pytest.mark.parametrize("is_opted_out", [True, False])
async def test_new_customers_begin_as_the_setting_says(
    is_opted_out: bool, admin_client: Client, storefront: Client, connection: Any
) -> None:
    await set_value(connection, OPTED_OUT_BY_DEFAULT, is_opted_out)
    email = f"{uuid.uuid4().hex}@example.com"
    assert (await storefront.data(SIGN_UP, input=person(email)))["signUp"]["userErrors"] == []
    assert await connection.fetchval(FLAG, email) == is_opted_out
    new = {"firstName": "Ada", "lastName": "Byron", "websiteId": encode_id("web", 1)}
    for given, stored in (({}, is_opted_out), ({"isAutomaticGroupChangeDisabled": not is_opted_out}, not is_opted_out)):
        input = {**new, "email": f"{uuid.uuid4().hex}@example.com", **given}
        made = (await admin_client.data(CREATE, input=input))["customerCreate"]
        assert made["customer"]["isAutomaticGroupChangeDisabled"] == stored
    key, email = f"ERP-{uuid.uuid4().hex}", f"{uuid.uuid4().hex}@example.com"
    upserted = {"externalId": key, "customer": {**new, "email": email}}
    assert (await admin_client.data(UPSERT, input=upserted))["customerUpsert"]["userErrors"] == []
    assert await connection.fetchval(FLAG, email) == is_opted_out
