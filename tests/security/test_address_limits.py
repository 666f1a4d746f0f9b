"""What one network address may try, as customer and as staff: the limit is told openly, and right attempts are free."""

import uuid

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.settings import AdminSettings, StorefrontSettings
from support.clients import Client, served
from support.devices import any_address
from support.identities import PASSWORD, StaffIdentity
from support.shopping import RESET, RESET_REQUEST, SIGN_UP

SETTINGS = {"storefront": StorefrontSettings, "admin": AdminSettings}
SIGN_IN = "mutation I($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { code key path } } }"
CONFIRM = "mutation C($input: EmailTokenInput!) { emailConfirm(input: $input) { userErrors { code } } }"
INVITE = "mutation I($input: StaffUserInput!) { staffInvite(input: $input) { userErrors { code } } }"
SET = "mutation S($input: StaffPasswordSetInput!) { staffPasswordSet(input: $input) { isSet userErrors { code } } }"


async def guess(identity, device, email=None, password="wrong"):
    """The whole answer to a sign-in."""
    input = {"email": email or f"{uuid.uuid4().hex}@example.com", "password": password}
    return await device.answer(identity.sign_in_document, input=input)


def is_limited(answer, seconds=300):
    """Whether the answer is the open refusal of an address, with the seconds to wait."""
    if "errors" not in answer:
        return False
    (error,) = answer["errors"]
    wait = error["extensions"]["retryAfter"]
    assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfter": wait}
    assert 0 < wait <= seconds
    assert error["message"] == f"Too many attempts came from this network address. Try again in {wait} s."
    return True


async def test_right_sign_ins_of_an_office_do_not_count(identity):
    person, device = await identity.make_person(), await identity.device(address=any_address())
    for _ in range(35):
        assert await identity.sign_in_on(device, person.email)
    for _ in range(30):
        assert not is_limited(await guess(identity, device))
    assert is_limited(await guess(identity, device))
    assert is_limited(await guess(identity, device, person.email, PASSWORD))


async def test_the_right_password_of_an_account_not_confirmed_does_not_count(shopper, browser):
    """It is told what is missing, so it is no guess: neither the address nor the account is closed by it."""
    row, guest = await shopper(is_email_confirmed=False), await browser(address=any_address())
    for _ in range(35):
        answer = await guest.answer(SIGN_IN, input={"email": row.email, "password": PASSWORD})
        [error] = answer["data"]["signIn"]["userErrors"]
        assert (error["code"], error["key"], error["path"]) == ("NOT_ALLOWED", "account.email_not_confirmed", ["email"])
    for _ in range(30):
        assert not is_limited(await guest.answer(SIGN_IN, input={"email": row.email, "password": "wrong"}))
    assert is_limited(await guest.answer(SIGN_IN, input={"email": row.email, "password": PASSWORD}))


async def test_the_right_password_in_an_open_session_does_not_count(identity):
    person, address = await identity.make_person(), any_address()
    here = await identity.device(await identity.sign_in(person.email), address=address)
    old, new = PASSWORD, "another phrase of many words"
    for _ in range(31):
        assert await identity.change_password(here, old, new) == []
        old, new = new, old
    for _ in range(30):
        await guess(identity, here)
    input = {identity.current_password: old, "newPassword": new}
    answer = await here.answer(identity.change_document, input=input)
    # Sessions of staff are counted by themselves, so that nobody behind the same address keeps their owner out.
    assert is_limited(answer) is not isinstance(identity, StaffIdentity)


@pytest.mark.parametrize("name", ["address_attempts", "address_seconds"])
async def test_the_numbers_are_settings_of_each_endpoint(name, identity, settings, database):
    person = await identity.make_person()
    audience = "admin" if isinstance(identity, StaffIdentity) else "storefront"
    limits = SETTINGS[audience](address_attempts=3, address_seconds=7)
    async with served(settings.model_copy(update={audience: limits}), database) as http:
        device = Client(http, identity.path, None)
        for _ in range(3):
            assert not is_limited(await guess(identity, device))
        assert is_limited(await guess(identity, device, person.email, PASSWORD), seconds=7)


async def test_links_that_work_do_not_count_and_guesses_at_links_do(browser, mails, connection, shopper):
    guest = await browser(address=any_address())
    for _ in range(3):
        row = await shopper()
        await guest.data(RESET_REQUEST, input={"email": row.email})
        [(_, token)] = await mails(row.email)
        answer = await guest.data(RESET, input={"token": token, "password": "another phrase of many words"})
        assert answer["passwordReset"]["userErrors"] == []
    for _ in range(30):
        assert not is_limited(await guest.answer(CONFIRM, input={"token": "cge_guess"}))
    assert is_limited(await guest.answer(RESET, input={"token": "cgp_guess", "password": PASSWORD}))
    person = {"email": "nobody@example.com", "password": PASSWORD, "firstName": "Grace", "lastName": "Hopper"}
    assert is_limited(await guest.answer(SIGN_UP, input=person))


async def test_guesses_at_invitations_count_and_an_invitation_that_works_does_not(
    browser, connection, admin_client, mails, password_hash, settled
):
    staff = StaffIdentity(browser, connection, password_hash, settled)
    guest = await browser(path="/admin/graphql", address=any_address())
    for _ in range(2):
        person = await staff.make_person()
        await admin_client.data(INVITE, input={"id": encode_id("stf", person.id)})
        token = (await mails(person.email))[-1][1]
        answer = await guest.data(SET, input={"token": token, "password": "another phrase of many words"})
        assert answer["staffPasswordSet"] == {"isSet": True, "userErrors": []}
    for _ in range(30):
        assert not is_limited(await guest.answer(SET, input={"token": "cgi_guess", "password": PASSWORD}))
    assert is_limited(await guest.answer(SET, input={"token": "cgi_guess", "password": PASSWORD}))
