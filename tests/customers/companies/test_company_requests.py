"""Somebody asks for a company on the storefront (docs/domain/company-users.md#company-users-10)."""

import asyncio

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.companies.registration.settings import COMPANIES_ENABLED
from customer_gql.messaging.mail.budgets import REPEAT_MINUTES
from customer_gql.shop.settings.writes import set_value
from support.companies import make_company
from support.customers import customer_id, make_customer
from support.staff import staff_client

REGISTER = """mutation M($input: CompanyRegisterInput!) { companyRegister(input: $input) { isReceived userErrors { code key path } } }"""
SIGN_IN = "mutation M($input: SignInInput!) { signIn(input: $input) { customer { id } userErrors { code key } } }"
ACTIVATE_COMPANY = "mutation M($input: CompanyInput!) { companyActivate(input: $input) { userErrors { code key } } }"
ACTIVATE = "mutation M($input: CustomerAccountInput!) { customerActivate(input: $input) { userErrors { code key } } }"
PASSWORD = "a long way to Ockham"
ADDRESS = {
    "street": ["1 Analytical Way"],
    "city": "London",
    "countryCode": "GB",
    "postcode": "N1 7AA",
    "telephone": "+44 20 7946 0000",
}
RECEIVED = {"isReceived": True, "userErrors": []}
COUNTS = "SELECT (SELECT count(*) FROM company), (SELECT count(*) FROM customer), (SELECT count(*) FROM company_member)"


def request(name, /, **given):
    admin = {"email": f"admin.{name}@example.com", "password": PASSWORD, "firstName": "Eve", "lastName": "Early"}
    return {
        "name": f"Firm {name}",
        "email": f"office.{name}@example.com",
        "legalAddress": ADDRESS,
        "admin": {**admin, "jobTitle": "Owner", **given.pop("admin", {})},
        **given,
    }


async def register(client, **input):
    return (await client.data(REGISTER, input=input))["companyRegister"]


def refusals(done):
    return [(one["code"], one["key"], one["path"]) for one in done["userErrors"]]


async def mails(connection, recipient):
    found = await connection.fetch("SELECT template FROM mail_outbox WHERE recipient = $1 ORDER BY id", recipient)
    return [row.template for row in found]


@pytest.fixture
async def enabled(database):
    """The shop takes requests, for as long as the test runs."""
    async with database.transaction() as connection:
        await set_value(connection, COMPANIES_ENABLED, True)


async def test_the_shop_takes_no_requests_unless_it_says_so(connection, storefront):
    before = tuple(await connection.fetchrow(COUNTS))
    done = await register(storefront, **request("closed"))
    assert (done["isReceived"], refusals(done)) == (False, [("NOT_ALLOWED", "company.registration_closed", None)])
    assert tuple(await connection.fetchrow(COUNTS)) == before


async def test_a_request_waits_for_staff(enabled, connection, storefront, http):
    name = f"r{(await make_customer(connection)).id}"
    assert await register(storefront, **request(name, vatNumber="GB1", legalName="F Ltd", resellerId="R1")) == RECEIVED
    made = await connection.fetchrow("SELECT * FROM company WHERE email = $1", f"office.{name}@example.com")
    assert (made.status, made.legal_name, made.vat_number, made.reseller_id) == ("PENDING", "F Ltd", "GB1", "R1")
    admin = await connection.fetchrow("SELECT * FROM customer WHERE id = $1", made.admin_customer_id)
    assert (admin.status, admin.customer_type, admin.group_id) == ("INACTIVE", "COMPANY_ADMIN", made.group_id)
    assert await mails(connection, admin.email) == ["company_pending"]
    early = await storefront.data(SIGN_IN, input={"email": admin.email, "password": PASSWORD})
    assert early["signIn"]["customer"] is None
    staff = await staff_client(http, connection)
    forced = (await staff.data(ACTIVATE, input={"id": customer_id(admin)}))["customerActivate"]
    assert forced["userErrors"] == [{"code": "NOT_ALLOWED", "key": "company.not_activated"}]
    id = encode_id("com", made.id)
    assert (await staff.data(ACTIVATE_COMPANY, input={"id": id}))["companyActivate"] == {"userErrors": []}
    now = await storefront.data(SIGN_IN, input={"email": admin.email, "password": PASSWORD})
    assert now["signIn"]["customer"] == {"id": customer_id(admin)}
    told = "SELECT type FROM domain_event WHERE subject = $1 ORDER BY written"
    assert [row.type for row in await connection.fetch(told, id)] == ["company.created", "company.status_changed"]
    # The link is made when the mail is due.
    ordered = "SELECT count(link_hash) FROM mail_outbox WHERE recipient = $1 AND template = 'welcome_without_password'"
    assert await connection.fetchval(ordered, admin.email) == 1


