"""A new password by a link or by the old one, and a new address."""

import asyncio
import uuid

import pytest

from customer_gql.customers.accounts.recovery.settings import MINUTES_BETWEEN_RESETS, PROTECTION
from customer_gql.customers.accounts.registration.settings import DELETION
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS
from support.customers import customer_id
from support.shopping import (
    ANOTHER,
    CHANGE,
    DELETE,
    EMAIL_CONFIRM,
    EMAIL_REQUEST,
    PASSWORD,
    RESET,
    RESET_REQUEST,
    SIGN_IN,
    is_let_in,
)

DEAD = {"passwordReset": {"userErrors": [{"code": "INVALID", "path": ["token"]}]}}
ASKED = {"passwordResetRequest": {"userErrors": []}}
DONE = {"passwordReset": {"userErrors": []}}


@pytest.fixture
def link(browser, mails):
    """The token a reset mail brings."""

    async def asked(row):
        answer = await (await browser()).data(RESET_REQUEST, input={"email": row.email})
        assert answer == ASKED
        return [token for template, token in await mails(row.email) if template == "password_reset"][-1]

    return asked


async def signs_in(browser, email, password):
    return (await (await browser()).data(SIGN_IN, input={"email": email, "password": password}))["signIn"][
        "accessToken"
    ]


async def test_a_link_changes_the_password_once_and_ends_every_session(
    link, shopper, signed_in, browser, mails, events
):
    row = await shopper()
    device = await signed_in(row)
    token = await link(row)
    guest = await browser()
    assert await guest.data(RESET, input={"token": token, "password": ANOTHER}) == DONE
    assert await guest.data(RESET, input={"token": token, "password": PASSWORD}) == DEAD
    assert not await is_let_in(device)
    assert await signs_in(browser, row.email, PASSWORD) is None
    assert await signs_in(browser, row.email, ANOTHER)
    assert [template for template, _ in await mails(row.email)] == ["password_reset", "password_changed"]
    assert await events(row.id) == ["SIGNED_IN", "PASSWORD_RESET_REQUESTED", "PASSWORD_RESET", "SIGNED_IN"]


async def test_of_twenty_uses_at_once_one_succeeds(link, shopper, browser):
    row = await shopper()
    token, guests = await link(row), [await browser() for _ in range(20)]
    answers = await asyncio.gather(
        *[guest.data(RESET, input={"token": token, "password": f"{ANOTHER} {i}"}) for i, guest in enumerate(guests)]
    )
    assert sorted(answers, key=str) == sorted([DONE] + [DEAD] * 19, key=str)
    winner = answers.index(DONE)
    assert await signs_in(browser, row.email, f"{ANOTHER} {winner}")


async def test_only_the_newest_link_works_and_only_while_the_address_is_the_same(
    link, shopper, browser, connection, configured
):
    await configured(MINUTES_BETWEEN_RESETS, 0)
    row, guest = await shopper(), await browser()
    first, second = await link(row), await link(row)
    assert await guest.data(RESET, input={"token": first, "password": ANOTHER}) == DEAD
    await connection.execute("UPDATE customer SET email = 'moved' || email WHERE id = $1", row.id)
    assert await guest.data(RESET, input={"token": second, "password": ANOTHER}) == DEAD
    await connection.execute("UPDATE customer SET email = $2 WHERE id = $1", row.id, row.email)
    await connection.execute("UPDATE password_reset SET created_at = now() - interval '1 day', expires_at = now()"
                             " WHERE customer_id = $1", row.id)  # fmt: skip
    assert await guest.data(RESET, input={"token": second, "password": ANOTHER}) == DEAD
    assert await guest.data(RESET, input={"token": "cgr_none", "password": ANOTHER}) == DEAD
    assert await signs_in(browser, row.email, PASSWORD)


