"""A customer made by staff: no password, a welcome with a link, claims that one of several requests wins."""

import asyncio
import uuid

import orjson
import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS, Permission
from customer_gql.customers.accounts.registration.settings import DEFAULT_GROUP, EMAIL_CONFIRMATION
from customer_gql.customers.companies.registration.settings import COMPANIES_ENABLED
from customer_gql.customers.profile.values.fields import SHOW_SETTINGS
from customer_gql.shop.settings.writes import set_value
from support.customers import customer_id, make_customer
from support.staff import make_website, staff_client

CREATE = """mutation C($input: CustomerCreateInput!, $dryRun: Boolean = false) {
  customerCreate(input: $input, dryRun: $dryRun) {
    customer { id version number email prefix firstName middleName lastName suffix gender dateOfBirth birthYear taxVatNumber
      externalId status confirmationStatus allowsRemoteAssistance isAutomaticGroupChangeDisabled group { id } website { id }
      createdIn { id } gridRow { email name externalId } }
    userErrors { code key path } } }"""
SIGN_UP = "mutation S($input: SignUpInput!) { signUp(input: $input) { userErrors { code } } }"
WHOLE = {
    "prefix": "Lady",
    "firstName": "Augusta",
    "middleName": "Ada",
    "lastName": "King",
    "suffix": "FRS",
    "gender": "FEMALE",
    "dateOfBirth": "1985-12-10",
    "taxVatNumber": "GB1",
    "status": "INACTIVE",
    "allowsRemoteAssistance": True,
    "isAutomaticGroupChangeDisabled": True,
}


def fresh():
    return f"{uuid.uuid4().hex}@example.com"


def new(**more):
    return {"email": fresh(), "firstName": "Ada", "lastName": "Byron", "websiteId": encode_id("web", 1), **more}


async def create(client, *, dry_run=False, **input):
    return (await client.data(CREATE, input=input, dryRun=dry_run))["customerCreate"]


async def mails_to(connection, email):
    rows = await connection.fetch("SELECT template FROM mail_outbox WHERE recipient = $1 ORDER BY id", email)
    return [row.template for row in rows]


async def test_every_field_is_stored_and_written_down(admin_client, connection):
    external = f"ERP-{uuid.uuid4().hex}"
    input = new(**WHOLE, groupId=encode_id("grp", 2), externalId=external)
    answer = await create(admin_client, **input)
    made = answer["customer"]
    assert (answer["userErrors"], made.pop("number") > 0) == ([], True)
    id = made.pop("id")
    assert made == {
        **WHOLE,
        "version": 1,
        "email": input["email"],
        "birthYear": 1985,
        "externalId": external,
        "confirmationStatus": "NOT_REQUIRED",
        "group": {"id": encode_id("grp", 2)},
        "website": {"id": encode_id("web", 1)},
        "createdIn": {"id": encode_id("stv", 1)},
        "gridRow": {"email": input["email"], "name": "Augusta King", "externalId": external},
    }
    key = int(id[4:], 16)
    event = await connection.fetchrow("SELECT * FROM customer_event WHERE customer_id = $1 AND kind = 'CREATED'", key)
    assert (event.kind, event.version, event.actor) == ("CREATED", 1, "STAFF")
    changes = orjson.loads(event.changes)
    assert (changes["firstName"], changes["externalId"]) == ([None, "Augusta"], [None, external])
    event_types = await connection.fetch("SELECT type FROM domain_event WHERE customer_id = $1 ORDER BY id", key)
    assert {row.type for row in event_types} == {"customer.created"}
    assert await connection.fetchval("SELECT count(*) FROM customer_password WHERE customer_id = $1", key) == 0


async def test_the_least_there_is(admin_client, connection):
    await set_value(connection, DEFAULT_GROUP, 3)
    made = (await create(admin_client, **new()))["customer"]
    assert (made["group"], made["status"], made["birthYear"]) == ({"id": encode_id("grp", 3)}, "ACTIVE", None)
    assert await mails_to(connection, made["email"]) == ["welcome_without_password"]


@pytest.mark.parametrize("status", ["ACTIVE", "INACTIVE"])
@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("are_companies_enabled", [False, True])
async def test_a_new_customer_has_the_status_that_is_given(
    status, dry_run, are_companies_enabled, admin_client, connection
):
    await set_value(connection, COMPANIES_ENABLED, are_companies_enabled)
    answer = await create(admin_client, **new(status=status), dry_run=dry_run)
    assert answer["userErrors"] == []
    assert (answer["customer"] or {"status": status})["status"] == status
    assert (answer["customer"] is None) is dry_run


