"""Every field of a customer, edited by staff: merged with edits of others, with what follows from each."""

import asyncio
import uuid

import orjson
import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS, Permission
from customer_gql.customers.accounts.registration.settings import EMAIL_CONFIRMATION
from customer_gql.customers.accounts.writes import NOTIFY_ASSISTANCE
from customer_gql.shop.settings.writes import set_value
from support.customers import customer_id, make_customer
from support.staff import make_website, staff_client

UPDATE = """mutation U($input: CustomerUpdateInput!, $dryRun: Boolean = false) {
  customerUpdate(input: $input, dryRun: $dryRun) {
    customer { version } changedFields websiteMove { from { id } to { id } steps { kind } }
    userErrors { code key path ... on VersionConflictError { currentVersion conflicts { field base yours stored } } } } }"""
READ = """query R($id: ID!) { customer(id: $id) { email prefix firstName middleName lastName suffix gender dateOfBirth birthYear
  taxVatNumber status externalId allowsRemoteAssistance isAutomaticGroupChangeDisabled confirmationStatus group { id } } }"""
FIND = "query F($by: CustomerRef!) { customer(by: $by) { number } }"
WHOLE = {
    "prefix": "Lady",
    "firstName": "Augusta",
    "middleName": "Ada",
    "lastName": "King",
    "suffix": "FRS",
    "gender": "FEMALE",
    "dateOfBirth": "1985-12-10",
    "birthYear": 1985,
    "taxVatNumber": "GB1",
    "status": "INACTIVE",
    "allowsRemoteAssistance": True,
    "isAutomaticGroupChangeDisabled": True,
}
FLAGS = ["allowsRemoteAssistance", "isAutomaticGroupChangeDisabled"]
PROFILE = [name for name in WHOLE if name not in ("status", *FLAGS)]
NO_CHANGE = {"customer": {"version": 1}, "changedFields": [], "websiteMove": None, "userErrors": []}


@pytest.fixture
async def row(connection):
    return await make_customer(connection)


@pytest.fixture
async def update(admin_client, row):
    async def run(client=admin_client, *, dry_run=False, **input):
        given = {"id": customer_id(row), **input}
        return (await client.data(UPDATE, input=given, dryRun=dry_run))["customerUpdate"]

    return run


async def history(connection, row):
    rows = await connection.fetch(
        "SELECT kind, version, changes FROM customer_event WHERE customer_id = $1 ORDER BY id", row.id
    )
    return [(each.kind, each.version, orjson.loads(each.changes)) for each in rows]


async def templates(connection, row):
    mails = await connection.fetch("SELECT template FROM mail_outbox WHERE customer_id = $1 ORDER BY id", row.id)
    return [mail.template for mail in mails]


async def test_every_field_is_stored(admin_client, update, row, connection):
    external = uuid.uuid4().hex
    answer = await update(**WHOLE, groupId=encode_id("grp", 2), externalId=external)
    assert answer == {
        "customer": {"version": 2},
        "changedFields": [*PROFILE, "groupId", "status", "externalId", *FLAGS],
        "websiteMove": None,
        "userErrors": [],
    }
    stored = (await admin_client.data(READ, id=customer_id(row)))["customer"]
    assert stored == {
        **WHOLE,
        "email": row.email,
        "externalId": external,
        "confirmationStatus": "NOT_REQUIRED",
        "group": {"id": encode_id("grp", 2)},
    }
    edited, deactivated = await history(connection, row)
    assert (edited[:2], deactivated) == (("EDITED", 2), ("DEACTIVATED", 2, {"status": ["ACTIVE", "INACTIVE"]}))
    assert edited[2]["externalId"] == [None, external]
    assert await templates(connection, row) == ["assistance_changed"]


async def test_null_clears_and_absence_keeps(admin_client, update, row):
    await update(**WHOLE)
    cleared = dict.fromkeys(["prefix", "middleName", "suffix", "gender", "dateOfBirth", "taxVatNumber", "externalId"])
    assert (await update(**cleared))["userErrors"] == []
    stored = (await admin_client.data(READ, id=customer_id(row)))["customer"]
    assert {name: stored[name] for name in cleared} == cleared
    assert (stored["birthYear"], stored["firstName"], stored["status"]) == (None, "Augusta", "INACTIVE")


async def test_what_is_so_already_changes_nothing(update, row, connection):
    assert await update(firstName="Ada", email=row.email, status="ACTIVE", websiteId=encode_id("web", 1)) == NO_CHANGE
    assert await history(connection, row) == []