async def test_an_address_in_use_gets_the_same_answer_and_stores_nothing(enabled, connection, storefront, statements):
    known, stored = await make_customer(connection), await make_company(connection, email="Taken@firm.example.com")
    owner = await connection.fetchval("SELECT email FROM customer WHERE id = $1", stored.admin_customer_id)
    counts = []
    await statements.clear()
    assert await register(storefront, **request(f"n{known.id}")) == RECEIVED
    counts.append(await statements.count())
    before = tuple(await connection.fetchrow(COUNTS))
    taken = (
        request(f"a{known.id}", admin={"email": known.email.upper()}),
        request(f"b{known.id}", email="taken@FIRM.example.com"),
    )
    for input in taken:
        await statements.clear()
        assert await register(storefront, **input) == RECEIVED
        counts.append(await statements.count())
    assert tuple(await connection.fetchrow(COUNTS)) == before
    assert await mails(connection, known.email) == ["company_requested_again"]
    assert await mails(connection, owner) == ["company_requested_again"]
    assert await mails(connection, taken[1]["admin"]["email"]) == []
    assert len(set(counts)) == 1, counts


async def test_the_owner_of_an_address_in_use_is_told_five_times_an_hour(enabled, database, connection, storefront):
    async with database.transaction() as writing:
        await set_value(writing, REPEAT_MINUTES, 0)
    name = f"f{(await make_customer(connection)).id}"
    stored = await make_company(connection, email=f"office.{name}@example.com")
    owner = await connection.fetchval("SELECT email FROM customer WHERE id = $1", stored.admin_customer_id)
    for number in range(7):
        asked = request(name, admin={"email": f"{number}{name}@example.com"})
        assert await register(storefront, **asked) == RECEIVED
    assert await mails(connection, owner) == ["company_requested_again"] * 5


async def test_what_is_no_request(enabled, connection, storefront):
    known = await make_customer(connection)
    before = tuple(await connection.fetchrow(COUNTS))
    wrong = request("x", name=" ", email="x", admin={"email": "y", "password": "z", "firstName": "", "telephone": "?"})
    wrong["legalAddress"] = {**ADDRESS, "countryCode": "UK"}
    paths = [path for _, _, path in refusals(await register(storefront, **wrong))]
    expected = [["name"], ["email"], ["legalAddress", "countryCode"], ["admin", "email"], ["admin", "firstName"]]
    assert [path for path in expected if path not in paths] == []
    assert ["admin", "password"] in paths
    assert ["admin", "telephone"] in paths
    same = await register(storefront, **request("x", admin={"email": known.email, "password": "short"}))
    assert [path for _, _, path in refusals(same)] == [["admin", "password"]]
    assert tuple(await connection.fetchrow(COUNTS)) == before


async def test_two_requests_at_once_with_one_address(enabled, connection, storefront):
    name = f"t{(await make_customer(connection)).id}"
    both = await asyncio.gather(
        *[register(storefront, **request(name, email=f"{i}{name}@example.com")) for i in range(2)]
    )
    assert both == [RECEIVED, RECEIVED]
    assert await connection.fetchval("SELECT count(*) FROM company WHERE name = $1", f"Firm {name}") == 1
    assert await mails(connection, f"admin.{name}@example.com") == ["company_pending", "company_requested_again"]
