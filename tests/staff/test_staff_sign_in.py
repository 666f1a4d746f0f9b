"""Staff sign in, and nobody else learns anything by trying."""

import datetime as dt
import json
import random
import time
import uuid

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.security import tokens
from customer_gql.shop.settings.writes import set_value
from customer_gql.staff.sign_in.attempts import failure_key
from customer_gql.staff.sign_in.sessions import ACCOUNT_SHARING
from support.staff import PASSWORD, SIGN_IN, events, make_role, make_staff, session_of, sign_in, with_token

pytest_plugins = ["support.staff_fixtures"]

ME = "{ staffMe { user { id } isPasswordSet isTotpOn recoveryCodesLeftCount } }"
SESSIONS = "{ staffSessions { id signedInBy address userAgent isCurrent } }"
WRONG = {
    "token": None,
    "expiresAt": None,
    "staffUser": None,
    "userErrors": [
        {
            "code": "INVALID",
            "message": "The address, the password or the code is wrong, or sign-in is closed for a while.",
            "path": None,
        }
    ],
}


async def test_a_sign_in_is_a_session(admin, grace, connection):
    answer = await sign_in(admin, grace.email, PASSWORD)
    token = answer.pop("token")
    assert answer.pop("expiresAt") is not None
    assert answer == {"staffUser": {"id": encode_id("stf", grace.id), "email": grace.email}, "userErrors": []}
    me = with_token(admin, token)
    assert await me.data(ME) == {
        "staffMe": {
            "user": {"id": encode_id("stf", grace.id)},
            "isPasswordSet": True,
            "isTotpOn": False,
            "recoveryCodesLeftCount": 0,
        }
    }
    stored = await connection.fetchrow("SELECT * FROM staff_session WHERE staff_id = $1", grace.id)
    assert (stored.token_hash, stored.idle_seconds) == (tokens.hash_token(token), 900)
    assert stored.expires_at - stored.last_used_at == dt.timedelta(hours=8)
    assert await events(connection, grace.id) == [("SIGNED_IN", "STAFF")]


async def test_the_address_is_one_whatever_its_case(admin, grace):
    assert (await sign_in(admin, f" {grace.email.upper()}", PASSWORD))["token"]


async def test_one_answer_for_whatever_is_wrong(admin, grace, connection):
    no_password = await make_staff(connection, 1)
    closed = await make_staff(connection, 1, password=PASSWORD)
    await connection.execute("UPDATE staff_user SET is_active = false WHERE id = $1", closed.id)
    tried = [
        ("nobody@example.com", PASSWORD),
        (grace.email, "correct horse battery stapl"),
        (grace.email, ""),
        (grace.email, "x" * 4096),
        (no_password.email, PASSWORD),
        (no_password.email, ""),
        (closed.email, PASSWORD),
        ("", ""),
        ("x" * 4096, PASSWORD),
    ]
    answers = [
        (await admin.post(SIGN_IN, input={"email": email, "password": password})).content for email, password in tried
    ]
    assert [json.loads(answer)["data"] for answer in answers] == [{"staffSignIn": WRONG}] * len(tried)
    assert len(set(answers)) == 1


async def test_nothing_in_the_answer_but_the_token_is_a_secret(admin, grace, connection):
    answer = await sign_in(admin, grace.email, PASSWORD)
    everything = str(await connection.fetch("SELECT * FROM staff_event")) + str(
        await connection.fetch("SELECT * FROM staff_session")
    )
    assert answer["token"] not in everything
    assert PASSWORD not in everything


async def test_each_wrong_guess_is_written_down_and_no_refused_one(admin, grace, connection):
    for _ in range(5):
        assert await sign_in(admin, grace.email, "wrong") == WRONG
    closed = "UPDATE throttle SET until = now() + interval '1 minute' WHERE key_hash = $1"
    await connection.execute(closed, failure_key(grace.email))
    assert await sign_in(admin, grace.email, PASSWORD) == WRONG
    assert await events(connection, grace.id) == [("SIGN_IN_FAILED", "NOBODY")] * 5