async def test_a_stored_value_in_another_form_changes_nothing(admin_client, row, update, connection):
    external = uuid.uuid4().hex
    await update(**WHOLE, externalId=external)
    before = await connection.fetchrow("SELECT * FROM customer WHERE id = $1", row.id)
    texts = {name: value for name, value in WHOLE.items() if isinstance(value, str) and name in PROFILE[:5]}
    given = {**texts, "taxVatNumber": "GB1", "email": row.email, "externalId": external}
    for typed in ("  {} ", "\u00a0{}", "{}\u200b"):
        answer = await update(**{name: typed.format(value) for name, value in given.items()})
        assert answer == {**NO_CHANGE, "customer": {"version": 2}}, typed
    assert await connection.fetchrow("SELECT * FROM customer WHERE id = $1", row.id) == before
    found = await admin_client.data(FIND, by={"externalId": external})
    assert found["customer"] == {"number": row.number}


async def test_edits_merge_or_conflict(update):
    await update(expectedVersion=1, taxVatNumber="theirs", birthYear=1980)
    merged = await update(expectedVersion=1, firstName="Eve")
    assert (merged["changedFields"], merged["customer"]) == (["firstName"], {"version": 3})
    answer = await update(expectedVersion=1, taxVatNumber="mine", birthYear=1981)
    assert answer["userErrors"] == [
        {
            "code": "VERSION_CONFLICT",
            "key": "version.conflict",
            "path": ["expectedVersion"],
            "currentVersion": 3,
            "conflicts": [
                {"field": "taxVatNumber", "base": None, "yours": "mine", "stored": "theirs"},
                {"field": "birthYear", "base": None, "yours": "1981", "stored": "1980"},
            ],
        }
    ]


async def test_forms_that_send_every_field_merge(admin_client, update):
    read = {**WHOLE, "groupId": encode_id("grp", 1), "status": "ACTIVE", "externalId": None}
    await update(**read)
    theirs = {"taxVatNumber": "theirs", "groupId": encode_id("grp", 2), "dateOfBirth": "1985-12-11"}
    await update(expectedVersion=2, **{**read, **theirs})
    answer = await update(expectedVersion=2, **{**read, "firstName": "Eve", "lastName": " King "})
    assert (answer["changedFields"], answer["userErrors"]) == (["firstName"], [])
    answer = await update(expectedVersion=3, **{**read, **theirs, "dateOfBirth": "1986-12-11", "birthYear": 1986})
    assert answer["changedFields"] == ["dateOfBirth", "birthYear"]
    answer = await update(expectedVersion=2, **{**read, "lastName": "Byron"})
    assert (answer["changedFields"], answer["userErrors"]) == (["lastName"], [])
    answer = await update(expectedVersion=2, **{**read, "taxVatNumber": "mine", "status": "INACTIVE"})
    conflict = {"field": "taxVatNumber", "base": "GB1", "yours": "mine", "stored": "theirs"}
    assert answer["userErrors"][0]["conflicts"] == [conflict]
    answer = await update(expectedVersion=2, groupId="nonsense", taxVatNumber="GB1")
    assert [error["path"] for error in answer["userErrors"]] == [["groupId"]]


async def test_a_year_and_a_date_of_another_birth_conflict(update):
    await update(expectedVersion=1, dateOfBirth="1980-05-06")
    answer = await update(expectedVersion=1, birthYear=1981)
    (error,) = answer["userErrors"]
    assert error["conflicts"] == [{"field": "dateOfBirth", "base": None, "yours": None, "stored": "1980-05-06"}]


async def test_where_the_history_lacks_the_base_different_values_conflict(update, row, connection):
    await connection.execute("UPDATE customer SET version = 3, tax_vat_number = 'X' WHERE id = $1", row.id)
    answer = await update(expectedVersion=2, taxVatNumber="Y", firstName="Ada")
    (error,) = answer["userErrors"]
    assert error["conflicts"] == [{"field": "taxVatNumber", "base": None, "yours": "Y", "stored": "X"}]
    assert (await update(expectedVersion=3, taxVatNumber="Y"))["changedFields"] == ["taxVatNumber"]


async def test_a_new_address_hands_the_account_over(admin_client, update, row, connection):
    await set_value(connection, EMAIL_CONFIRMATION, True)
    new = f"{uuid.uuid4().hex}@example.com"
    assert (await update(email=new))["changedFields"] == ["email"]
    stored = (await admin_client.data(READ, id=customer_id(row)))["customer"]
    assert (stored["email"], stored["confirmationStatus"]) == (new, "REQUIRED")
    assert await templates(connection, row) == ["email_change_undo", "email_changed_by_staff"]


