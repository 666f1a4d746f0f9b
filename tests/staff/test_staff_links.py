"""Links by which staff choose a password: asked for by themselves, listed and withdrawn by administrators."""

import asyncio
import datetime as dt
import os

import pytest
from typer.testing import CliRunner

from customer_gql.cli import cli
from customer_gql.core.ids import encode_id
from support.clients import Client, served
from support.staff import (
    PASSWORD,
    events,
    mailed_token,
    mails_to,
    make_role,
    make_staff,
    make_website,
    session_of,
    sign_in,
    staff_client,
    with_token,
)

pytest_plugins = ["support.staff_fixtures"]

REQUEST = """mutation R($input: StaffPasswordResetRequestInput!) { staffPasswordResetRequest(input: $input) {
  isAccepted userErrors { code path } } }"""
SET = """mutation S($input: StaffPasswordSetInput!) { staffPasswordSet(input: $input) {
  isSet deviceToken userErrors { code path } } }"""
CHANGE = """mutation C($input: StaffPasswordChangeInput!) { staffPasswordChange(input: $input) {
  isChanged userErrors { code path } } }"""
INVITE = "mutation I($input: StaffUserInput!) { staffInvite(input: $input) { userErrors { code } } }"
INVITATIONS = "{ staffInvitations(first: 100) { nodes { id staffUser { email } createdAt expiresAt } } }"
WITHDRAW = """mutation W($input: StaffInvitationWithdrawInput!) { staffInvitationWithdraw(input: $input) {
  withdrawnId staffUser { id } userErrors { code key path } } }"""
NEW = "a bridge over the river Rhine"
ACCEPTED = {"staffPasswordResetRequest": {"isAccepted": True, "userErrors": []}}
DEAD = {"isSet": False, "deviceToken": None, "userErrors": [{"code": "INVALID", "path": ["token"]}]}


@pytest.fixture
async def manager(http, connection):
    return await staff_client(http, connection)


async def use(admin, token, password=NEW):
    return (await admin.data(SET, input={"token": token, "password": password}))["staffPasswordSet"]


async def request_link(admin, email):
    answer = await admin.data(REQUEST, input={"email": email})
    await asyncio.sleep(0)
    await admin.http._transport.app.state.background.close()
    return answer


async def test_a_forgotten_password_is_replaced_by_a_mailed_link(admin, grace, connection):
    for _ in range(6):
        await sign_in(admin, grace.email, "wrong")
    assert await request_link(admin, grace.email.upper()) == ACCEPTED
    token = await mailed_token(connection, grace, "staff_password_reset")
    done = await use(admin, token)
    assert (done["isSet"], done["userErrors"]) == (True, [])
    assert (await sign_in(admin, grace.email, NEW))["token"]
    assert not (await sign_in(admin, grace.email, PASSWORD))["token"]
    assert await use(admin, token) == DEAD
    assert await mails_to(connection, grace) == ["staff_password_reset", "staff_password_changed", "staff_new_device"]
    told = [kind for kind, _ in await events(connection, grace.id) if kind != "SIGN_IN_FAILED"]
    assert told == ["PASSWORD_RESET_REQUESTED", "PASSWORD_CHANGED", "SIGNED_IN"]


async def test_an_unknown_and_a_closed_account_get_the_same_answer_and_no_mail(admin, grace, connection):
    await connection.execute("UPDATE staff_user SET is_active = false WHERE id = $1", grace.id)
    for email in (grace.email, "nobody@example.com"):
        assert await request_link(admin, email) == ACCEPTED
    assert await mails_to(connection, grace) == []


async def test_only_the_newest_reset_link_works_for_half_an_hour_and_five_are_mailed_in_an_hour(
    admin, grace, connection
):
    await request_link(admin, grace.email)
    older = await mailed_token(connection, grace, "staff_password_reset")
    for _ in range(6):
        assert await request_link(admin, grace.email) == ACCEPTED
    assert await mails_to(connection, grace) == ["staff_password_reset"] * 5
    newest = await mailed_token(connection, grace, "staff_password_reset")
    assert await use(admin, older) == DEAD
    stored = await connection.fetchrow("SELECT * FROM staff_password_reset WHERE staff_id = $1", grace.id)
    assert stored.expires_at - stored.created_at == dt.timedelta(minutes=30)
    await connection.execute("UPDATE staff_password_reset SET expires_at = now() WHERE staff_id = $1", grace.id)
    assert await use(admin, newest) == DEAD


