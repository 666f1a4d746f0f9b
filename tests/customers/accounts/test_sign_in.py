"""Letting in by password, and the sessions that come of it."""

import datetime as dt
import secrets

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.reads import MAX_SESSIONS
from customer_gql.customers.accounts.sessions.sessions import SESSION_DAYS, SESSION_IDLE_MINUTES
from customer_gql.security.tokens import hash_token
from support.customers import customer_id, make_customer
from support.shopping import (
    ANOTHER,
    ME,
    PASSWORD,
    REFRESH,
    REVOKE,
    SESSIONS,
    SIGN_IN,
    SIGN_OUT,
    is_let_in,
)
from support.staff import make_website, staff_client

REFUSED = {
    "code": "INVALID",
    "message": "The address or the password is wrong, or sign-in is closed for a while.",
    "path": None,
}
NOTHING = {"accessToken": None, "accessTokenExpiresAt": None, "refreshToken": None, "sessionExpiresAt": None}


async def test_the_right_password_starts_a_session(browser, shopper, events):
    row = await shopper()
    device = await browser(address="192.0.2.7", user_agent="Phone/1" + "x" * 300)
    answer = (await device.data(SIGN_IN, input={"email": row.email.upper(), "password": PASSWORD}))["signIn"]
    device.token = answer["accessToken"]
    assert (answer["userErrors"], answer["accessToken"][:4], answer["refreshToken"][:4]) == ([], "cgc_", "cgf_")
    assert dt.datetime.fromisoformat(answer["sessionExpiresAt"]) > dt.datetime.now(dt.UTC) + dt.timedelta(days=29)
    assert await device.data(ME) == {"me": {"id": customer_id(row)}}
    [session] = (await device.data(SESSIONS))["sessions"]
    assert session == {
        "id": session["id"],
        "device": ("Phone/1" + "x" * 300)[:200],
        "address": "192.0.2.7",
        "isCurrent": True,
    }
    assert await events(row.id) == ["SIGNED_IN"]


async def test_one_answer_for_every_reason_not_to_let_in(browser, shopper, connection):
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    await connection.execute("INSERT INTO customer_group_excluded_website VALUES (2, 1) ON CONFLICT DO NOTHING")
    try:
        rows = [
            await shopper(),
            await shopper(locked_until=later),
            await shopper(status="INACTIVE"),
            await shopper(is_email_confirmed=False, group_id=2),
            await shopper(group_id=2),
            await make_customer(connection),
        ]
        answers = set()
        for email, password in [
            ("nobody@example.com", PASSWORD),
            (rows[0].email, ANOTHER),
            ("no address at all", PASSWORD),
            *[(row.email, PASSWORD) for row in rows[1:]],
        ]:
            response = await (await browser()).post(SIGN_IN, input={"email": email, "password": password})
            answers.add(response.content)
    finally:
        await connection.execute("DELETE FROM customer_group_excluded_website WHERE website_id = 1")
    assert len(answers) == 1
    assert (await (await browser()).data(SIGN_IN, input={"email": "x", "password": "y"})) == {
        "signIn": {**NOTHING, "userErrors": [REFUSED]}
    }
    assert (
        await connection.fetchval(
            "SELECT count(*) FROM customer_session WHERE customer_id = ANY($1)", [row.id for row in rows]
        )
        == 0
    )


@pytest.mark.parametrize("field", ["email", "password"])
async def test_what_is_too_long_costs_nothing(field, browser):
    input = {"email": "a@example.com", "password": PASSWORD, field: "x" * 257}
    answer = (await (await browser()).data(SIGN_IN, input=input))["signIn"]
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [("TOO_LONG", [field])]


async def test_the_other_website_is_another_scope(browser, shopper, connection):
    """And a storefront names itself by a header."""
    row = await shopper()
    code = f"view{row.id}"
    await other_website(connection, code)
    there = await browser(x_store_view=code)
    answer = await there.data(SIGN_IN, input={"email": row.email, "password": PASSWORD})
    assert answer["signIn"]["userErrors"] == [REFUSED]
    here = await browser(x_store_view="default")
    assert (await here.data(SIGN_IN, input={"email": row.email, "password": PASSWORD}))["signIn"]["userErrors"] == []
    nowhere = await browser(x_store_view="none/such")
    answer = await nowhere.answer(SIGN_IN, input={"email": row.email, "password": PASSWORD})
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


async def other_website(connection, code):
    id = 2 + secrets.randbelow(2**30)
    await connection.execute("INSERT INTO website (id, code, name, currency) VALUES ($1, $2, $2, 'EUR')", id, code)
    await connection.execute(
        "INSERT INTO store (id, website_id, code, name, is_default) VALUES ($1, $1, $2, $2, true)", id, code
    )
    await connection.execute(
        "INSERT INTO store_view (id, store_id, code, name, is_default) VALUES ($1, $1, $2, $2, true)", id, code
    )
    return id


async def test_ending_one_device_leaves_the_others(shopper, signed_in, browser, events):
    row, stranger = await shopper(), await shopper()
    phone, laptop, other = await signed_in(row), await signed_in(row), await signed_in(stranger)
    phones = [s["id"] for s in (await phone.data(SESSIONS))["sessions"] if s["isCurrent"]]
    for client, code in ((other, "NOT_FOUND"), (await browser(), None)):
        answer = await client.answer(REVOKE, input={"id": phones[0]})
        if code:
            assert [e["code"] for e in answer["data"]["sessionRevoke"]["userErrors"]] == [code]
        else:
            assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert await is_let_in(phone)
    assert await laptop.data(REVOKE, input={"id": phones[0]}) == {
        "sessionRevoke": {"endedSessionCount": 1, "userErrors": []}
    }
    assert [await is_let_in(client) for client in (phone, laptop, other)] == [False, True, True]
    again = (await laptop.data(REVOKE, input={"id": phones[0]}))["sessionRevoke"]
    assert again["userErrors"][0]["code"] == "NOT_FOUND"
    assert (await events(row.id))[-1] == "SESSION_REVOKED"