async def test_another_spelling_of_the_address_is_stored_and_no_more(update, row, connection):
    assert (await update(email=row.email.upper()))["changedFields"] == ["email"]
    assert await templates(connection, row) == []
    claims = "SELECT email_normalised, reserved_until FROM customer_email WHERE customer_id = $1"
    assert [tuple(claim) for claim in await connection.fetch(claims, row.id)] == [(row.email, None)]


async def test_a_move_is_told_and_written_down(update, row, connection):
    other = await make_website(connection)
    answer = await update(websiteId=encode_id("web", other), suffix="II")
    assert answer["websiteMove"] == {
        "from": {"id": encode_id("web", 1)},
        "to": {"id": encode_id("web", other)},
        "steps": [{"kind": "MAILS"}],
    }
    assert await history(connection, row) == [
        ("EDITED", 2, {"suffix": [None, "II"]}),
        ("WEBSITE_CHANGED", 2, {"websiteId": [encode_id("web", 1), encode_id("web", other)]}),
    ]
    told = await connection.fetch("SELECT type FROM domain_event WHERE customer_id = $1 ORDER BY id", row.id)
    assert [event.type for event in told] == ["customer.updated", "customer.website_changed"]


async def test_an_external_id_moves_between_customers(admin_client, update, row, connection):
    first, second = uuid.uuid4().hex, uuid.uuid4().hex
    await update(externalId=first)
    other = await make_customer(connection, external_id=second)
    assert (await update(externalId=second))["userErrors"] == [
        {"code": "TAKEN", "key": "external_id.taken", "path": ["externalId"]}
    ]
    await update(externalId=None)
    given = {"id": customer_id(other), "externalId": first}
    assert (await admin_client.data(UPDATE, input=given))["customerUpdate"]["userErrors"] == []
    assert (await update(externalId=second))["userErrors"] == []


async def test_of_twenty_who_want_one_external_id_one_wins(admin_client, connection):
    wanted, rows = uuid.uuid4().hex, [await make_customer(connection) for _ in range(8)]
    inputs = [{"id": customer_id(each), "externalId": wanted} for each in rows]
    answers = await asyncio.gather(*[admin_client.data(UPDATE, input=input) for input in inputs])
    assert sorted(len(answer["customerUpdate"]["userErrors"]) for answer in answers) == [0] + [1] * 7
    claims = "SELECT count(*) FROM customer_external_id WHERE external_id = $1"
    assert await connection.fetchval(claims, wanted) == 1


async def test_consent_is_mailed_unless_the_shop_is_silent(update, row, connection):
    await update(allowsRemoteAssistance=True)
    await update(allowsRemoteAssistance=True)
    await update(allowsRemoteAssistance=False)
    assert await templates(connection, row) == ["assistance_changed"] * 2
    placeholders = "SELECT placeholders FROM mail_outbox WHERE customer_id = $1 ORDER BY id"
    told = [orjson.loads(mail.placeholders)["isAllowed"] for mail in await connection.fetch(placeholders, row.id)]
    assert told == ["yes", ""]
    await set_value(connection, NOTIFY_ASSISTANCE, False)
    await update(allowsRemoteAssistance=True)
    assert len(await templates(connection, row)) == 2


async def test_an_inactive_customer_is_signed_out(as_customer, update, row, connection):
    me = await as_customer(row.id)
    await update(status="INACTIVE")
    assert (await me.post("{ me { id } }")).status_code == 401


async def test_the_admin_of_a_company_stays_active(update, row, connection):
    await connection.execute("UPDATE customer SET customer_type = 'COMPANY_ADMIN' WHERE id = $1", row.id)
    answer = await update(status="INACTIVE", groupId=encode_id("grp", 2), firstName="")
    assert [(error["key"], error["path"]) for error in answer["userErrors"]] == [
        ("value.required", ["firstName"]),
        ("customer_group.decided_by_company", ["groupId"]),
        ("company.admin_requires_successor", ["status"]),
    ]


