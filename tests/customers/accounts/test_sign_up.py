"""A new account, and what a stranger learns of an old one: nothing."""

import asyncio
import uuid

import pytest

from customer_gql.customers.accounts.registration.settings import DEFAULT_GROUP, EMAIL_CONFIRMATION as CONFIRMATION
from customer_gql.customers.profile.values.fields import CHOICE_SETTINGS, SHOW_SETTINGS
from support.shopping import CONFIRM, PASSWORD, RESEND, RESET, SIGN_IN, SIGN_UP, is_let_in, person

DONE = {"signUp": {"isConfirmationRequired": False, "userErrors": []}}


def fresh():
    return f"{uuid.uuid4().hex}@example.com"


async def account(connection, email):
    return await connection.fetchrow("SELECT * FROM customer WHERE email = $1", email)


async def test_a_new_account(browser, connection, mails, events):
    email = fresh()
    guest = await browser()
    input = person(
        email,
        prefix="Lady",
        middleName="King",
        suffix="FRS",
        gender="FEMALE",
        dateOfBirth="1985-12-10",
        taxVatNumber="GB1",
        isSubscribed=True,
        allowsRemoteAssistance=True,
    )
    assert await guest.data(SIGN_UP, input=input) == DONE
    answer = (await guest.data(SIGN_IN, input={"email": email, "password": PASSWORD}))["signIn"]
    guest.token = answer["accessToken"]
    me = await guest.data("""{ me { email fullName gender dateOfBirth taxVatNumber allowsRemoteAssistance version status
        isEmailConfirmed group { name } website { code } createdIn { code }
        newsletterSubscriptions { status storeView { code } } } }""")
    assert me["me"] == {
        "email": email,
        "fullName": "Lady Ada King Byron FRS",
        "gender": "FEMALE",
        "dateOfBirth": "1985-12-10",
        "taxVatNumber": "GB1",
        "allowsRemoteAssistance": True,
        "version": 1,
        "status": "ACTIVE",
        "isEmailConfirmed": True,
        "group": {"name": "General"},
        "website": {"code": "base"},
        "createdIn": {"code": "default"},
        "newsletterSubscriptions": [{"status": "SUBSCRIBED", "storeView": {"code": "default"}}],
    }
    assert await mails(email) == [("welcome", None)]
    assert await events((await account(connection, email)).id) == ["SIGNED_UP", "SUBSCRIBED", "SIGNED_IN"]


@pytest.mark.parametrize("confirms", [False, True])
async def test_a_known_address_gets_the_same_answer_and_its_owner_a_mail(
    confirms, browser, shopper, configured, mails, connection
):
    await configured(CONFIRMATION, confirms)
    row, email = await shopper(), fresh()
    before = await connection.fetchrow("SELECT count(*) c, max(version) v FROM customer WHERE email = $1", row.email)
    answers = {(await (await browser()).post(SIGN_UP, input=person(e))).content for e in (row.email, email)}
    assert len(answers) == 1
    after = await connection.fetchrow("SELECT count(*) c, max(version) v FROM customer WHERE email = $1", row.email)
    assert tuple(after) == tuple(before)
    assert [template for template, _ in await mails(row.email)] == ["signed_up_again"]
    assert [template for template, _ in await mails(email)] == ["confirm_email" if confirms else "welcome"]
    kept = await browser()
    answer = await kept.data(SIGN_IN, input={"email": row.email, "password": PASSWORD})
    assert answer["signIn"]["userErrors"] == []


async def test_the_owner_is_told_but_not_as_often_as_somebody_likes(browser, shopper, mails):
    row = await shopper()
    for _ in range(8):
        assert await (await browser()).data(SIGN_UP, input=person(row.email)) == DONE
    assert [template for template, _ in await mails(row.email)] == ["signed_up_again"]


async def test_an_address_that_nobody_proved_is_not_told(browser, mails):
    email = f"{uuid.uuid4().hex}@example.com"
    for _ in range(3):
        assert await (await browser()).data(SIGN_UP, input=person(email)) == DONE
    assert [template for template, _ in await mails(email)] == ["welcome"]


async def served_at_last(guest, given):
    """The first answer that is not the one of a machine with too much to do; that one may always be asked again."""
    async with asyncio.timeout(60):
        while (response := await guest.post(SIGN_UP, input=given)).status_code == 503:
            assert [error["extensions"]["code"] for error in response.json()["errors"]] == ["UNAVAILABLE"]
            assert response.headers["retry-after"] == "1"
    return response.json()


