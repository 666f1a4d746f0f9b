"""An address changed by staff: the former owner gets in no more, the new one chooses a password, and a link to the old
address undoes it for a day."""

import asyncio
import uuid

import pytest

from customer_gql.core.permissions import ALL_PERMISSIONS, Permission
from customer_gql.customers.accounts.cleanup import CUSTOMER_EXPIRIES
from customer_gql.customers.accounts.registration.settings import EMAIL_CONFIRMATION
from customer_gql.database.expired_rows import delete_expired_batch
from support.customers import customer_id, make_address
from support.shopping import (
    ANOTHER,
    EMAIL_REQUEST,
    PASSWORD,
    REFRESH,
    RESET,
    RESET_REQUEST,
    SIGN_IN,
    SIGN_UP,
    is_let_in,
    person,
)
from support.staff import staff_client

EDIT = """mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) {
  changedFields customer { email isEmailConfirmed } userErrors { code path } } }"""
UNDO = "mutation U($input: EmailTokenInput!) { emailChangeUndo(input: $input) { userErrors { code key path } } }"
DEAD, USED = (
    {"emailChangeUndo": {"userErrors": [{"code": "INVALID", "key": f"email_link.{reason}", "path": ["token"]}]}}
    for reason in ("invalid", "used")
)
DONE = {"emailChangeUndo": {"userErrors": []}}
ROW = "SELECT email, is_email_confirmed, email_verified_at FROM customer WHERE id = $1"


def fresh():
    return f"{uuid.uuid4().hex}@example.com"


async def change_address(staff, row, email):
    answer = (await staff.data(EDIT, input={"id": customer_id(row), "email": email}))["customerQuickEdit"]
    assert (answer["changedFields"], answer["userErrors"]) == (["email"], [])


async def mailed(mails, email, template):
    return [token for name, token in await mails(email) if name == template][-1]


async def signs_in(browser, email, password):
    answer = (await (await browser()).data(SIGN_IN, input={"email": email, "password": password}))["signIn"]
    return answer["accessToken"] is not None


async def test_all_that_let_the_former_owner_in_ends(shopper, signed_in, browser, admin_client, mails, connection):
    row, new = await shopper(), fresh()
    device = await signed_in(row)
    await device.data(EMAIL_REQUEST, input={"email": fresh(), "currentPassword": PASSWORD})
    await (await browser()).data(RESET_REQUEST, input={"email": row.email})
    reset = await mailed(mails, row.email, "password_reset")
    await change_address(admin_client, row, new)
    assert not await is_let_in(device)
    renewed = await (await browser()).data(REFRESH, input={"refreshToken": device.refresh})
    assert renewed["tokenRefresh"]["accessToken"] is None
    answer = await (await browser()).data(RESET, input={"token": reset, "password": ANOTHER})
    assert answer["passwordReset"]["userErrors"] == [{"code": "INVALID", "path": ["token"]}]
    assert [await signs_in(browser, email, PASSWORD) for email in (row.email, new)] == [False, False]
    opened = "SELECT count(*) FROM email_token WHERE customer_id = $1 AND used_at IS NULL AND revoked_at IS NULL"
    assert await connection.fetchval(opened, row.id) == 0


async def test_the_new_address_chooses_a_password_and_loses_nothing(shopper, browser, admin_client, mails, connection):
    row, new = await shopper(allows_remote_assistance=True), fresh()
    await make_address(connection, row, is_default_billing=True)
    await change_address(admin_client, row, new)
    stored = await connection.fetchrow(ROW, row.id)
    assert tuple(stored) == (new, True, None)
    token = await mailed(mails, new, "email_changed_by_staff")
    answer = await (await browser()).data(RESET, input={"token": token, "password": ANOTHER})
    assert answer["passwordReset"]["userErrors"] == []
    assert await signs_in(browser, new, ANOTHER)
    stored = await connection.fetchrow(ROW, row.id)
    assert stored.email_verified_at is not None
    kept = "SELECT count(*) FROM address WHERE customer_id = $1 AND is_default_billing"
    assert await connection.fetchval(kept, row.id) == 1
    assert await connection.fetchval("SELECT allows_remote_assistance FROM customer WHERE id = $1", row.id)


