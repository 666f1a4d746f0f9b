"""Members invite others to their company, by a link for one address (docs/domain/company-users.md#company-users-8)."""

import asyncio
import datetime as dt

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.companies.invitations.slice import WORK
from customer_gql.messaging.jobs.work import Tools
from customer_gql.settings import load_settings
from support.companies import company_id, make_company, make_invitation, make_member, make_role_of, make_team
from support.customers import make_customer
from support.mailed import newest_token
from support.staff import staff_client

ERRORS = "userErrors { code key path }"
INVITE = f"""mutation M($input: CompanyUserInviteInput!) {{ companyUserInvite(input: $input) {{
  companyInvitation {{ id email jobTitle isExpired role {{ name }} }} {ERRORS} }} }}"""
RESEND = f"mutation M($input: CompanyInvitationInput!) {{ companyInvitationResend(input: $input) {{ companyInvitation {{ id }} {ERRORS} }} }}"
CANCEL = f"mutation M($input: CompanyInvitationInput!) {{ companyInvitationCancel(input: $input) {{ companyInvitation {{ id }} {ERRORS} }} }}"
ACCEPT = f"""mutation M($input: CompanyInvitationAcceptInput!) {{ companyInvitationAccept(input: $input) {{
  isAccepted company {{ id }} {ERRORS} }} }}"""
LIST = "{ company { invitations { totalCount nodes { id email createdAt expiresAt isExpired } } } }"
PERSON = {"password": "a long way to Ockham", "firstName": "Eve", "lastName": "Early"}
INVALID = [("INVALID", "company_invitation.invalid", ["token"])]


async def call(client, document, **input):
    [answer] = (await client.data(document, input=input)).values()
    return answer


def refusals(done):
    return [(one["code"], one["key"], one["path"]) for one in done["userErrors"]]


@pytest.fixture
async def employer(connection):
    return await make_company(connection)


@pytest.fixture
async def boss(employer, as_customer):
    return await as_customer(employer.admin_customer_id)


async def invite(connection, boss, email, **given):
    done = await call(boss, INVITE, email=email, **given)
    assert done["userErrors"] == []
    return done["companyInvitation"], await newest_token(connection, email, "company_invitation")


async def seats(connection, employer):
    found = "SELECT customer_id FROM company_member WHERE company_id = $1"
    return {row.customer_id for row in await connection.fetch(found, employer.id)}


async def test_an_invitation_names_who_sent_it(connection, employer, boss):
    email = f"new{employer.id}@example.com"
    made, _ = await invite(connection, boss, email)
    read = "query R($id: ID!) { node(id: $id) { ... on CompanyInvitation { inviter { firstName isAdmin } } } }"
    shown = (await boss.data(read, id=made["id"]))["node"]
    assert shown == {"inviter": {"firstName": "Ada", "isAdmin": True}}
    mailed = "SELECT placeholders->>'inviter' FROM mail_outbox WHERE recipient = $1"
    assert await connection.fetchval(mailed, email) == "Ada Byron"


async def test_the_answer_is_the_same_for_known_and_unknown_addresses(connection, employer, boss, statements):
    known, unknown = await make_customer(connection), f"new{employer.id}@example.com"
    shown, counts = [], []
    for email in (known.email, unknown):
        await statements.clear()
        made, token = await invite(connection, boss, email, jobTitle="Buyer")
        counts.append(await statements.count())
        assert token.startswith("cgy_")
        shown.append({**made, "id": None, "email": None})
    assert (
        shown[0]
        == shown[1]
        == {
            "id": None,
            "email": None,
            "jobTitle": "Buyer",
            "isExpired": False,
            "role": {"name": "Default User"},
        }
    )
    assert counts[0] == counts[1]
    listed = (await boss.data(LIST))["company"]["invitations"]
    assert (listed["totalCount"], [one["email"] for one in listed["nodes"]]) == (2, [unknown, known.email])


