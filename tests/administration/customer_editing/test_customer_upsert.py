"""A customer as another program knows them: made, changed, or left as is; of many at once one makes the customer."""

import asyncio
import uuid

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS, Permission
from support.customers import customer_id, make_address, make_customer
from support.staff import make_website, staff_client

UPSERT = """mutation U($input: CustomerUpsertInput!, $dryRun: Boolean = false) {
  customerUpsert(input: $input, dryRun: $dryRun) { outcome changedFields
    customer { id externalId email firstName version addresses { externalId city isDefaultBilling } }
    userErrors { code key path } } }"""
SIGN_UP = "mutation S($input: SignUpInput!) { signUp(input: $input) { userErrors { code } } }"
CREATE = "mutation C($input: CustomerCreateInput!) { customerCreate(input: $input) { userErrors { code path } } }"
UPDATE = "mutation U($input: CustomerUpdateInput!) { customerUpdate(input: $input) { userErrors { code path } } }"
DELETE = "mutation D($id: ID!) { customerMassAction(input: {action: DELETE, selection: {ids: [$id]}}) { doneCount } }"
HOME = {
    "externalId": "home",
    "firstName": "Ada",
    "lastName": "Byron",
    "street": ["1 Analytical Way"],
    "city": "London",
    "postcode": "N1 7AA",
    "countryCode": "GB",
    "telephone": "+44 20 7946 0000",
    "isDefaultBilling": True,
}


def fresh():
    return f"{uuid.uuid4().hex}@example.com"


def fields(**more):
    return {"email": fresh(), "firstName": "Ada", "lastName": "Byron", "websiteId": encode_id("web", 1), **more}


async def upsert(client, external_id, customer, *, dry_run=False, **more):
    input = {"externalId": external_id, "customer": customer, **more}
    return (await client.data(UPSERT, input=input, dryRun=dry_run))["customerUpsert"]


def refusals(answer):
    return [(error["code"], error["path"]) for error in answer["userErrors"]]


async def count(connection, column, value):
    return await connection.fetchval(f"SELECT count(*) FROM customer WHERE {column} = $1", value)


@pytest.fixture
def external():
    return f"ERP-{uuid.uuid4().hex}"


async def test_stored_values_in_another_form_are_left_as_is(admin_client, external):
    given = fields()
    await upsert(admin_client, external, given, addresses=[HOME])
    typed = {**given, "email": f" {given['email']}", "firstName": " Ada\u200b"}
    again = await upsert(
        admin_client, f" {external}", typed, addresses=[{**HOME, "externalId": " home ", "city": " London "}]
    )
    assert (again["outcome"], again["changedFields"], again["userErrors"]) == ("UNCHANGED", [], [])
    assert again["customer"]["externalId"] == external


async def test_made_changed_and_left_as_is(admin_client, external, connection):
    customer = fields()
    made = await upsert(admin_client, external, customer, addresses=[HOME])
    assert (made["outcome"], made["userErrors"]) == ("CREATED", [])
    assert made["changedFields"][:5] == ["email", "firstName", "lastName", "websiteId", "externalId"]
    assert made["customer"]["addresses"] == [{"externalId": "home", "city": "London", "isDefaultBilling": True}]
    assert await connection.fetchval("SELECT count(*) FROM mail_outbox WHERE recipient = $1", customer["email"]) == 0
    again = await upsert(admin_client, external, customer, addresses=[HOME])
    assert (again["outcome"], again["changedFields"]) == ("UNCHANGED", [])
    assert again["customer"]["version"] == made["customer"]["version"]
    changed = await upsert(
        admin_client, external, {"firstName": "Eve"}, addresses=[{"externalId": "home", "city": "Bath"}]
    )
    assert (changed["outcome"], changed["changedFields"]) == ("UPDATED", ["firstName", "addresses.0.city"])
    assert changed["customer"]["id"] == made["customer"]["id"]
    assert changed["customer"]["addresses"] == [{"externalId": "home", "city": "Bath", "isDefaultBilling": True}]


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("status", ["ACTIVE", "INACTIVE"])
async def test_a_new_customer_has_the_status_that_is_given(status, dry_run, admin_client, external, connection):
    made = await upsert(admin_client, external, fields(status=status), dry_run=dry_run)
    assert (made["outcome"], made["userErrors"]) == ("CREATED", [])
    stored = await connection.fetch("SELECT status FROM customer WHERE external_id = $1", external)
    assert [row.status for row in stored] == ([] if dry_run else [status])