async def test_where_addresses_are_confirmed_it_is_not(shopper, browser, admin_client, configured, mails, connection):
    await configured(EMAIL_CONFIRMATION, True)
    row, new = await shopper(), fresh()
    await change_address(admin_client, row, new)
    assert tuple(await connection.fetchrow(ROW, row.id)) == (new, False, None)
    token = await mailed(mails, new, "email_changed_by_staff")
    await (await browser()).data(RESET, input={"token": token, "password": ANOTHER})
    assert await signs_in(browser, new, ANOTHER)


async def test_writing_customers_is_not_enough(http, shopper, signed_in, connection, mails):
    row = await shopper()
    device = await signed_in(row)
    clerk = await staff_client(http, connection, ALL_PERMISSIONS - {Permission.CUSTOMERS_CHANGE_EMAIL})
    answer = await clerk.answer(EDIT, input={"id": customer_id(row), "email": fresh()})
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.change_email"}
    assert (await connection.fetchrow(ROW, row.id)).email == row.email
    assert await is_let_in(device)
    assert await mails(row.email) == []


@pytest.mark.parametrize(("role", "may"), [("administrator", True), ("support", True), ("viewer", False)])
async def test_stock_roles(role, may, connection):
    permissions = await connection.fetchval("SELECT permissions FROM staff_role WHERE name = $1", role)
    assert ("customers.change_email" in permissions) == may


async def test_the_old_address_undoes_it(shopper, signed_in, browser, admin_client, mails, connection, events):
    row, new = await shopper(), fresh()
    await change_address(admin_client, row, new)
    choose = await mailed(mails, new, "email_changed_by_staff")
    await (await browser()).data(RESET, input={"token": choose, "password": ANOTHER})
    thief = await browser()
    grant = (await thief.data(SIGN_IN, input={"email": new, "password": ANOTHER}))["signIn"]
    thief.token = grant["accessToken"]
    assert await is_let_in(thief)
    token = await mailed(mails, row.email, "email_change_undo")
    assert token.startswith("cgu_")
    assert await (await browser()).data(UNDO, input={"token": token}) == DONE
    assert not await is_let_in(thief)
    assert await connection.fetchval("SELECT count(*) FROM known_device WHERE owner_id = $1", row.id) == 0
    stored = await connection.fetchrow(ROW, row.id)
    assert (stored.email, stored.is_email_confirmed) == (row.email, True)
    assert stored.email_verified_at is not None
    assert await signs_in(browser, row.email, PASSWORD)
    assert not await signs_in(browser, new, ANOTHER)
    assert "EMAIL_CHANGE_UNDONE" in await events(row.id)
    assert await (await browser()).data(UNDO, input={"token": token}) == USED
    # The address that staff had set is free again.
    await (await browser()).data(SIGN_UP, input=person(new))
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE email = $1", new) == 1


async def test_of_two_changes_the_first_undo_ends_the_second(shopper, browser, admin_client, mails, connection):
    row, second, third = await shopper(), fresh(), fresh()
    await change_address(admin_client, row, second)
    await change_address(admin_client, row, third)
    first, later = [await mailed(mails, email, "email_change_undo") for email in (row.email, second)]
    guest = await browser()
    assert await guest.data(UNDO, input={"token": first}) == DONE
    assert await guest.data(UNDO, input={"token": later}) == USED
    assert (await connection.fetchrow(ROW, row.id)).email == row.email
    assert await signs_in(browser, row.email, PASSWORD)