PAIRS = 200


@pytest.mark.slow
async def test_nobody_can_tell_a_known_address_by_the_time_it_takes(admin, connection):
    """The chance that a known address takes longer than an unknown one is about a half."""
    user = await make_staff(connection, await make_role(connection), password=PASSWORD)
    found = await told_apart(admin, user, connection)
    # 200 pairs spread by 0.03 around the truth where nothing tells the two apart, so that one run in two thousand
    # ends outside; a real difference does so twice.
    if not 0.4 <= found <= 0.6:
        found = await told_apart(admin, user, connection)
    assert 0.4 <= found <= 0.6


async def told_apart(admin, user, connection):
    times, chance = {True: [], False: []}, random.Random(7)
    for _ in range(PAIRS):
        for known in chance.sample((True, False), 2):
            await connection.execute("DELETE FROM throttle")
            email = user.email if known else f"{uuid.uuid4().hex}@staff.example.com"
            begun = time.perf_counter()
            assert await sign_in(admin, email, "wrong") == WRONG
            times[known].append(time.perf_counter() - begun)
    return sum((a > b) + (a == b) / 2 for a in times[True] for b in times[False]) / PAIRS**2


async def test_sessions_are_listed_and_ended_one_by_one_or_all(admin, grace, connection):
    await set_value(connection, ACCOUNT_SHARING, True)
    first = with_token(admin, (await sign_in(admin, grace.email, PASSWORD))["token"])
    second = with_token(admin, (await sign_in(admin, grace.email, PASSWORD))["token"])
    listed = (await second.data(SESSIONS))["staffSessions"]
    assert [(s["isCurrent"], s["signedInBy"]) for s in listed] == [(True, "PASSWORD"), (False, "PASSWORD")]
    assert all(s["address"].startswith("10.0.") and s["userAgent"].startswith("python-httpx") for s in listed)
    revoke = """mutation R($input: StaffSessionRevokeInput!) { staffSessionRevoke(input: $input) {
      revokedId userErrors { code path } } }"""
    gone = await second.data(revoke, input={"id": listed[1]["id"]})
    assert gone == {"staffSessionRevoke": {"revokedId": listed[1]["id"], "userErrors": []}}
    assert (await first.post(ME)).status_code == 401
    again = await second.data(revoke, input={"id": listed[1]["id"]})
    assert again["staffSessionRevoke"]["userErrors"] == [{"code": "NOT_FOUND", "path": ["id"]}]
    third = with_token(admin, (await sign_in(admin, grace.email, PASSWORD))["token"])
    out = "mutation O($input: StaffSignOutInput!) { staffSignOut(input: $input) { endedSessionCount } }"
    assert await second.data(out, input={}) == {"staffSignOut": {"endedSessionCount": 1}}
    assert (await second.post(ME)).status_code == 401
    fourth = with_token(admin, (await sign_in(admin, grace.email, PASSWORD))["token"])
    assert await third.data(out, input={"everywhere": True}) == {"staffSignOut": {"endedSessionCount": 2}}
    assert {(await client.post(ME)).status_code for client in (third, fourth)} == {401}


async def test_a_change_of_role_and_a_deactivation_act_on_the_next_request(admin, grace, connection):
    client = with_token(admin, await session_of(connection, grace.id))
    assert (await client.answer("{ websites { id } }"))["data"]["websites"]
    role = await make_role(connection, ["customers.write"])
    await connection.execute("UPDATE staff_user SET role_id = $2 WHERE id = $1", grace.id, role)
    assert (await client.answer("{ websites { id } }"))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    await connection.execute("UPDATE staff_user SET is_active = false WHERE id = $1", grace.id)
    assert (await client.post(ME)).status_code == 401