async def test_fifty_sign_ups_at_once_over_five_spellings_make_one_account(browser, connection):
    name = uuid.uuid4().hex
    email = f"ada.{name}@example.com"
    wide = "".join(chr(ord(c) + 0xFEE0) for c in f"ada.{name}") + "@example.com"
    spellings = [email, email.upper(), wide, f" {email} ", f"Ada.{name}@EXAMPLE.com"]
    guests = [await browser() for _ in range(50)]
    answers = await asyncio.gather(*[served_at_last(guest, person(spellings[i % 5])) for i, guest in enumerate(guests)])
    assert [answer.get("data") for answer in answers] == [DONE] * 50
    made = await connection.fetch("SELECT customer_id FROM customer_email WHERE email_normalised = $1", email)
    assert len(made) == 1
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE lower(email) LIKE $1", f"%{name}%") == 1
    assert await connection.fetchval("SELECT count(*) FROM customer_password p JOIN customer c ON c.id = p.customer_id"
                                     " WHERE lower(c.email) LIKE $1", f"%{name}%") == 1  # fmt: skip


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"email": "nobody"}, [("INVALID", ["email"])]),
        ({"email": "a" * 300 + "@example.com"}, [("TOO_LONG", ["email"])]),
        ({"firstName": " "}, [("REQUIRED", ["firstName"])]),
        ({"firstName": "x" * 256, "lastName": ""}, [("TOO_LONG", ["firstName"]), ("REQUIRED", ["lastName"])]),
        ({"firstName": "See https://example.net"}, [("INVALID", ["firstName"])]),
        ({"lastName": "A\nB"}, [("INVALID", ["lastName"])]),
        ({"dateOfBirth": "2999-01-01"}, [("INVALID", ["dateOfBirth"])]),
        ({"taxVatNumber": "1" * 51}, [("TOO_LONG", ["taxVatNumber"])]),
        ({"prefix": "1" * 41}, [("TOO_LONG", ["prefix"])]),
        ({"password": "short"}, [("INVALID", ["password"])]),
        ({"password": "password1234"}, [("INVALID", ["password"])]),
        ({"password": "x" * 257}, [("TOO_LONG", ["password"])]),
        ({"email": "no", "firstName": "", "password": ""}, [("INVALID", ["email"]), ("REQUIRED", ["firstName"]),
                                                            ("INVALID", ["password"])]),
    ],
)  # fmt: skip
async def test_what_is_refused_at_once_with_everything_else(given, errors, browser, connection):
    before = await connection.fetchval("SELECT count(*) FROM customer")
    answer = (await (await browser()).data(SIGN_UP, input=person(fresh()) | given))["signUp"]
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == errors
    assert answer["isConfirmationRequired"] is None
    assert await connection.fetchval("SELECT count(*) FROM customer") == before


@pytest.mark.parametrize(
    "field", ["groupId", "isEmailConfirmed", "status", "websiteId", "number", "version", "createdAt", "id"]
)
async def test_nothing_else_can_be_set(field, browser):
    answer = await (await browser()).answer(SIGN_UP, input=person(fresh()) | {field: "1"})
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_the_shop_decides_what_is_asked_for(browser, configured):
    await configured(SHOW_SETTINGS["prefix"], "REQUIRED")
    await configured(CHOICE_SETTINGS["prefix"], ";Ms;Mr")
    for field in ("suffix", "gender", "dateOfBirth", "taxVatNumber"):
        await configured(SHOW_SETTINGS[field], "REQUIRED")
    answer = (await (await browser()).data(SIGN_UP, input=person(fresh(), prefix="Sir")))["signUp"]
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [
        ("INVALID", ["prefix"]),
        ("REQUIRED", ["suffix"]),
        ("REQUIRED", ["gender"]),
        ("REQUIRED", ["dateOfBirth"]),
        ("REQUIRED", ["taxVatNumber"]),
    ]


async def test_the_shop_decides_the_group(browser, configured, connection):
    await configured(DEFAULT_GROUP, 3)
    email = fresh()
    await (await browser()).data(SIGN_UP, input=person(email))
    assert (await account(connection, email)).group_id == 3