async def test_absent_keeps_null_clears_and_unlisted_addresses_stay(admin_client, external):
    await upsert(admin_client, external, fields(suffix="FRS"), addresses=[HOME])
    answer = await upsert(admin_client, external, {"suffix": None}, addresses=[{**HOME, "externalId": "work"}])
    assert answer["changedFields"][0] == "suffix"
    assert [address["externalId"] for address in answer["customer"]["addresses"]] == ["home", "work"]
    assert [address["isDefaultBilling"] for address in answer["customer"]["addresses"]] == [False, True]


async def test_a_welcome_is_mailed_when_asked_for(admin_client, external, connection):
    customer = fields()
    await upsert(admin_client, external, customer, sendsWelcomeMail=True)
    mails = await connection.fetch("SELECT template FROM mail_outbox WHERE recipient = $1", customer["email"])
    assert [mail.template for mail in mails] == ["welcome_without_password"]


async def test_an_account_with_the_address_is_taken_over_where_that_is_allowed(admin_client, external, connection):
    row = await make_customer(connection)
    customer = fields(email=row.email.upper())
    refused = await upsert(admin_client, external, customer)
    assert (refused["outcome"], refusals(refused)) == ("REFUSED", [("TAKEN", ["customer", "email"])])
    taken = await upsert(admin_client, external, {**customer, "email": row.email}, adoptByEmail=True)
    assert (taken["outcome"], taken["changedFields"]) == ("UPDATED", ["externalId"])
    assert (taken["customer"]["id"], taken["customer"]["externalId"]) == (customer_id(row), external)
    other = await upsert(admin_client, f"{external}-2", customer, adoptByEmail=True)
    assert refusals(other) == [("TAKEN", ["customer", "email"])]


async def test_an_account_of_another_website_is_not_taken_over(admin_client, external, connection):
    row = await make_customer(connection)
    website = encode_id("web", await make_website(connection))
    answer = await upsert(admin_client, external, fields(email=row.email, websiteId=website), adoptByEmail=True)
    assert (answer["outcome"], answer["customer"]["id"] == customer_id(row)) == ("CREATED", False)


async def test_everything_is_refused_with_its_path(admin_client, external, connection):
    missing = await upsert(admin_client, external, {})
    assert refusals(missing) == [("REQUIRED", ["customer", "websiteId"])]
    missing = await upsert(admin_client, external, {"websiteId": encode_id("web", 1), "groupId": encode_id("grp", 0)})
    assert refusals(missing) == [
        ("REQUIRED", ["customer", "email"]),
        ("REQUIRED", ["customer", "firstName"]),
        ("REQUIRED", ["customer", "lastName"]),
        ("NOT_ALLOWED", ["customer", "groupId"]),
    ]
    assert refusals(await upsert(admin_client, " ", fields())) == [("REQUIRED", ["externalId"])]
    assert refusals(await upsert(admin_client, "x" * 65, fields())) == [("TOO_LONG", ["externalId"])]
    assert refusals(await upsert(admin_client, external, fields(status=None, groupId="web_1"))) == [
        ("NOT_FOUND", ["customer", "groupId"]),
        ("REQUIRED", ["customer", "status"]),
    ]
    other = {**HOME, "isDefaultBilling": False}
    bad = [{**other, "externalId": None}, HOME]
    assert refusals(await upsert(admin_client, external, fields(), addresses=bad)) == [
        ("REQUIRED", ["addresses", "0", "externalId"])
    ]
    bad = [HOME, {**other, "postcode": "1"}, {**other, "externalId": "work", "postcode": "1", "city": None}]
    assert refusals(await upsert(admin_client, external, fields(), addresses=bad)) == [
        ("INVALID", ["addresses", "1", "externalId"]),
        ("REQUIRED", ["addresses", "2", "city"]),
        ("INVALID", ["addresses", "2", "postcode"]),
    ]
    many = [{**other, "externalId": str(number)} for number in range(101)]
    assert refusals(await upsert(admin_client, external, fields(), addresses=many)) == [("TOO_MANY", ["addresses"])]
    assert await count(connection, "external_id", external) == 0


