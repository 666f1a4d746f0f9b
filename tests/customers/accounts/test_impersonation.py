"""Login as customer: a reason, a consent, a minute, a quarter of an hour, both names on every trace."""

import asyncio
import datetime as dt

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.sessions.settings import LOGIN_AS_CUSTOMER
from support.customers import customer_id
from support.impersonating import LOGIN_AS, code_for
from support.shopping import (
    ANOTHER,
    CHANGE,
    CONFIRM,
    DELETE,
    EMAIL_CONFIRM,
    EMAIL_REQUEST,
    EXCHANGE,
    PASSWORD,
    REFRESH,
    RESEND,
    RESET,
    RESET_REQUEST,
    REVOKE,
    SESSIONS,
    SIGN_IN,
    SIGN_OUT,
    SIGN_UP,
    is_let_in,
    person,
)

FORCE = """mutation F($input: CustomerForceSignInInput!) { customerForceSignIn(input: $input) {
  endedTokenCount loginCode loginCodeExpiresAt userErrors { code path } } }"""
LIVE = "{ impersonations(first: 100) { nodes { id reason startedAt endedAt staff { email } customer { id } } } }"
END = """mutation N($input: ImpersonationEndInput!) { impersonationEnd(input: $input) {
  isChanged impersonation { id } userErrors { code path } } }"""
NEWSLETTER_CONFIRM = (
    "mutation C($input: NewsletterConfirmInput!) { newsletterConfirm(input: $input) { userErrors { code } } }"
)
SUBSCRIBE = "mutation { newsletterSubscribe { userErrors { code } } }"
UNSUBSCRIBE = "mutation { newsletterUnsubscribe { userErrors { code } } }"
SEEN = "{ me { impersonations { totalCount nodes { id reason startedAt endedAt } } } }"
UPDATE = "mutation M($input: MeUpdateInput!) { meUpdate(input: $input) { changedFields userErrors { code path } } }"


async def test_a_code_a_token_and_both_names(admin_client, browser, shopper, connection):
    row, guest = await shopper(allows_remote_assistance=True), await browser()
    code = await code_for(admin_client, row)
    assert code.startswith("cgl_")
    answer = (await guest.data(EXCHANGE, input={"code": code}))["loginAsExchange"]
    assert (answer["refreshToken"], answer["userErrors"]) == (None, [])
    guest.token = answer["accessToken"]
    assert await guest.data("{ me { id } }") == {"me": {"id": customer_id(row)}}
    await guest.data(UPDATE, input={"firstName": "Augusta"})
    written = await connection.fetch(
        "SELECT kind, actor, actor_id = $1 AS by_customer, impersonator_id FROM customer_event"
        " WHERE customer_id = $1 ORDER BY id",
        row.id,
    )
    staff = await connection.fetchval("SELECT staff_id FROM impersonation WHERE customer_id = $1", row.id)
    assert [tuple(event) for event in written] == [
        ("LOGIN_CODE_GIVEN", "STAFF", False, None),
        ("IMPERSONATION_STARTED", "STAFF", False, None),
        ("EDITED", "CUSTOMER", True, staff),
    ]
    stored = await connection.fetchrow("SELECT * FROM customer_token WHERE customer_id = $1", row.id)
    assert stored.expires_at - stored.created_at <= dt.timedelta(minutes=15, seconds=1)


async def test_a_code_works_once_even_when_used_at_once(admin_client, browser, shopper):
    row = await shopper(allows_remote_assistance=True)
    code, guests = await code_for(admin_client, row), [await browser() for _ in range(10)]
    answers = await asyncio.gather(*[guest.data(EXCHANGE, input={"code": code}) for guest in guests])
    assert sum(bool(answer["loginAsExchange"]["accessToken"]) for answer in answers) == 1
    refused = next(a["loginAsExchange"] for a in answers if not a["loginAsExchange"]["accessToken"])
    assert refused["userErrors"] == [{"code": "INVALID", "path": ["code"]}]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE login_code SET expires_at = now() WHERE customer_id = $1",
        "UPDATE customer SET allows_remote_assistance = false WHERE id = $1",
        "UPDATE customer SET status = 'INACTIVE' WHERE id = $1",
        "UPDATE staff_user SET is_active = false FROM login_code l WHERE l.customer_id = $1 AND staff_user.id = l.staff_id",
    ],
)
async def test_what_changed_within_the_minute_counts(change, admin_client, browser, shopper, connection):
    row = await shopper(allows_remote_assistance=True)
    code = await code_for(admin_client, row)
    await connection.execute(change, row.id)
    answer = (await (await browser()).data(EXCHANGE, input={"code": code}))["loginAsExchange"]
    assert (answer["accessToken"], answer["userErrors"]) == (None, [{"code": "INVALID", "path": ["code"]}])


