"""Staff choose their own passwords: by a link, from a session, at a terminal; nobody else does it for them."""

import asyncio
import datetime as dt
import os

import pytest
from typer.testing import CliRunner

from customer_gql.cli import cli
from customer_gql.core.ids import encode_id
from customer_gql.security import tokens
from support.mailed import mailed_token
from support.staff import PASSWORD, events, make_staff, make_website, session_of, sign_in, staff_client, with_token

pytest_plugins = ["support.staff_fixtures"]

INVITE = """mutation I($input: StaffUserInput!) { staffInvite(input: $input) {
  staffUser { id } userErrors { code path } } }"""
SET = """mutation S($input: StaffPasswordSetInput!) { staffPasswordSet(input: $input) {
  isSet userErrors { code message path } } }"""
CHANGE = """mutation C($input: StaffPasswordChangeInput!) { staffPasswordChange(input: $input) {
  isChanged userErrors { code message path } } }"""
NEW = "a bridge over the river Rhine"
DEAD = {
    "isSet": False,
    "userErrors": [
        {
            "code": "INVALID",
            "message": "This link does not work: it was used, replaced by a newer one, or is too old. Ask for another one.",
            "path": ["token"],
        }
    ],
}


@pytest.fixture
async def manager(http, connection):
    return await staff_client(http, connection)


async def invited(manager, connection, user):
    """The token as its recipient gets it."""
    response = await manager.post(INVITE, input={"id": encode_id("stf", user.id)})
    done = {"staffUser": {"id": encode_id("stf", user.id)}, "userErrors": []}
    assert response.json()["data"] == {"staffInvite": done}
    mail = await connection.fetchrow("SELECT * FROM mail_outbox WHERE recipient = $1 ORDER BY id DESC", user.email)
    token = mailed_token(mail)
    assert (mail.template, token in response.text, mail.customer_id) == ("staff_invitation", False, None)
    return token


async def use(admin, token, password=NEW):
    return (await admin.data(SET, input={"token": token, "password": password}))["staffPasswordSet"]


async def test_an_invitation_lets_its_recipient_choose_a_password_once(admin, manager, connection):
    user = await make_staff(connection, 1)
    token = await invited(manager, connection, user)
    assert await use(admin, token) == {"isSet": True, "userErrors": []}
    assert (await sign_in(admin, user.email, NEW))["token"]
    assert await use(admin, token, "another long password") == DEAD
    assert [kind for kind, _ in await events(connection, user.id)] == ["INVITED", "PASSWORD_CHANGED", "SIGNED_IN"]


async def test_a_link_used_by_many_at_once_works_for_one(admin, manager, connection):
    user = await make_staff(connection, 1)
    token = await invited(manager, connection, user)
    choices = [f"a long enough password {i}" for i in range(8)]
    done = await asyncio.gather(*[use(admin, token, choice) for choice in choices])
    assert [answer["isSet"] for answer in done].count(True) == 1
    winner = choices[[answer["isSet"] for answer in done].index(True)]
    assert (await sign_in(admin, user.email, winner))["token"]


async def test_only_the_newest_link_works_and_only_for_a_day(admin, manager, connection):
    user = await make_staff(connection, 1)
    older, newer = [await invited(manager, connection, user) for _ in range(2)]
    assert await use(admin, older) == DEAD
    stored = await connection.fetchrow("SELECT * FROM staff_invitation WHERE staff_id = $1", user.id)
    assert (stored.token_hash, stored.expires_at - stored.created_at) == (
        tokens.hash_token(newer),
        dt.timedelta(hours=24),
    )
    await connection.execute("UPDATE staff_invitation SET expires_at = now() WHERE staff_id = $1", user.id)
    assert await use(admin, newer) == DEAD


async def test_a_link_of_somebody_deactivated_is_dead(admin, manager, connection):
    user = await make_staff(connection, 1)
    token = await invited(manager, connection, user)
    await connection.execute("UPDATE staff_user SET is_active = false WHERE id = $1", user.id)
    assert await use(admin, token) == DEAD