async def test_an_account_of_the_address_joins(connection, employer, boss, as_customer, storefront):
    row, other = await make_customer(connection), await make_customer(connection)
    team = await make_team(
        connection,
        employer,
        (await connection.fetchval("SELECT id FROM company_member WHERE company_id = $1", employer.id)),
    )
    _, token = await invite(
        connection,
        boss,
        row.email.replace("shopper", "Shopper"),
        parentId=encode_id("ctm", team.id),
        telephone="+44 20 1",
    )
    wrong = await as_customer(other.id)
    assert refusals(await call(wrong, ACCEPT, token=token)) == INVALID
    assert refusals(await call(storefront, ACCEPT, token=token)) == [
        ("REQUIRED", "company_invitation.password_missing", ["password"])
    ]
    assert refusals(await call(storefront, ACCEPT, token=token, **PERSON)) == [
        ("NOT_ALLOWED", "company_invitation.sign_in_first", ["token"])
    ]
    client = await as_customer(row.id)
    done = await call(client, ACCEPT, token=token)
    assert done == {"isAccepted": True, "company": {"id": company_id(employer)}, "userErrors": []}
    seat = await connection.fetchrow("SELECT * FROM company_member WHERE customer_id = $1", row.id)
    assert (seat.parent_id, seat.telephone, seat.is_account_of_company, seat.is_primary) == (
        team.id,
        "+44 20 1",
        False,
        True,
    )
    assert refusals(await call(client, ACCEPT, token=token)) == INVALID
    told = "SELECT type FROM domain_event WHERE subject = $1 ORDER BY written DESC LIMIT 1"
    assert await connection.fetchval(told, company_id(employer)) == "company.member_added"


async def test_a_new_account_is_the_companys(connection, employer, boss, storefront):
    email = f"eve{employer.id}@example.com"
    _, token = await invite(connection, boss, email)
    weak = await call(storefront, ACCEPT, token=token, **{**PERSON, "password": "x", "firstName": ""})
    assert sorted(path[0] for _, _, path in refusals(weak)) == ["firstName", "password"]
    done = await call(storefront, ACCEPT, token=token, **PERSON)
    assert done == {"isAccepted": True, "company": None, "userErrors": []}
    eve = await connection.fetchrow("SELECT * FROM customer WHERE email = $1", email)
    assert (eve.customer_type, eve.status, eve.is_email_confirmed, eve.website_id) == (
        "COMPANY_USER",
        "ACTIVE",
        True,
        1,
    )
    seat = await connection.fetchrow("SELECT * FROM company_member WHERE customer_id = $1", eve.id)
    assert (seat.company_id, seat.is_account_of_company) == (employer.id, True)
    assert refusals(await call(storefront, ACCEPT, token=token, **PERSON)) == INVALID


async def test_links_that_work_no_longer(connection, employer, boss, as_customer):
    row = await make_customer(connection)
    client = await as_customer(row.id)
    made, first = await invite(connection, boss, row.email)
    again = await call(boss, RESEND, id=made["id"])
    assert again == {"companyInvitation": {"id": made["id"]}, "userErrors": []}
    second = await newest_token(connection, row.email, "company_invitation")
    assert refusals(await call(client, ACCEPT, token=first)) == INVALID
    await connection.execute("UPDATE company SET status = 'BLOCKED' WHERE id = $1", employer.id)
    assert refusals(await call(client, ACCEPT, token=second)) == [("NOT_ALLOWED", "company.not_active", ["token"])]
    await connection.execute("UPDATE company SET status = 'ACTIVE' WHERE id = $1", employer.id)
    await connection.execute("UPDATE company_invitation SET expires_at = now() WHERE company_id = $1", employer.id)
    assert refusals(await call(client, ACCEPT, token=second)) == INVALID
    assert (await boss.data(LIST))["company"]["invitations"]["nodes"][0]["isExpired"] is True
    await call(boss, RESEND, id=made["id"])
    third = await newest_token(connection, row.email, "company_invitation")
    assert (await call(boss, CANCEL, id=made["id"])) == {"companyInvitation": None, "userErrors": []}
    for token in (third, "", "cgy_unknown"):
        assert refusals(await call(client, ACCEPT, token=token)) == INVALID
    assert refusals(await call(boss, RESEND, id=made["id"])) == [("NOT_FOUND", "company.invitation_not_found", ["id"])]
    assert row.id not in await seats(connection, employer)


