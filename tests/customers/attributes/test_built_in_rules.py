"""Rules of built-in fields bind every way in, and judge new values only (docs/domain/attributes.md#attributes-7)."""

import itertools
from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.companies.registration.settings import COMPANIES_ENABLED, REGISTRATION
from customer_gql.customers.profile.values.fields import SHOW_SETTINGS
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.writes import set_value
from support.adobe_shop import ANN, HOME, sheet
from support.companies import company_id, make_company, make_member, member_id
from support.customers import customer_id, make_address, make_customer
from support.importing import problems, run_import, upload
from support.jobs import delete_open_jobs
from support.staff import staff_client

NAMES = itertools.count()
ERRORS = "userErrors { key path }"
UPDATE = "mutation U($input: AttributeUpdateInput!) { attributeUpdate(input: $input) { userErrors { key path } } }"
ME = f"mutation E($input: MeUpdateInput!) {{ meUpdate(input: $input) {{ {ERRORS} }} }}"
SIGN_UP = f"mutation S($input: SignUpInput!) {{ signUp(input: $input) {{ {ERRORS} }} }}"
CREATE = f"mutation C($input: CustomerCreateInput!) {{ customerCreate(input: $input) {{ {ERRORS} }} }}"
EDIT = f"mutation E($input: CustomerUpdateInput!) {{ customerUpdate(input: $input) {{ {ERRORS} }} }}"
ADDRESS_CREATE = f"mutation C($input: AddressCreateInput!) {{ addressCreate(input: $input) {{ {ERRORS} }} }}"
ADDRESS_UPDATE = f"mutation U($input: AddressUpdateInput!) {{ addressUpdate(input: $input) {{ {ERRORS} }} }}"
OF_STAFF = f"mutation C($input: CustomerAddressCreateInput!) {{ customerAddressCreate(input: $input) {{ {ERRORS} }} }}"
REGISTER = f"mutation R($input: CompanyRegisterInput!) {{ companyRegister(input: $input) {{ {ERRORS} }} }}"
USER = f"mutation U($input: CompanyUserUpdateInput!) {{ companyUserUpdate(input: $input) {{ {ERRORS} }} }}"
REPLACE = f"mutation R($input: CompanyAdminReplaceInput!) {{ companyAdminReplace(input: $input) {{ {ERRORS} }} }}"
FORM = """query F($kind: FormKind!) { form(kind: $kind) { fields { code rules { minLength maxLength validation minDate } } } }"""


@pytest.fixture(autouse=True)
async def same_fields(connection: Any) -> Any:
    yield
    await connection.execute("UPDATE attribute SET rules = '{}' WHERE is_system")
    await connection.execute("DELETE FROM configuration_value WHERE path = 'customers.field_rules'")


async def change(client: Any, connection: Any, code: str, rules: Any, entity: str = "CUSTOMER") -> list[Any]:
    found = "SELECT id FROM attribute WHERE code = $1 AND entity = $2 AND is_system"
    id = encode_id("att", await connection.fetchval(found, code, entity))
    return (await client.data(UPDATE, input={"id": id, "rules": rules}))["attributeUpdate"]["userErrors"]


async def refused(client: Any, document: str, **input: Any) -> list[tuple[str, list[str]]]:
    [answer] = (await client.data(document, input=input)).values()
    return [(one["key"], one["path"]) for one in answer["userErrors"]]


def new_person(**given: Any) -> dict[str, Any]:
    email = f"ruled.{next(NAMES)}@shop.example"
    return {"email": email, "firstName": "Ann", "lastName": "Lee", **given}