async def test_a_refused_password_leaves_the_link_alone(link, shopper, browser):
    row, guest = await shopper(), await browser()
    token = await link(row)
    for password in ("short", "password1234", f"{row.first_name}{row.last_name}-12", "x" * 257):
        answer = await guest.data(RESET, input={"token": token, "password": password})
        assert answer["passwordReset"]["userErrors"][0]["path"] == ["password"]
    assert await guest.data(RESET, input={"token": token, "password": ANOTHER}) == DONE


async def test_unknown_and_too_often_get_the_same_answer_and_no_mail(browser, shopper, mails, connection):
    orphans = "SELECT count(*) FROM password_reset WHERE customer_id NOT IN (SELECT id FROM customer)"
    before = await connection.fetchval(orphans)
    row = await shopper()
    answers = {(await (await browser()).post(RESET_REQUEST, input={"email": e})).content for e in
               ("nobody@example.com", row.email, row.email)}  # fmt: skip
    assert (len(answers), len(await mails(row.email))) == (1, 1)
    for _ in range(7):
        await connection.execute("UPDATE password_reset SET created_at = created_at - interval '3 minutes'"
                                 " WHERE customer_id = $1", row.id)  # fmt: skip
        await (await browser()).data(RESET_REQUEST, input={"email": row.email})
    assert len(await mails(row.email)) == 5
    assert await connection.fetchval(orphans) == before
    hour = "UPDATE password_reset SET created_at = created_at - interval '1 hour' WHERE customer_id = $1"
    await connection.execute(hour, row.id)
    await (await browser()).data(RESET_REQUEST, input={"email": row.email})
    assert len(await mails(row.email)) == 6  # the limit is one of an hour


async def test_one_address_asks_for_the_mails_of_an_office_and_is_told_when_it_asks_too_often(
    browser, shopper, mails, configured
):
    """A refusal names the seconds to wait and is the same for an address without an account."""
    guest, rows = await browser(), [await shopper() for _ in range(3)]
    await configured(DECLARED_SETTINGS["accounts.resets_per_hour_of_address"], 2)
    for row in rows[:2]:
        assert await guest.data(RESET_REQUEST, input={"email": row.email}) == ASKED
    for email in (rows[2].email, "nobody@example.com"):
        (error,) = (await guest.answer(RESET_REQUEST, input={"email": email}))["errors"]
        assert error["extensions"]["code"] == "RATE_LIMITED"
        assert 3500 < error["extensions"]["retryAfter"] <= 3600
        assert error["message"].endswith(f"Try again in {error['extensions']['retryAfter']} s.")
    assert [len(await mails(row.email)) for row in rows] == [1, 1, 0]
    await configured(PROTECTION, "BY_EMAIL")
    assert await guest.data(RESET_REQUEST, input={"email": rows[2].email}) == ASKED
    await guest.data(RESET_REQUEST, input={"email": rows[0].email})
    assert [len(await mails(row.email)) for row in rows] == [1, 1, 1]  # the account still counts
    await configured(PROTECTION, "NONE")
    await guest.data(RESET_REQUEST, input={"email": rows[0].email})
    assert [len(await mails(row.email)) for row in rows] == [2, 1, 1]


async def test_a_list_where_an_address_is_expected(browser, shopper, mails):
    row = await shopper()
    for email in ([row.email, "thief@example.com"], f"{row.email},thief@example.com"):
        answer = await (await browser()).answer(RESET_REQUEST, input={"email": email})
        assert "errors" in answer or answer["data"]["passwordResetRequest"]["userErrors"]
    assert await mails(row.email) == await mails("thief@example.com") == []


