"""How often links and notices are mailed, and when they may be again. Rows are made older; no test waits."""

import datetime as dt
import uuid

import pytest

from customer_gql.core.viewer import ViewerKind
from customer_gql.security.throttle import account_key
from support.customers import customer_id
from support.shopping import EMAIL_REQUEST, PASSWORD, RESEND, RESET_REQUEST, SIGN_UP, person

BY_STAFF = (
    "mutation R($input: CustomerResetPasswordInput!) { customerResetPassword(input: $input) { userErrors { code } } }"
)


@pytest.fixture
def make_older(connection):
    async def change(table, row, **age):
        await connection.execute(
            f"UPDATE {table} SET created_at = created_at - $2::interval WHERE customer_id = $1",
            row.id,
            dt.timedelta(**age),
        )

    return change


async def test_confirmation_links_are_two_minutes_apart_and_five_an_hour(shopper, browser, mails, make_older):
    row, guest = await shopper(is_email_confirmed=False), await browser()

    async def count_after(**age):
        await make_older("email_token", row, **age)
        await guest.data(RESEND, input={"email": row.email})
        return len(await mails(row.email))

    assert [await count_after(), await count_after()] == [1, 1]
    assert [await count_after(seconds=121) for _ in range(5)] == [2, 3, 4, 5, 5]
    assert await count_after(hours=1) == 6


async def test_five_changes_of_the_address_an_hour(shopper, signed_in, make_older):
    row = await shopper()
    device = await signed_in(row)

    async def ask():
        input = {"email": f"{uuid.uuid4().hex}@example.com", "currentPassword": PASSWORD}
        errors = (await device.data(EMAIL_REQUEST, input=input))["emailChangeRequest"]["userErrors"]
        return [error["code"] for error in errors]

    assert [await ask() for _ in range(6)] == [[]] * 5 + [["LIMIT_REACHED"]]
    await make_older("email_token", row, hours=1)
    assert await ask() == []


async def test_staff_send_five_reset_links_an_hour(shopper, admin_client, make_older):
    row = await shopper()

    async def ask():
        answer = await admin_client.data(BY_STAFF, input={"id": customer_id(row)})
        return [error["code"] for error in answer["customerResetPassword"]["userErrors"]]

    assert [await ask() for _ in range(6)] == [[]] * 5 + [["LIMIT_REACHED"]]
    await make_older("password_reset", row, hours=1)
    assert await ask() == []


async def test_reset_links_are_two_minutes_apart(shopper, browser, mails, make_older):
    row, guest = await shopper(), await browser()
    for seconds, sent in ((0, 1), (0, 1), (121, 2)):
        await make_older("password_reset", row, seconds=seconds)
        await guest.data(RESET_REQUEST, input={"email": row.email})
        assert len(await mails(row.email)) == sent


@pytest.mark.parametrize(
    ("document", "counter", "minutes", "limit"),
    [(RESEND, "confirmed already", 2, 1), (SIGN_UP, "told", 60, 5)],
    ids=["confirmed", "signed up"],
)
async def test_a_notice_to_an_owner_is_counted_for_a_while(
    document, counter, minutes, limit, shopper, browser, connection
):
    row = await shopper()
    given = person(row.email) if document is SIGN_UP else {"email": row.email}
    for _ in range(limit + 2):
        await (await browser()).data(document, input=given)
    key = account_key(ViewerKind.CUSTOMER, counter, row.email, scope=1)
    counted = await connection.fetchrow("SELECT count, until - now() AS left FROM throttle WHERE key_hash = $1", key)
    assert counted.count == limit
    assert dt.timedelta(minutes=minutes / 2) < counted.left <= dt.timedelta(minutes=minutes)