async def test_a_rule_of_the_profile_binds_every_door(http: Any, as_customer: Any, browser: Any, connection: Any):
    boss, guest = await staff_client(http, connection), await browser()
    old = await make_customer(connection, first_name="Bo", last_name="Lee")
    assert await change(boss, connection, "firstName", {"minLength": 3, "validation": "ALPHA"}) == []
    me, id = await as_customer(old.id), customer_id(old)
    short, odd = ("attribute.too_short", ["firstName"]), ("attribute.not_letters", ["firstName"])
    for given, expected in (({"firstName": "Al"}, short), ({"firstName": "Al2x"}, odd)):
        assert await refused(me, ME, **given) == [expected]
        person = new_person(**given)
        assert await refused(guest, SIGN_UP, **person, password="Correct horse battery 9") == [expected]
        assert await refused(boss, CREATE, **person, websiteId=encode_id("web", 1)) == [expected]
        assert await refused(boss, EDIT, id=id, **given) == [expected]
    # The stored name is not judged again, alone or beside another edit.
    assert await refused(me, ME, firstName="Bo", lastName="Lane") == []
    assert await refused(boss, EDIT, id=id, lastName="Lee") == []
    assert await refused(me, ME, firstName="Bob") == []
    shown = (await guest.data(FORM, kind="SIGN_UP"))["form"]["fields"]
    [rules] = [one["rules"] for one in shown if one["code"] == "firstName"]
    assert rules == {"minLength": 3, "maxLength": None, "validation": "ALPHA", "minDate": None}
    assert await change(boss, connection, "firstName", None) == []
    assert await refused(me, ME, firstName="Al") == []


async def test_a_rule_of_names_binds_companies(http: Any, as_customer: Any, browser: Any, connection: Any):
    boss, guest = await staff_client(http, connection), await browser()
    for option in (COMPANIES_ENABLED, REGISTRATION):
        await set_value(connection, option, True)
    employer = await make_company(connection)
    old = await make_customer(connection, first_name="Bo", last_name="Lee")
    seat = await make_member(connection, employer, old, is_account_of_company=True)
    manager = await as_customer(employer.admin_customer_id)
    assert await change(boss, connection, "firstName", {"minLength": 3}) == []
    assert await change(boss, connection, "lastName", {"validation": "ALPHA"}) == []
    wrong = {"firstName": "Al", "lastName": "Lee 2"}
    expected = [("attribute.too_short", ["firstName"]), ("attribute.not_letters", ["lastName"])]
    asked = {
        "name": "Acme",
        "email": f"office.{next(NAMES)}@acme.example",
        "legalAddress": {
            "street": ["1 High Street"],
            "city": "Leeds",
            "postcode": "LS1 1AA",
            "countryCode": "GB",
            "telephone": "0113 496 0000",
        },
    }
    person = new_person(**wrong, password="Correct horse battery 9")
    inside = [(key, ["admin", *path]) for key, path in expected]
    assert await refused(guest, REGISTER, **asked, admin=person) == inside
    assert await connection.fetchval("SELECT count(*) FROM company WHERE email = $1", asked["email"]) == 0
    assert await refused(manager, USER, id=member_id(seat), **wrong) == expected
    names = "SELECT first_name || ' ' || last_name FROM customer WHERE id = $1"
    assert await connection.fetchval(names, old.id) == "Bo Lee"
    # The stored name is not judged again beside another edit, a new one that fits is stored.
    assert await refused(manager, USER, id=member_id(seat), firstName="Bo", jobTitle="Buyer") == []
    assert await refused(manager, USER, id=member_id(seat), firstName="Bob", lastName="Lane") == []
    assert await connection.fetchval(names, old.id) == "Bob Lane"
    hired = make_admin(**wrong)
    assert await refused(boss, REPLACE, companyId=company_id(employer), newAdmin=hired) == [
        (key, ["newAdmin", *path]) for key, path in expected
    ]


def make_admin(**given: Any) -> dict[str, Any]:
    return {"email": f"admin.{next(NAMES)}@acme.example", "firstName": "Ann", "lastName": "Lee", **given}