@pytest.mark.parametrize(("keeps", "left"), [(False, [True, False]), (True, [True, True])])
async def test_with_the_old_password(keeps, left, shopper, signed_in, browser, mails, events):
    row = await shopper()
    devices = [await signed_in(row), await signed_in(row)]
    input = {"currentPassword": PASSWORD, "newPassword": ANOTHER, "keepOtherSessions": keeps}
    answer = await devices[0].data(CHANGE, input=input)
    assert answer == {"passwordChange": {"endedSessionCount": left.count(False), "userErrors": []}}
    assert [await is_let_in(device) for device in devices] == left
    assert await signs_in(browser, row.email, ANOTHER)
    assert await mails(row.email) == [("password_changed", None)]
    assert "PASSWORD_CHANGED" in await events(row.id)


async def test_who_may_not_change_the_password(shopper, signed_in, browser, connection):
    row = await shopper()
    device, guest = await signed_in(row), await browser()
    before = await connection.fetchval("SELECT hash FROM customer_password WHERE customer_id = $1", row.id)
    input = {"currentPassword": "wrong", "newPassword": ANOTHER}
    answer = await device.data(CHANGE, input=input)
    assert answer["passwordChange"]["userErrors"] == [{"code": "INVALID", "path": ["currentPassword"]}]
    answer = await device.data(CHANGE, input={"currentPassword": PASSWORD, "newPassword": "short"})
    assert answer["passwordChange"]["userErrors"] == [{"code": "INVALID", "path": ["newPassword"]}]
    assert (await guest.answer(CHANGE, input=input))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert await connection.fetchval("SELECT hash FROM customer_password WHERE customer_id = $1", row.id) == before


async def test_guesses_of_the_current_password_count_like_those_at_sign_in(shopper, signed_in, browser):
    row = await shopper()
    device = await signed_in(row)
    for _ in range(5):
        await device.data(CHANGE, input={"currentPassword": "wrong", "newPassword": ANOTHER})
    answer = await device.data(CHANGE, input={"currentPassword": PASSWORD, "newPassword": ANOTHER})
    assert answer["passwordChange"]["userErrors"] == [{"code": "INVALID", "path": ["currentPassword"]}]
    assert await signs_in(browser, row.email, PASSWORD) is None
    assert await is_let_in(device)  # a lock ends no session


async def test_another_address(shopper, signed_in, browser, mails, connection, events):
    row, new = await shopper(), f"New.{uuid.uuid4().hex}@example.com"
    device, other = await signed_in(row), await signed_in(row)
    answer = await device.data(EMAIL_REQUEST, input={"email": new, "currentPassword": PASSWORD})
    assert answer == {"emailChangeRequest": {"userErrors": []}}
    [(template, token)] = await mails(new)
    assert (template, await mails(row.email)) == ("email_change_confirm", [])
    assert (await device.data("{ me { email } }"))["me"]["email"] == row.email
    done = {"emailChangeConfirm": {"isChanged": True, "userErrors": []}}
    assert await device.data(EMAIL_CONFIRM, input={"token": token}) == done
    assert [await is_let_in(client) for client in (device, other)] == [False, False]
    assert await signs_in(browser, row.email, PASSWORD) is None
    assert await signs_in(browser, new.lower(), PASSWORD)
    assert [template for template, _ in await mails(row.email)] == ["email_changed"]
    assert [template for template, _ in await mails(new)] == ["email_change_confirm", "email_changed"]
    assert (await events(row.id))[1:3] == ["SIGNED_IN", "EMAIL_CHANGE_REQUESTED"]
    claims = await connection.fetch("SELECT email_normalised FROM customer_email WHERE customer_id = $1", row.id)
    assert [claim.email_normalised for claim in claims] == [new.lower()]


async def test_a_known_address_answers_alike_and_its_owner_is_told(shopper, signed_in, mails):
    row, owner = await shopper(), await shopper()
    device = await signed_in(row)
    answers = {
        (await device.post(EMAIL_REQUEST, input={"email": email, "currentPassword": PASSWORD})).content
        for email in (owner.email, f"{uuid.uuid4().hex}@example.com")
    }
    assert len(answers) == 1
    assert await mails(owner.email) == [("signed_up_again", None)]