@pytest.mark.parametrize(("every", "left"), [(False, [False, True]), (True, [False, False])])
async def test_signing_out(every, left, shopper, signed_in):
    row = await shopper()
    phone, laptop = await signed_in(row), await signed_in(row)
    answer = await phone.data(SIGN_OUT, input={"all": every})
    assert answer == {"signOut": {"endedSessionCount": left.count(False), "userErrors": []}}
    assert [await is_let_in(client) for client in (phone, laptop)] == left
    # Renewing is open to a token that has ended; the refresh token has ended too.
    assert (await phone.data(REFRESH, input={"refreshToken": phone.refresh}))["tokenRefresh"]["accessToken"] is None


@pytest.mark.parametrize("given", ["", "cgf_none", "cgc_none", "x" * 4096])
async def test_what_is_no_refresh_token(given, browser):
    answer = (await (await browser()).data(REFRESH, input={"refreshToken": given}))["tokenRefresh"]
    assert answer["userErrors"] == [{"code": "INVALID", "path": ["refreshToken"]}]


async def test_a_session_ends_in_any_case(shopper, signed_in, connection, configured, browser):
    await configured(SESSION_IDLE_MINUTES, 5)
    await configured(SESSION_DAYS, 1)
    row = await shopper()
    device = await signed_in(row)
    stored = await connection.fetchrow("SELECT * FROM customer_token WHERE token_hash = $1", hash_token(device.token))
    assert stored.idle_seconds == 300
    assert stored.expires_at - stored.created_at < dt.timedelta(days=1, minutes=1)
    await connection.execute("UPDATE customer_session SET expires_at = now() WHERE customer_id = $1", row.id)
    answer = await (await browser()).data(REFRESH, input={"refreshToken": device.refresh})
    assert answer["tokenRefresh"]["accessToken"] is None


async def test_the_oldest_session_gives_way(shopper, signed_in, connection):
    row = await shopper()
    oldest = await signed_in(row)
    await connection.execute(
        "INSERT INTO customer_session (customer_id, id, website_id, expires_at, last_used_at)"
        " SELECT $1, n, 1, now() + interval '1 day', now() + interval '1 minute' FROM generate_series(1, $2) n",
        row.id,
        MAX_SESSIONS - 1,
    )
    assert await is_let_in(oldest)
    await connection.execute(
        "UPDATE customer_session SET last_used_at = now() - interval '1 day' WHERE id > $1 AND customer_id = $2",
        MAX_SESSIONS,
        row.id,
    )
    newest = await signed_in(row)
    assert not await is_let_in(oldest)
    assert len((await newest.data(SESSIONS))["sessions"]) == MAX_SESSIONS


async def test_each_kind_of_token_opens_its_own_door_only(shopper, signed_in, browser):
    device = await signed_in(await shopper())
    for token in (device.refresh, "cge_x", "cgr_x", "cgl_x"):
        assert not await is_let_in(await browser(token=token))
        ended = (await (await browser(token=token)).answer(SESSIONS))["errors"][0]
        assert (ended["path"], ended["extensions"]) == (["sessions"], {"code": "UNAUTHENTICATED"})
    assert await (await browser()).data(SESSIONS) == {"sessions": None}
    assert (await device.answer("query N($id: ID!) { node(id: $id) { id } }", id=encode_id("ses", 1, 2)))["data"] == {
        "node": None
    }


REVOKE_BY_STAFF = """mutation R($input: CustomerSessionRevokeInput!) { customerSessionRevoke(input: $input) {
    customer { id sessions { id } } userErrors { code key path } } }"""


async def test_staff_end_one_device_of_a_customer_they_reach(
    shopper, signed_in, events, admin_client, http, connection
):
    row = await shopper()
    phone, laptop = await signed_in(row), await signed_in(row)
    lost, kept = [
        next(s["id"] for s in (await one.data(SESSIONS))["sessions"] if s["isCurrent"]) for one in (phone, laptop)
    ]
    elsewhere = await staff_client(http, connection, website_ids=[await make_website(connection)])
    not_found = {"customer": None, "userErrors": [{"code": "NOT_FOUND", "key": "session.not_found", "path": ["id"]}]}
    refused = (await elsewhere.data(REVOKE_BY_STAFF, input={"id": lost}))["customerSessionRevoke"]
    assert (refused["customer"], [e["path"] for e in refused["userErrors"]]) == (None, [["id"]])
    assert await is_let_in(phone)
    done = await admin_client.data(REVOKE_BY_STAFF, input={"id": lost})
    assert done["customerSessionRevoke"] == {
        "customer": {"id": customer_id(row), "sessions": [{"id": kept}]},
        "userErrors": [],
    }
    assert [await is_let_in(client) for client in (phone, laptop)] == [False, True]
    assert (await admin_client.data(REVOKE_BY_STAFF, input={"id": lost}))["customerSessionRevoke"] == not_found
    assert (await phone.data(REFRESH, input={"refreshToken": phone.refresh}))["tokenRefresh"]["accessToken"] is None
    by = "SELECT kind, actor AS by FROM customer_event WHERE customer_id = $1 ORDER BY id DESC LIMIT 1"
    assert tuple(await connection.fetchrow(by, row.id)) == ("SESSION_REVOKED", "STAFF")