async def test_the_welcome_is_left_out_or_comes_from_a_store_view(admin_client, connection):
    made = (await create(admin_client, **new(sendsWelcomeMail=False)))["customer"]
    assert await mails_to(connection, made["email"]) == []
    website = await make_website(connection)
    at = {"websiteId": encode_id("web", website), "welcomeStoreViewId": encode_id("stv", website)}
    made = (await create(admin_client, **new(**at)))["customer"]
    assert made["createdIn"] == {"id": encode_id("stv", website)}
    mail = await connection.fetchrow("SELECT * FROM mail_outbox WHERE recipient = $1", made["email"])
    assert (mail.template, mail.store_view_id) == ("welcome_without_password", website)


async def test_an_address_is_confirmed_by_the_link_where_that_is_asked_for(admin_client, connection):
    await set_value(connection, EMAIL_CONFIRMATION, True)
    made = (await create(admin_client, **new()))["customer"]
    assert made["confirmationStatus"] == "REQUIRED"
    assert await mails_to(connection, made["email"]) == ["welcome_without_password"]


async def test_consent_is_mailed(admin_client, connection):
    made = (await create(admin_client, **new(allowsRemoteAssistance=True, sendsWelcomeMail=False)))["customer"]
    assert await mails_to(connection, made["email"]) == ["assistance_changed"]


async def test_every_refusal_is_told_at_once_and_nothing_is_stored(admin_client, connection):
    await set_value(connection, SHOW_SETTINGS["taxVatNumber"], "REQUIRED")
    before = await connection.fetchval("SELECT count(*) FROM customer")
    answer = await create(
        admin_client,
        **new(
            email="no address",
            firstName=" ",
            lastName="x" * 256,
            prefix="y" * 41,
            dateOfBirth="1985-12-10",
            birthYear=1986,
            groupId=encode_id("grp", 0),
            externalId="z" * 65,
        ),
    )
    assert answer["customer"] is None
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [
        ("INVALID", ["email"]),
        ("TOO_LONG", ["prefix"]),
        ("REQUIRED", ["firstName"]),
        ("TOO_LONG", ["lastName"]),
        ("REQUIRED", ["taxVatNumber"]),
        ("NOT_ALLOWED", ["groupId"]),
        ("TOO_LONG", ["externalId"]),
        ("INVALID", ["birthYear"]),
    ]
    assert await connection.fetchval("SELECT count(*) FROM customer") == before


async def test_addresses_are_judged_with_the_customer(admin_client, connection):
    home = {"firstName": "Ada", "lastName": "Byron", "street": ["1 Way"], "city": "London", "postcode": "N1 7AA"}
    home |= {"countryCode": "GB", "telephone": "+44 20 7946 0000", "externalId": "home"}
    bad = [home, {**home, "externalId": "work", "postcode": "1", "city": None}, home]
    other = await make_customer(connection, external_id=uuid.uuid4().hex)
    told = [("REQUIRED", ["addresses", "1", "city"]), ("INVALID", ["addresses", "1", "postcode"]),
            ("INVALID", ["addresses", "2", "externalId"])]  # fmt: skip
    store_view = encode_id("stv", 5)
    for more, first in (
        ({}, []),
        ({"firstName": " "}, [("REQUIRED", ["firstName"])]),
        (
            {"welcomeStoreViewId": store_view, "lastName": " "},
            [("NOT_FOUND", ["welcomeStoreViewId"]), ("REQUIRED", ["lastName"])],
        ),
        (
            {"email": other.email, "externalId": other.external_id},
            [("TAKEN", ["externalId"]), ("TAKEN", ["email"])],
        ),
        ({"websiteId": encode_id("web", 5)}, [("NOT_FOUND", ["websiteId"])]),
    ):
        answer = await create(admin_client, **new(**more, addresses=bad))
        # What an address needs is decided by the website, if there is one.
        expected = [*first, *told]
        assert [(error["code"], error["path"]) for error in answer["userErrors"]] == expected, more
    count = "SELECT count(*) FROM customer WHERE email = $1"
    assert await connection.fetchval(count, other.email) == 1


@pytest.mark.parametrize(
    ("input", "error"),
    [
        ({"websiteId": encode_id("web", 5)}, ("NOT_FOUND", "website.not_found", ["websiteId"])),
        ({"groupId": encode_id("grp", 77)}, ("NOT_FOUND", "customer_group.not_found", ["groupId"])),
        ({"groupId": "cus_1"}, ("NOT_FOUND", "id.malformed", ["groupId"])),
        (
            {"welcomeStoreViewId": encode_id("stv", 5)},
            ("NOT_FOUND", "store_view.not_found", ["welcomeStoreViewId"]),
        ),
        ({"status": None}, ("REQUIRED", "value.null", ["status"])),
    ],
)
async def test_what_it_names_has_to_be_there(admin_client, input, error):
    answer = await create(admin_client, **new(**input))
    assert [tuple(each.values()) for each in answer["userErrors"]] == [error]