async def test_nobody_else_confirms_it_and_not_when_the_address_was_taken(
    shopper, signed_in, mails, connection, browser
):
    row, thief = await shopper(), await shopper()
    device, other = await signed_in(row), await signed_in(thief)
    new = f"{uuid.uuid4().hex}@example.com"
    await device.data(EMAIL_REQUEST, input={"email": new, "currentPassword": PASSWORD})
    [(_, token)] = await mails(new)
    dead = {"emailChangeConfirm": {"isChanged": False, "userErrors": [{"code": "INVALID", "path": ["token"]}]}}
    assert await other.data(EMAIL_CONFIRM, input={"token": token}) == dead
    assert (await (await browser()).answer(EMAIL_CONFIRM, input={"token": token}))["errors"]
    await connection.execute("INSERT INTO customer_email VALUES ($1, 1, $2)", new, thief.id)
    assert await device.data(EMAIL_CONFIRM, input={"token": token}) == dead
    stored = await connection.fetch("SELECT email FROM customer WHERE id = ANY($1)", [row.id, thief.id])
    assert {found.email for found in stored} == {row.email, thief.email}
    assert await is_let_in(device)


async def test_address_change_needs_the_password_and_has_a_limit(shopper, signed_in, mails):
    row, new = await shopper(), f"{uuid.uuid4().hex}@example.com"
    device = await signed_in(row)
    answer = await device.data(EMAIL_REQUEST, input={"email": new, "currentPassword": "wrong"})
    assert answer["emailChangeRequest"]["userErrors"] == [{"code": "INVALID", "path": ["currentPassword"]}]
    answer = await device.data(EMAIL_REQUEST, input={"email": "nowhere", "currentPassword": PASSWORD})
    assert answer["emailChangeRequest"]["userErrors"] == [{"code": "INVALID", "path": ["email"]}]
    for _ in range(6):
        answer = await device.data(EMAIL_REQUEST, input={"email": new, "currentPassword": PASSWORD})
    assert answer["emailChangeRequest"]["userErrors"] == [{"code": "LIMIT_REACHED", "path": ["email"]}]
    assert len(await mails(new)) == 5


async def test_leaving_for_good(shopper, signed_in, browser, mails, connection, events):
    row = await shopper()
    device, other = await signed_in(row), await signed_in(row)
    wrong = await device.data(DELETE, input={"currentPassword": "wrong"})
    assert wrong["meDeleteRequest"] == {
        "isDeleted": False,
        "userErrors": [{"code": "INVALID", "path": ["currentPassword"]}],
    }
    assert await device.data(DELETE, input={"currentPassword": PASSWORD}) == {
        "meDeleteRequest": {"isDeleted": True, "userErrors": []}
    }
    assert [await is_let_in(client) for client in (device, other)] == [False, False]
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE id = $1", row.id) == 0
    assert await mails(row.email) == [("account_deleted", None)]
    assert (await events(row.id))[-1] == "DELETED"
    assert await signs_in(browser, row.email, PASSWORD) is None


async def test_a_companys_admin_stays_and_a_shop_may_want_to_decide(shopper, signed_in, connection, configured, events):
    admin = await shopper(customer_type="COMPANY_ADMIN")
    device = await signed_in(admin)
    answer = await device.data(DELETE, input={"currentPassword": PASSWORD})
    assert answer["meDeleteRequest"] == {"isDeleted": False, "userErrors": [{"code": "NOT_ALLOWED", "path": None}]}
    await configured(DELETION, "BY_STAFF")
    row = await shopper()
    device = await signed_in(row)
    answer = await device.data(DELETE, input={"currentPassword": PASSWORD})
    assert answer == {"meDeleteRequest": {"isDeleted": False, "userErrors": []}}
    assert (await events(row.id))[-1] == "DELETION_REQUESTED"
    assert (await device.data("{ me { id } }"))["me"]["id"] == customer_id(row)