async def test_refusals_of_a_new_customer_and_the_addresses_come_together(admin_client, external):
    answer = await upsert(
        admin_client,
        external,
        fields(lastName=""),
        addresses=[{"externalId": "new", "city": "Bath", "countryCode": "GB"}],
    )
    assert refusals(answer)[0] == ("REQUIRED", ["customer", "lastName"])
    assert ("REQUIRED", ["addresses", "0", "street"]) in refusals(answer)
    answer = await upsert(admin_client, " ", fields(), addresses=[HOME, {**HOME, "externalId": None}])
    assert refusals(answer) == [("REQUIRED", ["externalId"]), ("REQUIRED", ["addresses", "1", "externalId"])]


async def test_what_cannot_be_read_is_refused_beside_the_others(admin_client, external):
    bad = fields(email="nobody", groupId="cus_1")
    told = [("INVALID", ["customer", "email"]), ("NOT_FOUND", ["customer", "groupId"])]
    assert refusals(await upsert(admin_client, external, bad)) == told
    assert refusals(await upsert(admin_client, "", bad)) == [("REQUIRED", ["externalId"]), told[1]]
    assert (await upsert(admin_client, external, fields()))["outcome"] == "CREATED"
    assert refusals(await upsert(admin_client, external, {"email": "nobody", "groupId": "cus_1"})) == told
    adopted = await upsert(admin_client, f"{external}-2", {**bad, "websiteId": "web"}, adoptByEmail=True)
    assert refusals(adopted) == [told[1], ("NOT_FOUND", ["customer", "websiteId"])]


async def test_both_claims_of_an_edit_are_told(admin_client, external, connection):
    other = await make_customer(connection, external_id=uuid.uuid4().hex)
    row = await make_customer(connection)
    given = {"id": customer_id(row), "email": other.email, "externalId": other.external_id}
    answer = (await admin_client.data(UPDATE, input=given))["customerUpdate"]
    assert refusals(answer) == [("TAKEN", ["externalId"]), ("TAKEN", ["email"])]


async def test_of_two_addresses_one_becomes_a_default(admin_client, external):
    both = [{**HOME, "externalId": key, "isDefaultShipping": True} for key in ("a", "b")]
    for customer in (fields(), {}):  # of a new one, then of one who is there
        answer = await upsert(admin_client, external, customer, addresses=both)
        assert [(error["key"], error["path"]) for error in answer["userErrors"]] == [
            ("address.default_given_twice", ["addresses", "1", "isDefaultBilling"]),
            ("address.default_given_twice", ["addresses", "1", "isDefaultShipping"]),
        ]
        await upsert(admin_client, external, fields())


async def test_refusals_of_an_existing_customer_and_the_addresses_come_together(admin_client, external):
    await upsert(admin_client, external, fields())
    answer = await upsert(admin_client, external, {"lastName": ""}, addresses=[{"externalId": "new", "city": "Bath"}])
    assert refusals(answer)[0] == ("REQUIRED", ["customer", "lastName"])
    assert ("REQUIRED", ["addresses", "0", "street"]) in refusals(answer)