async def test_an_address_to_confirm(browser, configured, mails, connection, events):
    await configured(CONFIRMATION, True)
    email, guest = fresh(), await browser()
    answer = await guest.data(SIGN_UP, input=person(email, isSubscribed=True))
    assert answer == {"signUp": {"isConfirmationRequired": True, "userErrors": []}}
    assert (await guest.data(SIGN_IN, input={"email": email, "password": PASSWORD}))["signIn"]["accessToken"] is None
    [(template, token)] = await mails(email)
    row = await account(connection, email)
    status = "SELECT status FROM newsletter_subscription WHERE customer_id = $1"
    assert (template, await connection.fetchval(status, row.id)) == ("confirm_email", "UNCONFIRMED")
    assert await guest.data(CONFIRM, input={"token": token}) == {"emailConfirm": {"isChanged": True, "userErrors": []}}
    assert await connection.fetchval(status, row.id) == "SUBSCRIBED"
    assert [template for template, _ in await mails(email)] == ["confirm_email", "email_confirmed"]
    again = await guest.data(CONFIRM, input={"token": token})
    assert again == {"emailConfirm": {"isChanged": False, "userErrors": []}}
    answer = (await guest.data(SIGN_IN, input={"email": email, "password": PASSWORD}))["signIn"]
    assert answer["userErrors"] == []
    assert await events(row.id) == [
        "SIGNED_UP",
        "SUBSCRIPTION_REQUESTED",
        "CONFIRMATION_REQUESTED",
        "EMAIL_CONFIRMED",
        "SUBSCRIBED",
        "SIGNED_IN",
    ]


EARLIER = """UPDATE email_token SET created_at = created_at - interval '3 minutes'
  WHERE customer_id = (SELECT id FROM customer WHERE email = $1)"""


async def test_another_link_replaces_the_first(browser, configured, mails, connection):
    await configured(CONFIRMATION, True)
    email, guest = fresh(), await browser()
    await guest.data(SIGN_UP, input=person(email))
    unknown = await guest.post(RESEND, input={"email": fresh()})
    too_soon = await guest.post(RESEND, input={"email": email})
    assert len(await mails(email)) == 1
    await connection.execute(EARLIER, email)
    sent = await guest.post(RESEND, input={"email": email})
    assert unknown.content == too_soon.content == sent.content
    [(_, first), (_, second)] = await mails(email)
    for token, errors in ((first, [{"code": "INVALID", "path": ["token"]}]), (second, [])):
        assert (await guest.data(CONFIRM, input={"token": token}))["emailConfirm"]["userErrors"] == errors
    await connection.execute(EARLIER, email)
    confirmed = await guest.post(RESEND, input={"email": email})
    assert confirmed.content == sent.content
    assert [template for template, _ in await mails(email)] == ["confirm_email", "confirm_email", "email_confirmed"]


async def test_a_link_ends_with_its_day_and_with_its_address(browser, configured, mails, connection):
    await configured(CONFIRMATION, True)
    for change in (
        "UPDATE email_token SET expires_at = now() WHERE customer_id = $1",
        "UPDATE customer SET email = 'moved' || email WHERE id = $1",
    ):
        email, guest = fresh(), await browser()
        await guest.data(SIGN_UP, input=person(email))
        [(_, token)] = await mails(email)
        row = await account(connection, email)
        await connection.execute(change, row.id)
        answer = await guest.data(CONFIRM, input={"token": token})
        assert answer["emailConfirm"]["userErrors"] == [{"code": "INVALID", "path": ["token"]}]
        assert not await connection.fetchval("SELECT is_email_confirmed FROM customer WHERE id = $1", row.id)


async def test_without_a_password_the_mail_brings_the_link_to_choose_one(browser, mails, connection):
    email, guest = fresh(), await browser()
    assert await guest.data(SIGN_UP, input=person(email, password=None)) == DONE
    [(template, token)] = await mails(email)
    assert template == "welcome_without_password"
    for password in ("", PASSWORD):
        answer = (await guest.data(SIGN_IN, input={"email": email, "password": password}))["signIn"]
        assert answer["accessToken"] is None
    assert await guest.data(RESET, input={"token": token, "password": PASSWORD}) == {
        "passwordReset": {"userErrors": []}
    }
    answer = (await guest.data(SIGN_IN, input={"email": email, "password": PASSWORD}))["signIn"]
    guest.token = answer["accessToken"]
    assert await is_let_in(guest)


async def test_thirty_attempts_from_one_address(browser):
    guest = await browser(address="198.51.100.77")
    answers = [await guest.answer(SIGN_UP, input=person("thirty@example.com")) for _ in range(32)]
    assert [("errors" in answer) for answer in answers] == [False] * 30 + [True] * 2
    assert answers[-1]["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    other = await browser(address="2001:db8:1:2::1")
    field = 'emailConfirm(input: {token: "1"}) { userErrors { code } }'
    together = await other.answer(f"mutation {{ a: {field} b: {field} }}")
    assert together["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    for _ in range(30):
        assert "errors" not in await other.answer(f"mutation {{ {field} }}")
    neighbour = await browser(address="2001:db8:1:2:ffff::9")
    assert "errors" in await neighbour.answer(SIGN_UP, input=person("nobody@example.com"))