async def test_a_rule_of_addresses_binds_every_door(http: Any, as_customer: Any, connection: Any):
    boss, customer = await staff_client(http, connection), await make_customer(connection)
    home = await make_address(connection, customer, city="Ely", street=["A"])
    assert await change(boss, connection, "city", {"minLength": 4}, "ADDRESS") == []
    assert await change(boss, connection, "street", {"maxLength": 10}, "ADDRESS") == []
    me = await as_customer(customer.id)
    base = {
        "firstName": "Ann",
        "lastName": "Lee",
        "postcode": "LS1 1AA",
        "countryCode": "GB",
        "telephone": "0113 496 0000",
    }
    bad = {"city": "Ely", "street": ["1", "A street of many letters"]}
    expected = [("text.too_long", ["street", "1"]), ("attribute.too_short", ["city"])]
    assert await refused(me, ADDRESS_CREATE, **base, **bad) == expected
    assert await refused(boss, OF_STAFF, customerId=customer_id(customer), **base, **bad) == expected
    address = encode_id("adr", customer.id, home.id)
    assert await refused(me, ADDRESS_UPDATE, id=address, city="Hay") == [("attribute.too_short", ["city"])]
    assert await refused(me, ADDRESS_UPDATE, id=address, city="Ely", company="Acme") == []
    assert await refused(me, ADDRESS_CREATE, **base, city="Leeds", street=["1 High St"]) == []


async def test_a_rule_of_dates(http: Any, as_customer: Any, connection: Any):
    boss, me = await staff_client(http, connection), await as_customer((await make_customer(connection)).id)
    await set_value(connection, SHOW_SETTINGS["dateOfBirth"], "OPTIONAL")
    assert await change(boss, connection, "dateOfBirth", {"minDate": "1950-01-01"}) == []
    assert await refused(me, ME, dateOfBirth="1949-12-31") == [("attribute.date_too_early", ["dateOfBirth"])]
    assert await refused(me, ME, dateOfBirth="1950-01-01") == []


@pytest.mark.parametrize(
    ("code", "entity", "rules", "refusal"),
    [
        ("email", "CUSTOMER", {"maxLength": 9}, ("attribute.is_system", ["rules"])),
        ("gender", "CUSTOMER", {"maxLength": 9}, ("attribute.is_system", ["rules"])),
        ("street", "ADDRESS", {"lineCount": 3}, ("attribute.not_for_type", ["rules", "lineCount"])),
        ("telephone", "ADDRESS", {"validation": "NUMERIC"}, ("attribute.not_for_type", ["rules", "validation"])),
        ("firstName", "CUSTOMER", {"minDate": "2000-01-01"}, ("attribute.not_for_type", ["rules", "minDate"])),
    ],
)
async def test_rules_that_a_field_cannot_have(
    code: str, entity: str, rules: Any, refusal: Any, http: Any, connection: Any
):
    boss = await staff_client(http, connection)
    answer = await change(boss, connection, code, rules, entity)
    assert [(one["key"], one["path"]) for one in answer] == [refusal]
    assert (
        await connection.fetchval("SELECT count(*) FROM configuration_value WHERE path = 'customers.field_rules'") == 0
    )


async def test_a_rule_binds_imports(http: Any, database: Any, settings: Any, connection: Any):
    await delete_open_jobs(connection)
    boss, tools = await staff_client(http, connection), Tools(database, settings)
    assert await change(boss, connection, "firstName", {"minLength": 3}) == []
    assert await change(boss, connection, "company", {"maxLength": 3}, "ADDRESS") == []
    assert await change(boss, connection, "street", {"maxLength": 15}, "ADDRESS") == []
    home = {f"_address_{name}": cell for name, cell in HOME.items() if not name.startswith("_")}
    rows = [ANN | {"email": f"ruled.{next(NAMES)}@shop.example"} | home for _ in range(3)]
    rows[0]["firstname"] = "Al"
    rows[1] |= {"_address_company": "Acme"}
    rows[2]["_address_street"] = "A street of many letters"
    id = await upload(boss, sheet(*rows).encode(), layout="ADOBE_COMPOSITE")
    await run_import(boss, tools, id)
    told = [(one["line"], one["column"], one["key"], one["outcome"]) for one in await problems(boss, id)]
    assert told == [
        (2, "firstname", "attribute.too_short", "CELL_LEFT_OUT"),
        (2, "firstname", "import.name_missing", "ROW_REFUSED"),
        (3, "_address_company", "text.too_long", "CELL_LEFT_OUT"),
        (4, "_address_street", "text.too_long", "ROW_REFUSED"),
    ]