async def test_the_link_works_once_and_for_a_day(shopper, browser, admin_client, mails, connection):
    row = await shopper()
    await change_address(admin_client, row, fresh())
    token = await mailed(mails, row.email, "email_change_undo")
    guests = [await browser() for _ in range(6)]
    answers = await asyncio.gather(*[guest.data(UNDO, input={"token": token}) for guest in guests])
    assert sorted(answer == DONE for answer in answers) == [False] * 5 + [True]
    other = await shopper()
    await change_address(admin_client, other, fresh())
    late = await mailed(mails, other.email, "email_change_undo")
    lifetime = "SELECT expires_at - created_at FROM email_change_undo WHERE customer_id = $1"
    assert (await connection.fetchval(lifetime, other.id)).total_seconds() == 24 * 3600
    await connection.execute("UPDATE email_change_undo SET expires_at = now() WHERE customer_id = $1", other.id)
    assert await (await browser()).data(UNDO, input={"token": late}) == DEAD


async def test_the_old_address_is_reserved_for_a_day(shopper, browser, admin_client, connection):
    row, other = await shopper(), await shopper()
    await change_address(admin_client, row, fresh())
    await (await browser()).data(SIGN_UP, input=person(row.email))
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE email = $1", row.email) == 0
    taken = (await admin_client.data(EDIT, input={"id": customer_id(other), "email": row.email}))["customerQuickEdit"]
    assert taken["userErrors"] == [{"code": "TAKEN", "path": ["email"]}]
    over = "UPDATE customer_email SET reserved_until = now() WHERE email_normalised = $1"
    await connection.execute(over, row.email.lower())
    await (await browser()).data(SIGN_UP, input=person(row.email))
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE email = $1", row.email) == 1


async def test_staff_may_change_it_back_and_a_reservation_that_is_over_goes(shopper, admin_client, connection):
    row, new = await shopper(), fresh()
    await change_address(admin_client, row, new)
    await change_address(admin_client, row, row.email)
    claims = "SELECT email_normalised, reserved_until IS NULL FROM customer_email WHERE customer_id = $1"
    assert {tuple(claim) for claim in await connection.fetch(claims, row.id)} == {(row.email, True), (new, False)}
    over = "UPDATE customer_email SET reserved_until = now() - interval '1 second' WHERE email_normalised = $1"
    await connection.execute(over, new)
    now = await connection.fetchval("SELECT clock_timestamp()")
    await delete_expired_batch(connection, CUSTOMER_EXPIRIES, now)
    assert {tuple(claim) for claim in await connection.fetch(claims, row.id)} == {(row.email, True)}


async def test_the_first_proof_by_an_undo_brings_back_no_password_of_a_stranger(
    browser, admin_client, mails, connection
):
    """Somebody signed up with a mailbox that is not theirs; its owner proves it by the link that undoes a change."""
    email = fresh()
    await (await browser()).data(SIGN_UP, input=person(email))
    row = await connection.fetchrow("SELECT * FROM customer WHERE email = $1", email)
    await connection.execute("UPDATE customer SET allows_remote_assistance = true WHERE id = $1", row.id)
    await change_address(admin_client, row, fresh())
    undo = await mailed(mails, email, "email_change_undo")
    assert await (await browser()).data(UNDO, input={"token": undo}) == DONE
    assert not await signs_in(browser, email, PASSWORD)
    kept = await connection.fetchrow("SELECT email, allows_remote_assistance FROM customer WHERE id = $1", row.id)
    assert (kept.email, kept.allows_remote_assistance) == (email, False)


async def test_a_dry_run_tells_nobody_what_is_masked(http, shopper, connection):
    row = await shopper(tax_vat_number="DE123456789")
    clerk = await staff_client(http, connection, [Permission.CUSTOMERS_WRITE, Permission.CUSTOMERS_READ])
    document = """mutation Q($input: CustomerQuickEditInput!) {
      customerQuickEdit(input: $input, dryRun: true) { changedFields } }"""
    guessed = await clerk.answer(document, input={"id": customer_id(row), "taxVatNumber": "DE123456789"})
    assert guessed["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.pii"}
    other = await clerk.data(document, input={"id": customer_id(row), "groupId": "grp_0000000000000002"})
    assert other["customerQuickEdit"]["changedFields"] == ["groupId"]
