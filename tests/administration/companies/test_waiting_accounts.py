"""An account that was created for a company waits for its activation, whichever door is tried (docs/domain/companies.md#companies-9)."""

import uuid

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.registration.settings import EMAIL_CONFIRMATION
from customer_gql.customers.companies.registration.settings import COMPANIES_ENABLED
from customer_gql.shop.settings.writes import set_value
from support.customers import customer_id
from support.mailed import newest_token
from support.staff import staff_client

from .documents import ADDRESS, call, mutation, refusals

REGISTER = "mutation R($input: CompanyRegisterInput!) { companyRegister(input: $input) { isReceived } }"
SIGN_IN = "mutation S($input: SignInInput!) { signIn(input: $input) { customer { id } } }"
CHOOSE = "mutation P($input: PasswordResetInput!) { passwordReset(input: $input) { userErrors { code } } }"
FORGET = (
    "mutation P($input: PasswordResetRequestInput!) { passwordResetRequest(input: $input) { userErrors { code } } }"
)
MASS = """mutation M($input: CustomerMassActionInput!) { customerMassAction(input: $input) {
  doneCount results { outcome key } userErrors { code } } }"""
ACCOUNT = "mutation A($input: CustomerAccountInput!) {{ {0}(input: $input) {{ userErrors {{ code key path }} }} }}"
RIGHTS = """query C($id: ID!) { customer(by: { id: $id }) { capabilities { action isAllowed refusal { key } } } }"""
PASSWORD, ANOTHER = "a long way to Ockham", "an even longer way to Ockham"
STATUS = "SELECT status FROM customer WHERE id = $1"
REFUSED = ("NOT_ALLOWED", "company.not_activated")


@pytest.fixture
async def waiting(database, connection, storefront):
    """The account that came with a request for a company."""
    async with database.transaction() as writing:
        await set_value(writing, COMPANIES_ENABLED, True)
        await set_value(writing, EMAIL_CONFIRMATION, True)
    name = uuid.uuid4().hex
    admin = {"email": f"{name}@example.com", "password": PASSWORD, "firstName": "Eve", "lastName": "Early"}
    firm = {"name": name, "email": f"office.{name}@example.com", "legalAddress": ADDRESS}
    assert await call(storefront, REGISTER, **firm, admin=admin) == {"isReceived": True}
    return await connection.fetchrow("SELECT * FROM customer WHERE email = $1", admin["email"])


@pytest.fixture(params=["PENDING", "REJECTED"])
async def closed(request, waiting, connection, boss):
    """The same account, of a company in each state that lets nobody in."""
    if request.param == "REJECTED":
        asked = await connection.fetchval("SELECT id FROM company WHERE admin_customer_id = $1", waiting.id)
        rejected = await call(boss, mutation("companyReject"), id=encode_id("com", asked), reason="No VAT number.")
        assert rejected["userErrors"] == []
    return waiting


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


async def check_it_waits(connection, storefront, row, password=PASSWORD):
    assert await connection.fetchval(STATUS, row.id) == "INACTIVE"
    tried = await call(storefront, SIGN_IN, email=row.email, password=password)
    assert tried["customer"] is None


async def test_no_edit_activates_it(boss, closed, connection, storefront):
    document = mutation("customerUpdate", "customer { status }")
    refused = await call(boss, document, id=customer_id(closed), status="ACTIVE")
    assert refusals(refused) == [(*REFUSED, ["status"])]
    await check_it_waits(connection, storefront, closed)


async def test_no_program_activates_it(boss, closed, connection, storefront):
    key, upsert = uuid.uuid4().hex, mutation("customerUpsert", "outcome")
    person = {"email": closed.email, "firstName": "Eve", "lastName": "Early", "websiteId": encode_id("web", 1)}
    active = {**person, "status": "ACTIVE"}
    refused = await call(boss, upsert, externalId=key, adoptByEmail=True, customer=active)
    assert refusals(refused) == [(*REFUSED, ["customer", "status"])]
    adopted = await call(boss, upsert, externalId=key, adoptByEmail=True, customer=person)
    assert adopted == {"outcome": "UPDATED", "userErrors": []}
    refused = await call(boss, upsert, externalId=key, customer=active)
    assert refusals(refused) == [(*REFUSED, ["customer", "status"])]
    await check_it_waits(connection, storefront, closed)


async def test_no_mass_action_and_no_action_activates_it(boss, closed, connection, storefront):
    many = await call(boss, MASS, action="ACTIVATE", selection={"ids": [customer_id(closed)]})
    assert (many["doneCount"], many["results"]) == (0, [{"outcome": "REFUSED", "key": REFUSED[1]}])
    one = await call(boss, ACCOUNT.format("customerActivate"), id=customer_id(closed))
    assert refusals(one) == [(*REFUSED, ["id"])]
    await check_it_waits(connection, storefront, closed)


async def test_a_confirmed_address_and_a_new_password_do_not_activate_it(boss, closed, connection, storefront):
    confirmed = await call(boss, ACCOUNT.format("customerConfirm"), id=customer_id(closed))
    assert confirmed["userErrors"] == []
    await check_it_waits(connection, storefront, closed)
    await call(storefront, FORGET, email=closed.email)
    token = await newest_token(connection, closed.email, "password_reset")
    assert await call(storefront, CHOOSE, token=token, password=ANOTHER) == {"userErrors": []}
    await check_it_waits(connection, storefront, closed, ANOTHER)
    assert await connection.fetchval("SELECT is_email_confirmed FROM customer WHERE id = $1", closed.id)


async def test_its_capabilities_say_so(boss, closed):
    shown = (await boss.data(RIGHTS, id=customer_id(closed)))["customer"]["capabilities"]
    [activate] = [one for one in shown if one["action"] == "CUSTOMER_ACTIVATE"]
    assert (activate["isAllowed"], activate["refusal"]) == (False, {"key": REFUSED[1]})