async def test_who_may_invite_whom(connection, employer, boss, as_customer):
    member = await make_customer(connection)
    role = await make_role_of(connection, employer, "USERS_VIEW", "USERS_MANAGE", "ROLES_VIEW")
    await make_member(connection, employer, member, role_id=role)
    manager = await as_customer(member.id)
    default = await call(manager, INVITE, email=f"a{employer.id}@example.com")
    assert refusals(default) == [("NOT_ALLOWED", "company_role.not_held", ["roleId"])]
    email = f"b{employer.id}@example.com"
    made, _ = await invite(connection, manager, email, roleId=encode_id("crl", role))
    given = {"roleId": encode_id("crl", role)}
    assert refusals(await call(manager, INVITE, email=email, **given)) == [
        ("TAKEN", "company.invited_already", ["email"])
    ]
    assert refusals(await call(manager, INVITE, email=member.email, **given)) == [
        ("TAKEN", "company.already_member", ["email"])
    ]
    held = "mutation M($input: CompanyRoleInput!) { companyRoleDelete(input: $input) { userErrors { code key path } } }"
    await connection.execute(
        "UPDATE company_member SET role_id = (SELECT id FROM company_role WHERE company_id = $1 AND is_default) WHERE company_id = $1",
        employer.id,
    )
    assert refusals(await call(boss, held, id=given["roleId"])) == [("NOT_ALLOWED", "company_role.in_use", ["id"])]
    for document, input in (
        (INVITE, {"email": "c@example.com"}),
        (RESEND, {"id": made["id"]}),
        (CANCEL, {"id": made["id"]}),
    ):
        refused = await manager.answer(document, input=input)
        assert refused["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "USERS_MANAGE"}
    other = await as_customer((await make_company(connection)).admin_customer_id)
    for document in (RESEND, CANCEL):
        unknown = await call(other, document, id=made["id"])
        assert refusals(unknown) == [("NOT_FOUND", "company.invitation_not_found", ["id"])]
        foreign = await call(other, document, id=made["id"], companyId=company_id(employer))
        assert refusals(foreign) == [("NOT_FOUND", "company.not_found", ["companyId"])]
    hidden = await manager.answer("{ company { invitations { totalCount } } }")
    assert hidden["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "USERS_VIEW"}


async def test_an_invitation_accepted_twice_at_once_is_accepted_once(
    connection, employer, boss, as_customer, storefront
):
    row = await make_customer(connection)
    _, token = await invite(connection, boss, row.email)
    client = await as_customer(row.id)
    both = await asyncio.gather(*[call(client, ACCEPT, token=token) for _ in range(2)])
    assert sorted(done["isAccepted"] for done in both) == [False, True]
    email = f"twice{employer.id}@example.com"
    _, token = await invite(connection, boss, email)
    both = await asyncio.gather(*[call(storefront, ACCEPT, token=token, **PERSON) for _ in range(2)])
    assert sorted(done["isAccepted"] for done in both) == [False, True]
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE email = $1", email) == 1


async def test_staff_see_invitations_and_old_ones_are_deleted(http, connection, database, employer):
    staff = await staff_client(http, connection)
    old = dt.datetime.now(dt.UTC) - dt.timedelta(days=31)
    await make_invitation(connection, employer, expires_at=old)
    kept = await make_invitation(connection, employer)
    document = "query O($id: ID!) { company(id: $id) { invitations { nodes { id email } } } }"
    [schedule] = WORK
    assert schedule.name == "companies.delete_invitations"
    await schedule.run(Tools(database, load_settings()))
    shown = (await staff.data(document, id=company_id(employer)))["company"]["invitations"]["nodes"]
    assert shown == [{"id": encode_id("civ", kept.id), "email": kept.email}]