@pytest.mark.usefixtures("nobody_else_impersonates")
async def test_who_does_not_allow_it_is_left_alone(admin_client, shopper, connection, configured):
    shy, gone, open_ = (
        await shopper(),
        await shopper(allows_remote_assistance=True, status="INACTIVE"),
        await shopper(allows_remote_assistance=True),
    )
    for row, reason, error in (
        (shy, "Help", {"code": "NOT_ALLOWED", "path": ["id"]}),
        (gone, "Help", {"code": "NOT_ALLOWED", "path": ["id"]}),
        (open_, "  ", {"code": "REQUIRED", "path": ["reason"]}),
        (open_, "\u200b\u2060\u00ad\u034f\u3164\u2800", {"code": "REQUIRED", "path": ["reason"]}),
        (open_, "x" * 1001, {"code": "TOO_LONG", "path": ["reason"]}),
    ):
        answer = (await admin_client.data(LOGIN_AS, input={"id": customer_id(row), "reason": reason}))[
            "customerLoginAs"
        ]
        assert (answer["code"], answer["userErrors"]) == (None, [error])
    await configured(LOGIN_AS_CUSTOMER, False)
    answer = (await admin_client.data(LOGIN_AS, input={"id": customer_id(open_), "reason": "Help"}))["customerLoginAs"]
    assert answer["userErrors"] == [{"code": "NOT_ALLOWED", "path": ["id"]}]
    answer = (await admin_client.data(LOGIN_AS, input={"id": encode_id("cus", 5), "reason": "Help"}))["customerLoginAs"]
    assert answer["userErrors"] == [{"code": "NOT_FOUND", "path": ["id"]}]
    ids = [row.id for row in (shy, gone, open_)]
    assert await connection.fetchval("SELECT count(*) FROM impersonation WHERE customer_id = ANY($1)", ids) == 0


async def test_only_who_may(as_staff, shopper, signed_in, connection):
    row = await shopper(allows_remote_assistance=True)
    support, device = await as_staff("support"), await signed_in(row)
    device.path = "/admin/graphql"
    for document, input in (
        (LOGIN_AS, {"id": customer_id(row), "reason": "Help"}),
        (END, {"id": encode_id("imp", row.id, 1)}),
        (FORCE, {"id": customer_id(row), "loginCodeReason": "Help"}),
    ):
        answer = await support.answer(document, input=input)
        assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.impersonate"}
        assert (await device.post(document, input=input)).status_code == 401
    assert (await support.answer(LIVE))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    device.path = "/graphql"
    assert await is_let_in(device)
    assert await connection.fetchval("SELECT count(*) FROM impersonation WHERE customer_id = $1", row.id) == 0


async def test_what_is_closed_to_it(acting_as, admin_client, shopper, signed_in, connection):
    row = await shopper(allows_remote_assistance=True)
    device, client = await signed_in(row), await acting_as(row)
    session = (await device.data(SESSIONS))["sessions"][0]["id"]
    before = tuple(await connection.fetchrow("SELECT * FROM customer WHERE id = $1", row.id))
    for document, input in (
        (CHANGE, {"currentPassword": PASSWORD, "newPassword": ANOTHER}),
        (EMAIL_REQUEST, {"email": "new@example.com", "currentPassword": PASSWORD}),
        (EMAIL_CONFIRM, {"token": "cge_x"}),
        (DELETE, {"currentPassword": PASSWORD}),
        (REVOKE, {"id": session}),
        (RESET_REQUEST, {"email": row.email}),
        (RESET, {"token": "cgr_x", "password": ANOTHER}),
        (CONFIRM, {"token": "cge_x"}),
        (RESEND, {"email": row.email}),
        (SIGN_IN, {"email": row.email, "password": PASSWORD}),
        (SIGN_UP, person("another@example.com")),
        (REFRESH, {"refreshToken": device.refresh}),
        (EXCHANGE, {"code": await code_for(admin_client, row)}),
        (NEWSLETTER_CONFIRM, {"token": "cgn_x"}),
        (SUBSCRIBE, None),
        (UNSUBSCRIBE, None),
    ):
        answer = await client.answer(document, **({} if input is None else {"input": input}))
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN", document
    assert tuple(await connection.fetchrow("SELECT * FROM customer WHERE id = $1", row.id)) == before
    assert await is_let_in(device)
    signed_in = await device.answer(EXCHANGE, input={"code": await code_for(admin_client, row)})
    assert signed_in["data"]["loginAsExchange"]["userErrors"] == [{"code": "INVALID", "path": ["code"]}]