async def test_thirty_requests_in_five_minutes_from_one_address(admin, connection):
    for number in range(30):
        assert await admin.data(REQUEST, input={"email": f"nobody{number}@example.com"}) == ACCEPTED
    refused = await admin.answer(REQUEST, input={"email": "nobody@example.com"})
    assert refused["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


async def test_the_link_makes_the_device_known(admin, grace, connection):
    """Else a stranger who goes on guessing would keep the owner out after the reset too."""
    await request_link(admin, grace.email)
    device = (await use(admin, await mailed_token(connection, grace, "staff_password_reset")))["deviceToken"]
    for _ in range(5):
        await sign_in(admin, grace.email, "wrong")
    await connection.execute("UPDATE throttle SET until = now() + interval '1 minute' WHERE count = 5")
    assert not (await sign_in(admin, grace.email, NEW))["token"]
    document = "mutation S($input: StaffSignInInput!) { staffSignIn(input: $input) { token } }"
    input = {"email": grace.email, "password": NEW, "deviceToken": device}
    assert (await admin.data(document, input=input))["staffSignIn"]["token"]


async def test_a_session_alone_sets_no_first_password(admin, connection):
    user = await make_staff(connection, await make_role(connection))
    session = with_token(admin, await session_of(connection, user.id))
    refused = (await session.data(CHANGE, input={"newPassword": NEW}))["staffPasswordChange"]
    assert refused == {"isChanged": False, "userErrors": [{"code": "NOT_ALLOWED", "path": ["password"]}]}
    await request_link(admin, user.email)
    assert (await use(admin, await mailed_token(connection, user, "staff_password_reset")))["isSet"]
    assert (await sign_in(admin, user.email, NEW))["token"]


async def test_invitations_are_listed_and_withdrawn(admin, manager, grace, connection):
    assert (await manager.data(INVITE, input={"id": encode_id("stf", grace.id)}))["staffInvite"] == {"userErrors": []}
    listed = (await manager.data(INVITATIONS))["staffInvitations"]["nodes"]
    (found,) = [node for node in listed if node["staffUser"]["email"] == grace.email]
    assert found["createdAt"] < found["expiresAt"]
    gone = (await manager.data(WITHDRAW, input={"id": found["id"]}))["staffInvitationWithdraw"]
    assert gone == {"withdrawnId": found["id"], "staffUser": {"id": encode_id("stf", grace.id)}, "userErrors": []}
    assert await use(admin, await mailed_token(connection, grace, "staff_invitation")) == DEAD
    assert found not in (await manager.data(INVITATIONS))["staffInvitations"]["nodes"]
    for gone in (found["id"], encode_id("siv", 1 << 40)):
        again = (await manager.data(WITHDRAW, input={"id": gone}))["staffInvitationWithdraw"]
        assert again["userErrors"] == [{"code": "NOT_FOUND", "key": "staff_invitation.not_found", "path": ["id"]}]
    assert ("INVITATION_WITHDRAWN", "STAFF") in await events(connection, grace.id)


async def test_invitations_of_other_websites_are_neither_listed_nor_withdrawn(http, manager, connection):
    mine, other = [await make_website(connection) for _ in range(2)]
    user = await make_staff(connection, await make_role(connection, ["customers.read"], [other]))
    await manager.data(INVITE, input={"id": encode_id("stf", user.id)})
    local = await staff_client(http, connection, website_ids=[mine])
    listed = (await local.data(INVITATIONS))["staffInvitations"]["nodes"]
    assert user.email not in [node["staffUser"]["email"] for node in listed]
    refused = (await local.data(WITHDRAW, input={"id": encode_id("siv", user.id)}))["staffInvitationWithdraw"]
    assert refused["userErrors"] == [{"code": "NOT_FOUND", "key": "staff_invitation.not_found", "path": ["id"]}]
    assert await connection.fetchval("SELECT count(*) FROM staff_invitation WHERE staff_id = $1", user.id) == 1


@pytest.mark.parametrize("root", ["staffForceSignIn", "staffDeactivate"])
async def test_links_end_with_force_sign_in_and_deactivation(root, admin, manager, grace, connection):
    id = encode_id("stf", grace.id)
    await manager.data(INVITE, input={"id": id})
    await request_link(admin, grace.email)
    document = f"mutation F($input: StaffUserInput!) {{ {root}(input: $input) {{ userErrors {{ code }} }} }}"
    assert (await manager.data(document, input={"id": id}))[root] == {"userErrors": []}
    await connection.execute("UPDATE staff_user SET is_active = true WHERE id = $1", grace.id)
    for template in ("staff_invitation", "staff_password_reset"):
        assert await use(admin, await mailed_token(connection, grace, template)) == DEAD


async def test_where_passwords_are_forbidden_nobody_sets_or_uses_one(settings, database, grace, connection):
    forbidding = settings.model_copy(update={"staff_passwords": False})
    async with served(forbidding, database) as http:
        guest = Client(http, "/admin/graphql", None)
        session = Client(http, "/admin/graphql", await session_of(connection, grace.id))
        answers = [
            (await sign_in(guest, grace.email, PASSWORD))["userErrors"][0]["code"],
            (await guest.data(REQUEST, input={"email": grace.email}))["staffPasswordResetRequest"]["userErrors"][0][
                "code"
            ],
            (await use(guest, "cgi_x"))["userErrors"][0]["code"],
            (await session.data(CHANGE, input={"password": PASSWORD, "newPassword": NEW}))["staffPasswordChange"][
                "userErrors"
            ][0]["code"],
            (await session.data(INVITE, input={"id": encode_id("stf", grace.id)}))["staffInvite"]["userErrors"][0][
                "code"
            ],
        ]
    assert answers == ["NOT_ALLOWED"] * 5
    assert await mails_to(connection, grace) == []


def test_a_password_at_the_terminal_is_refused_there_too_and_needs_a_provider(database_url):
    email = f"{os.urandom(4).hex()}@staff.example.com"
    shop = {"CUSTOMER_GQL_DATABASE_URL": database_url, "CUSTOMER_GQL_STAFF_PASSWORDS": "false"}
    provider = {
        "ISSUER": "https://id.example",
        "CLIENT_ID": "shop",
        "REDIRECT_URL": "https://a/b",
        "LANDING_URL": "https://a/c",
    }
    settled = {**shop, **{f"CUSTOMER_GQL_OIDC_{name}": value for name, value in provider.items()}}
    assert "STAFF_PASSWORDS" in str(CliRunner().invoke(cli, ["staff", "password", email], env=shop).exception)
    CliRunner().invoke(cli, ["staff", "create", email, "--role", "viewer"], env=settled)
    refused = CliRunner().invoke(cli, ["staff", "password", email], input=f"{NEW}\n{NEW}\n", env=settled)
    assert "Sign in at the identity provider" in str(refused.exception)