async def test_what_cannot_be_read_is_refused_beside_the_others(admin_client):
    given = {"groupId": "cus_1", "status": None, "email": "nobody", "welcomeStoreViewId": "web_1"}
    answer = await create(admin_client, **new(**given))
    assert [(error["key"], error["path"]) for error in answer["userErrors"]] == [
        ("id.malformed", ["welcomeStoreViewId"]),
        ("email.invalid", ["email"]),
        ("id.malformed", ["groupId"]),
        ("value.null", ["status"]),
    ]
    answer = await create(admin_client, **new(**given, websiteId="1"))
    assert [(error["key"], error["path"]) for error in answer["userErrors"]] == [
        ("id.malformed", ["groupId"]),
        ("id.malformed", ["websiteId"]),
        ("value.null", ["status"]),
    ]


async def test_a_store_view_of_another_website_is_none_of_this_one(admin_client, connection):
    other = await make_website(connection)
    answer = await create(admin_client, **new(welcomeStoreViewId=encode_id("stv", other)))
    assert [error["key"] for error in answer["userErrors"]] == ["store_view.not_found"]


async def test_a_group_that_the_website_excludes_is_refused(admin_client, connection):
    website = await make_website(connection)
    await connection.execute(
        "INSERT INTO customer_group_excluded_website (group_id, website_id) VALUES (2, $1)", website
    )
    answer = await create(admin_client, **new(websiteId=encode_id("web", website), groupId=encode_id("grp", 2)))
    assert [tuple(error.values()) for error in answer["userErrors"]] == [
        ("NOT_ALLOWED", "customer_group.excluded_from_website", ["groupId"])
    ]


async def test_what_another_customer_has_is_taken(admin_client, connection):
    other = await make_customer(connection, external_id=uuid.uuid4().hex)
    for taken, error in (
        ({"email": other.email.upper()}, ("TAKEN", "email.taken", ["email"])),
        ({"externalId": other.external_id}, ("TAKEN", "external_id.taken", ["externalId"])),
    ):
        answer = await create(admin_client, **new(**taken))
        assert [tuple(each.values()) for each in answer["userErrors"]] == [error]


async def test_an_external_id_is_free_once_its_customer_is_deleted(admin_client, connection):
    other = await make_customer(connection, external_id=uuid.uuid4().hex)
    delete = """mutation D($id: ID!) { customerMassAction(input: {action: DELETE, selection: {ids: [$id]}}) { doneCount } }"""
    await admin_client.data(delete, id=customer_id(other))
    kept = "SELECT external_id FROM deleted_customer WHERE customer_id = $1"
    assert await connection.fetchval(kept, other.id) == other.external_id
    answer = await create(admin_client, **new(externalId=other.external_id))
    assert answer["customer"]["externalId"] == other.external_id


async def test_a_dry_run_stores_nothing_and_draws_no_number(admin_client, http, connection):
    input = new()
    number = "SELECT last_value FROM customer_number_seq"
    before = await connection.fetchval(number)
    assert await create(admin_client, dry_run=True, **input) == {"customer": None, "userErrors": []}
    assert await connection.fetchval(number) == before
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE email = $1", input["email"]) == 0
    assert await mails_to(connection, input["email"]) == []
    blind = await staff_client(http, connection, ALL_PERMISSIONS - {Permission.CUSTOMERS_PII})
    answer = await blind.answer(CREATE, input=input, dryRun=True)
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.pii"}


async def test_of_those_who_want_one_address_or_external_id_at_once_one_wins(admin_client, storefront, connection):
    email, external = fresh(), uuid.uuid4().hex
    wishes = [new(email=email) for _ in range(4)] + [new(externalId=external) for _ in range(4)]
    sign_up = {"email": email, "firstName": "Ada", "lastName": "Byron"}
    *answers, _ = await asyncio.gather(
        *[create(admin_client, **wish) for wish in wishes], storefront.data(SIGN_UP, input=sign_up)
    )
    codes = [[error["code"] for error in answer["userErrors"]] for answer in answers]
    assert sum(code == [] for code in codes[4:]) == 1
    assert all(code in ([], ["TAKEN"]) for code in codes)
    for column, value in (("email", email), ("external_id", external)):
        assert await connection.fetchval(f"SELECT count(*) FROM customer WHERE {column} = $1", value) == 1


async def test_others_are_refused_and_nothing_changes(as_staff, storefront, http, connection):
    input = new()
    viewer = await as_staff("viewer")
    answer = await viewer.answer(CREATE, input=input)
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.write"}
    storefront.path = "/admin/graphql"
    assert (await storefront.answer(CREATE, input=input))["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    elsewhere = await staff_client(http, connection, website_ids=[await make_website(connection)])
    answer = (await elsewhere.data(CREATE, input=input))["customerCreate"]
    assert [error["key"] for error in answer["userErrors"]] == ["website.not_found"]
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE email = $1", input["email"]) == 0