async def test_the_list_the_end_button_and_what_the_customer_sees(acting_as, admin_client, shopper, signed_in):
    row = await shopper(allows_remote_assistance=True)
    device, client = await signed_in(row), await acting_as(row)
    [live] = [
        n for n in (await admin_client.data(LIVE))["impersonations"]["nodes"] if n["customer"]["id"] == customer_id(row)
    ]
    assert (live["reason"], live["endedAt"], "@example.com" in live["staff"]["email"]) == (
        "Cannot find the cart",
        None,
        True,
    )
    ended = await admin_client.data(END, input={"id": live["id"]})
    assert ended == {"impersonationEnd": {"isChanged": True, "impersonation": {"id": live["id"]}, "userErrors": []}}
    assert [await is_let_in(client), await is_let_in(device)] == [False, True]
    again = await admin_client.data(END, input={"id": live["id"]})
    assert again["impersonationEnd"]["isChanged"] is False
    seen = (await device.data(SEEN))["me"]["impersonations"]
    assert (seen["totalCount"], [node["id"] for node in seen["nodes"]]) == (1, [live["id"]])
    assert seen["nodes"][0]["endedAt"] is not None
    assert live["id"] not in [n["id"] for n in (await admin_client.data(LIVE))["impersonations"]["nodes"]]
    answer = await device.answer("{ me { impersonations { nodes { staff { email } } } } }")
    assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_one_whose_time_is_over_is_not_ended_once_more(acting_as, admin_client, shopper, connection, events):
    row = await shopper(allows_remote_assistance=True)
    await acting_as(row)
    over = "UPDATE impersonation SET expires_at = now() WHERE customer_id = $1 RETURNING id"
    id = encode_id("imp", row.id, await connection.fetchval(over, row.id))
    answer = (await admin_client.data(END, input={"id": id}))["impersonationEnd"]
    assert (answer["isChanged"], answer["userErrors"]) == (False, [])
    assert "IMPERSONATION_ENDED" not in await events(row.id)
    assert await connection.fetchval("SELECT ended_at FROM impersonation WHERE customer_id = $1", row.id) is None


async def test_signing_out_ends_the_impersonation_alone(acting_as, shopper, signed_in):
    row = await shopper(allows_remote_assistance=True)
    device, client = await signed_in(row), await acting_as(row)
    assert (await client.data(SIGN_OUT, input={"all": True}))["signOut"] == {"endedSessionCount": 1, "userErrors": []}
    assert [await is_let_in(client), await is_let_in(device)] == [False, True]


async def test_force_sign_in_ends_it_too_and_may_bring_a_code(
    acting_as, admin_client, shopper, signed_in, browser, mails
):
    row = await shopper(allows_remote_assistance=True)
    device, client = await signed_in(row), await acting_as(row)
    open_code = await code_for(admin_client, row)
    input = {"id": customer_id(row), "loginCodeReason": "Asked by telephone"}
    answer = (await admin_client.data(FORCE, input=input))["customerForceSignIn"]
    assert (answer["endedTokenCount"], answer["userErrors"]) == (2, [])
    assert [await is_let_in(device), await is_let_in(client)] == [False, False]
    guest = await browser()
    assert (await guest.data(EXCHANGE, input={"code": open_code}))["loginAsExchange"]["accessToken"] is None
    assert (await guest.data(EXCHANGE, input={"code": answer["loginCode"]}))["loginAsExchange"]["accessToken"]
    assert await mails(row.email) == [("forced_sign_in", None)]


async def test_without_consent_neither_sessions_end_nor_a_code_comes(admin_client, shopper, signed_in):
    row = await shopper()
    device = await signed_in(row)
    answer = (await admin_client.data(FORCE, input={"id": customer_id(row), "loginCodeReason": "Help"}))[
        "customerForceSignIn"
    ]
    assert answer == {
        "endedTokenCount": 0,
        "loginCode": None,
        "loginCodeExpiresAt": None,
        "userErrors": [{"code": "NOT_ALLOWED", "path": ["loginCodeReason"]}],
    }
    assert await is_let_in(device)