async def test_a_new_password_ends_every_session_and_forgets_wrong_guesses(admin, manager, grace, connection):
    session = with_token(admin, await session_of(connection, grace.id))
    for _ in range(6):
        await sign_in(admin, grace.email, "wrong")
    assert (await use(admin, await invited(manager, connection, grace)))["isSet"]
    assert (await session.post("{ __typename }")).status_code == 401
    assert (await sign_in(admin, grace.email, NEW))["token"]
    assert not (await sign_in(admin, grace.email, PASSWORD))["token"]


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("fourteen chars", "INVALID"),
        ("", "INVALID"),
        ("x" * 300 + "abcdef", "TOO_LONG"),
        ("ababababababababab", "INVALID"),
        ("password12345678!", "INVALID"),
        ("Qwertyuiop-2026-2026", "INVALID"),
        ("1234567890123456", "INVALID"),
        ("Grace Grace Grace 1906", "INVALID"),
        ("!!Northwind-Store 2026", "INVALID"),
    ],
)
async def test_a_weak_password_is_refused_and_the_link_still_works(password, code, admin, manager, connection):
    """Staff may choose nothing that guessers try first: no common password, not their name, not the shop's."""
    shop = await make_website(connection)
    await connection.execute("UPDATE store SET name = 'Northwind Store' WHERE id = $1", shop)
    user = await make_staff(connection, 1)
    token = await invited(manager, connection, user)
    refused = (await use(admin, token, password))["userErrors"][0]
    assert (refused["code"], refused["path"]) == (code, ["password"])
    assert (await use(admin, token))["isSet"]


async def test_ones_own_address_is_no_password(admin, manager, connection):
    user = await make_staff(connection, 1)
    token = await invited(manager, connection, user)
    refused = await use(admin, token, "my name is " + user.email.partition("@")[0])
    assert refused["userErrors"][0]["path"] == ["password"]


async def test_one_changes_ones_own_password_and_stays_signed_in_here_alone(admin, grace, connection):
    here, there = [with_token(admin, await session_of(connection, grace.id)) for _ in range(2)]

    async def change(**input):
        return (await here.data(CHANGE, input=input))["staffPasswordChange"]

    refused = [await change(newPassword=NEW), await change(password="wrong", newPassword=NEW)]
    assert [(e["code"], e["path"]) for answer in refused for e in answer["userErrors"]] == [
        ("REQUIRED", ["password"]),
        ("INVALID", ["password"]),
    ]
    for weak in ("short", "iloveyou20242024", "graceGRACE111222"):
        assert (await change(password=PASSWORD, newPassword=weak))["userErrors"][0]["path"] == ["newPassword"]
    assert (await there.post("{ __typename }")).status_code == 200
    assert await change(password=PASSWORD, newPassword=NEW) == {"isChanged": True, "userErrors": []}
    assert (await there.post("{ __typename }")).status_code == 401
    assert (await here.post("{ __typename }")).status_code == 200
    assert (await sign_in(admin, grace.email, NEW))["token"]


def test_a_password_typed_at_the_terminal(database_url):
    """It is asked for twice and stands in no argument."""
    email = f"{os.urandom(4).hex()}@staff.example.com"

    def run(*arguments, typed=""):
        return CliRunner().invoke(
            cli, ["staff", *arguments], input=typed, env={"CUSTOMER_GQL_DATABASE_URL": database_url}
        )

    assert run("create", email, "--role", "viewer").exit_code == 0
    assert "Use at least 15 characters" in str(run("password", email, typed="too short\ntoo short\n").exception)
    done = run("password", email, typed=f"{NEW}\n{NEW}\n")
    assert (done.exit_code, NEW in done.output) == (0, False)
    assert "no second factor" in str(run("totp-off", email).exception)


async def test_who_does_not_manage_staff_invites_nobody(http, connection, grace):
    client = await staff_client(http, connection, ["customers.read"])
    answer = await client.answer(INVITE, input={"id": encode_id("stf", grace.id)})
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "staff.manage"}
    assert await connection.fetchval("SELECT count(*) FROM mail_outbox WHERE recipient = $1", grace.email) == 0


async def test_who_holds_less_invites_nobody_who_holds_more(http, connection, grace):
    client = await staff_client(http, connection, ["staff.manage"])
    answer = (await client.data(INVITE, input={"id": encode_id("stf", grace.id)}))["staffInvite"]
    assert answer == {"staffUser": None, "userErrors": [{"code": "NOT_ALLOWED", "path": ["id"]}]}
    assert await connection.fetchval("SELECT count(*) FROM staff_invitation WHERE staff_id = $1", grace.id) == 0