async def test_nulls_and_ids_of_other_kinds_are_refused(update):
    answer = await update(firstName=None, status=None)
    assert [(error["key"], error["path"]) for error in answer["userErrors"]] == [
        ("value.null", ["firstName"]),
        ("value.null", ["status"]),
    ]
    answer = await update(groupId="web_1", websiteId="nothing")
    assert [(error["key"], error["path"]) for error in answer["userErrors"]] == [
        ("id.malformed", ["groupId"]),
        ("id.malformed", ["websiteId"]),
    ]


async def test_what_cannot_be_read_is_refused_beside_the_others(admin_client, update):
    answer = await update(groupId="web_1", firstName=None, email="nobody", birthYear=1200)
    assert [(error["key"], error["path"]) for error in answer["userErrors"]] == [
        ("email.invalid", ["email"]),
        ("value.null", ["firstName"]),
        ("birth_year.out_of_range", ["birthYear"]),
        ("id.malformed", ["groupId"]),
    ]
    input = {"id": "ord_1", "groupId": "web_1", "lastName": None}
    answer = (await admin_client.data(UPDATE, input=input))["customerUpdate"]
    assert [(error["key"], error["path"]) for error in answer["userErrors"]] == [
        ("id.malformed", ["id"]),
        ("value.null", ["lastName"]),
        ("id.malformed", ["groupId"]),
    ]


async def test_every_null_that_means_nothing_is_refused(update):
    names = ["email", "firstName", "lastName", "groupId", "websiteId", "status", *FLAGS]
    answer = await update(**dict.fromkeys(names))
    assert [(error["key"], error["path"]) for error in answer["userErrors"]] == [("value.null", [it]) for it in names]


QUICK_EDIT = """mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) {
  changedFields userErrors { key path } } }"""


async def test_no_null_stands_for_attributes(update, row, admin_client):
    answer = await update(attributes=None)
    assert [(error["key"], error["path"]) for error in answer["userErrors"]] == [("value.null", ["attributes"])]
    given = {"id": customer_id(row), "attributes": None}
    answer = (await admin_client.data(QUICK_EDIT, input=given))["customerQuickEdit"]
    assert [(error["key"], error["path"]) for error in answer["userErrors"]] == [("value.null", ["attributes"])]


async def test_a_dry_run_stores_nothing_and_tells_no_personal_value(update, row, http, connection):
    assert (await update(dry_run=True, firstName="Eve", status="INACTIVE"))["changedFields"] == ["firstName", "status"]
    assert await history(connection, row) == []
    blind = await staff_client(http, connection, ALL_PERMISSIONS - {Permission.CUSTOMERS_PII})
    answer = await blind.answer(UPDATE, input={"id": customer_id(row), "firstName": "Ada"}, dryRun=True)
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.pii"}
    assert (await update(blind, dry_run=True, status="INACTIVE"))["changedFields"] == ["status"]
    assert (await update(blind, taxVatNumber="GB1"))["changedFields"] == ["taxVatNumber"]


async def test_an_address_takes_a_permission_of_its_own(update, row, http, connection):
    clerk = await staff_client(http, connection, ["customers.read", "customers.write"])
    answer = await clerk.answer(UPDATE, input={"id": customer_id(row), "email": row.email})
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.change_email"}
    assert (await update(clerk, taxVatNumber="GB1"))["changedFields"] == ["taxVatNumber"]


async def test_others_are_refused_and_nothing_changes(as_staff, storefront, update, row, http, connection):
    input = {"id": customer_id(row), "taxVatNumber": "GB1"}
    viewer = await as_staff("viewer")
    answer = await viewer.answer(UPDATE, input=input)
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.write"}
    storefront.path = "/admin/graphql"
    assert (await storefront.answer(UPDATE, input=input))["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    elsewhere = await staff_client(http, connection, website_ids=[await make_website(connection)])
    assert (await update(elsewhere, taxVatNumber="GB1"))["userErrors"] == [
        {"code": "NOT_FOUND", "key": "customer.not_found", "path": ["id"]}
    ]
    assert await history(connection, row) == []


async def test_a_move_counts_the_group_of_after_the_edit(update, connection):
    website = await make_website(connection)
    await connection.execute(
        "INSERT INTO customer_group_excluded_website (group_id, website_id) VALUES (2, $1)", website
    )
    to = {"websiteId": encode_id("web", website)}
    answer = await update(**to, groupId=encode_id("grp", 2))
    (error,) = answer["userErrors"]
    assert (error["key"], error["path"]) == ("customer_group.excluded_from_website", ["websiteId"])
    await update(groupId=encode_id("grp", 2))
    assert (await update(**to, groupId=encode_id("grp", 1)))["userErrors"] == []