async def test_a_dry_run_stores_nothing(admin_client, external, http, connection):
    customer = fields()
    answer = await upsert(admin_client, external, customer, dry_run=True)
    assert (answer["outcome"], answer["customer"]) == ("CREATED", None)
    assert await count(connection, "email", customer["email"]) == 0
    await upsert(admin_client, external, customer)
    answer = await upsert(admin_client, external, {"firstName": "Eve"}, dry_run=True)
    assert (answer["outcome"], answer["changedFields"]) == ("UPDATED", ["firstName"])
    assert answer["customer"]["firstName"] == "Ada"
    blind = await staff_client(http, connection, ALL_PERMISSIONS - {Permission.CUSTOMERS_PII})
    for more in ({"dryRun": True}, {"adoptByEmail": True}):
        input = {"externalId": external, "customer": customer, "adoptByEmail": more.get("adoptByEmail", False)}
        answer = await blind.answer(UPSERT, input=input, dryRun=more.get("dryRun", False))
        assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.pii"}


async def test_another_address_takes_a_permission_and_hands_the_account_over(admin_client, external, http, connection):
    customer = fields()
    made = await upsert(admin_client, external, customer)
    clerk = await staff_client(http, connection, ["customers.read", "customers.write", "customers.pii"])
    assert (await upsert(clerk, external, customer))["outcome"] == "UNCHANGED"
    input = {"externalId": external, "customer": {"email": fresh()}}
    missing = {"code": "FORBIDDEN", "permission": "customers.change_email"}
    assert (await clerk.answer(UPSERT, input=input))["errors"][0]["extensions"] == missing
    # Without `customers.pii` the refusal does not tell which address is stored.
    blind = await staff_client(http, connection, ["customers.read", "customers.write"])
    for email in (customer["email"], fresh()):
        answer = await blind.answer(UPSERT, input={"externalId": external, "customer": {"email": email}})
        assert answer["errors"][0]["extensions"] == missing
    assert (await upsert(admin_client, external, input["customer"]))["changedFields"] == ["email"]
    key = int(made["customer"]["id"][4:], 16)
    mails = await connection.fetch("SELECT template FROM mail_outbox WHERE customer_id = $1 ORDER BY id", key)
    assert [mail.template for mail in mails] == ["email_change_undo", "email_changed_by_staff"]


async def test_others_are_refused_and_nothing_changes(as_staff, storefront, http, external, connection):
    row = await make_customer(connection, external_id=external)
    input = {"externalId": external, "customer": {"firstName": "Eve"}}
    viewer = await as_staff("viewer")
    answer = await viewer.answer(UPSERT, input=input)
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.write"}
    storefront.path = "/admin/graphql"
    assert (await storefront.answer(UPSERT, input=input))["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    website = await make_website(connection)
    elsewhere = await staff_client(http, connection, website_ids=[website])
    here = fields(websiteId=encode_id("web", website))
    assert refusals(await upsert(elsewhere, external, here)) == [("TAKEN", ["externalId"])]
    unreached = await upsert(elsewhere, f"{external}-2", fields())
    assert refusals(unreached) == [("NOT_FOUND", ["customer", "websiteId"])]
    assert await connection.fetchval("SELECT version FROM customer WHERE id = $1", row.id) == 1


async def test_parallel_upserts_give_one_customer(admin_client, external, connection):
    customers = [fields(email="", lastName=f"Byron {turn}") for turn in range(10)]
    email = fresh()
    answers = await asyncio.gather(
        *[
            upsert(admin_client, external, {**customer, "email": email}, addresses=[{**HOME, "city": f"City {turn}"}])
            for turn, customer in enumerate(customers)
        ]
    )
    assert [answer["userErrors"] for answer in answers] == [[]] * 10
    assert sorted(answer["outcome"] for answer in answers) == ["CREATED"] + ["UPDATED"] * 9
    assert len({answer["customer"]["id"] for answer in answers}) == 1
    assert await count(connection, "external_id", external) == 1
    addresses = "SELECT count(*) FROM address WHERE customer_id = (SELECT id FROM customer WHERE external_id = $1)"
    assert await connection.fetchval(addresses, external) == 1


async def test_parallel_take_overs_and_a_sign_up_give_one_account(admin_client, storefront, connection):
    email, externals = fresh(), [f"ERP-{uuid.uuid4().hex}" for _ in range(5)]
    upserts = [upsert(admin_client, one, fields(email=email), adoptByEmail=True) for one in externals]
    sign_up = storefront.data(SIGN_UP, input={"email": email, "firstName": "Ada", "lastName": "Byron"})
    *answers, _ = await asyncio.gather(*upserts, sign_up)
    outcomes = sorted(answer["outcome"] for answer in answers)
    assert outcomes in ([["CREATED"] + ["REFUSED"] * 4][0], [*["REFUSED"] * 4, "UPDATED"])
    assert {tuple(refusals(answer)[0][1]) for answer in answers if answer["userErrors"]} == {("customer", "email")}
    assert await count(connection, "email", email) == 1


async def test_one_of_create_upsert_edit_move_and_sign_up_wins_an_address(admin_client, storefront, connection):
    email, website = fresh(), await make_website(connection)
    mover = await make_customer(connection, website_id=website, email=email)
    editor = await make_customer(connection)
    answers = await asyncio.gather(
        upsert(admin_client, f"ERP-{uuid.uuid4().hex}", fields(email=email)),
        admin_client.data(CREATE, input=fields(email=email)),
        admin_client.data(UPDATE, input={"id": customer_id(editor), "email": email}),
        admin_client.data(UPDATE, input={"id": customer_id(mover), "websiteId": encode_id("web", 1)}),
        storefront.data(SIGN_UP, input={"email": email, "firstName": "Ada", "lastName": "Byron"}),
    )
    payloads = [answers[0], *[next(iter(answer.values())) for answer in answers[1:4]]]
    codes = [[error["code"] for error in payload["userErrors"]] for payload in payloads]
    assert all(code in ([], ["TAKEN"]) for code in codes)
    assert sum(code == [] for code in codes) <= 1
    holders = "SELECT count(*) FROM customer WHERE email = $1 AND website_id = 1"
    assert await connection.fetchval(holders, email) == 1


async def test_one_of_create_upsert_and_edit_wins_an_external_id(admin_client, external, connection):
    rows = [await make_customer(connection) for _ in range(4)]
    answers = await asyncio.gather(
        *[admin_client.data(CREATE, input=fields(externalId=external)) for _ in range(4)],
        *[admin_client.data(UPDATE, input={"id": customer_id(row), "externalId": external}) for row in rows],
    )
    codes = [[error["code"] for error in next(iter(answer.values()))["userErrors"]] for answer in answers]
    assert sorted(codes) == [[]] + [["TAKEN"]] * 7
    assert await count(connection, "external_id", external) == 1


async def test_an_upsert_beside_a_delete_makes_or_changes_the_customer(admin_client, external, connection):
    row = await make_customer(connection, external_id=external)
    answer, _ = await asyncio.gather(
        upsert(admin_client, external, fields(email=row.email, firstName="Eve")),
        admin_client.data(DELETE, id=customer_id(row)),
    )
    assert answer["outcome"] in {"UPDATED", "CREATED"}
    left = await count(connection, "external_id", external)
    assert left == (1 if answer["outcome"] == "CREATED" else 0)
    claims = "SELECT count(*) FROM customer_external_id WHERE external_id = $1"
    assert await connection.fetchval(claims, external) == left


async def test_an_address_of_the_book_is_found_by_its_external_id(admin_client, external, connection):
    row = await make_customer(connection, external_id=external)
    await make_address(connection, row, external_id="home")
    answer = await upsert(admin_client, external, {}, addresses=[{"externalId": "home", "city": "Bath"}])
    assert answer["changedFields"] == ["addresses.0.city"]
    assert [address["city"] for address in answer["customer"]["addresses"]] == ["Bath"]
