"""An impersonation ends with the right to it, at the next request, and its attempts at what is closed are recorded."""

import asyncio
import itertools
import json

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS, Permission
from customer_gql.customers.accounts.sessions.settings import LOGIN_AS_CUSTOMER
from support.clients import Client
from support.customers import customer_id, forget_repeated_addresses
from support.impersonating import LOGIN_AS, code_for
from support.races import stop_before
from support.shopping import CHANGE, EXCHANGE, PASSWORD, RESET, RESET_REQUEST, SIGN_OUT, is_let_in
from support.staff import make_role, make_staff, make_website, session_of

UPDATE = """mutation M($input: MeUpdateInput!) { meUpdate(input: $input) {
  changedFields userErrors { code path } } }"""
DEACTIVATE = "mutation D($input: StaffUserInput!) { staffDeactivate(input: $input) { userErrors { code } } }"
ACTIVATE = "mutation A($input: StaffUserInput!) { staffActivate(input: $input) { userErrors { code } } }"
FORCE = "mutation F($input: StaffUserInput!) { staffForceSignIn(input: $input) { userErrors { code } } }"
FORCE_CUSTOMER = (
    "mutation F($input: CustomerForceSignInInput!) { customerForceSignIn(input: $input) { userErrors { code } } }"
)
ASSIGN = "mutation U($input: StaffUpdateInput!) { staffUpdate(input: $input) { userErrors { code } } }"
ROLE = "mutation R($input: StaffRoleUpdateInput!) { staffRoleUpdate(input: $input) { userErrors { code } } }"


@pytest.fixture
async def helper(http, connection):
    """A member of staff who may sign in as customers."""
    user = await make_staff(connection, await make_role(connection))
    client = Client(http, "/admin/graphql", await session_of(connection, user.id))
    setattr(client, "user", user)  # noqa: B010
    return client


@pytest.fixture
async def assisted(shopper, acting_as, helper):
    row = await shopper(allows_remote_assistance=True)
    client = await acting_as(row, staff=helper)
    client.row = row
    return client


async def ended_events(connection, row):
    return await connection.fetch(
        "SELECT actor FROM customer_event WHERE customer_id = $1 AND kind = 'IMPERSONATION_ENDED'", row.id
    )


async def role_of(connection, staff_id):
    return await connection.fetchval("SELECT role_id FROM staff_user WHERE id = $1", staff_id)


async def by_deactivation(admin, connection, helper):
    return DEACTIVATE, {"id": encode_id("stf", helper.user.id)}


async def by_force(admin, connection, helper):
    return FORCE, {"id": encode_id("stf", helper.user.id)}


async def by_another_role(admin, connection, helper):
    weaker = await make_role(connection, ALL_PERMISSIONS - {Permission.CUSTOMERS_IMPERSONATE})
    return ASSIGN, {"id": encode_id("stf", helper.user.id), "roleId": encode_id("rol", weaker)}


async def by_a_smaller_role(admin, connection, helper):
    kept = [p.name for p in Permission if p is not Permission.CUSTOMERS_IMPERSONATE]
    return ROLE, {"id": encode_id("rol", await role_of(connection, helper.user.id)), "permissions": kept}


async def by_other_websites(admin, connection, helper):
    elsewhere = encode_id("web", await make_website(connection))
    return ROLE, {"id": encode_id("rol", await role_of(connection, helper.user.id)), "websiteIds": [elsewhere]}


@pytest.mark.parametrize(
    "way",
    [by_deactivation, by_force, by_another_role, by_a_smaller_role, by_other_websites],
    ids=lambda way: way.__name__,
)
async def test_it_ends_when_staff_lose_the_right(way, assisted, helper, admin_client, connection):
    assert await is_let_in(assisted)
    document, input = await way(admin_client, connection, helper)
    [answer] = (await admin_client.data(document, input=input)).values()
    assert answer == {"userErrors": []}
    assert not await is_let_in(assisted)
    refused = await assisted.post(UPDATE, input={"firstName": "Augusta"})
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    assert await connection.fetchval("SELECT first_name FROM customer WHERE id = $1", assisted.row.id) != "Augusta"
    assert [event.actor for event in await ended_events(connection, assisted.row)] == ["SYSTEM"]


async def test_it_does_not_come_back_with_the_right(assisted, helper, admin_client):
    id = encode_id("stf", helper.user.id)
    await admin_client.data(DEACTIVATE, input={"id": id})
    await admin_client.data(ACTIVATE, input={"id": id})
    assert not await is_let_in(assisted)


async def test_it_ends_when_the_customer_withdraws_the_consent(assisted, signed_in, connection):
    device = await signed_in(assisted.row)
    for allowed in (False, True):
        await device.data(UPDATE, input={"allowsRemoteAssistance": allowed})
    assert [await is_let_in(assisted), await is_let_in(device)] == [False, True]
    assert [event.actor for event in await ended_events(connection, assisted.row)] == ["CUSTOMER"]


async def test_it_ends_when_the_customer_signs_out_everywhere(assisted, signed_in, helper, browser, connection):
    device = await signed_in(assisted.row)
    await device.data(SIGN_OUT, input={"all": False})
    assert await is_let_in(assisted)
    device, code = await signed_in(assisted.row), await code_for(helper, assisted.row)
    answer = await device.data(SIGN_OUT, input={"all": True})
    assert answer["signOut"] == {"endedSessionCount": 1, "userErrors": []}
    assert [await is_let_in(assisted), await is_let_in(device)] == [False, False]
    assert [event.actor for event in await ended_events(connection, assisted.row)] == ["CUSTOMER", "CUSTOMER"]
    refused = (await (await browser()).data(EXCHANGE, input={"code": code}))["loginAsExchange"]
    assert refused["userErrors"] == [{"code": "INVALID", "path": ["code"]}]


async def test_it_ends_when_a_new_password_ends_the_other_sessions(assisted, signed_in, connection):
    device = await signed_in(assisted.row)
    passwords = [PASSWORD, "an entirely new phrase", "another entirely new phrase"]
    left = []
    for (old, new), keep in zip(itertools.pairwise(passwords), (True, False), strict=True):
        input = {"currentPassword": old, "newPassword": new, "keepOtherSessions": keep}
        assert (await device.data(CHANGE, input=input))["passwordChange"]["userErrors"] == []
        left.append([await is_let_in(assisted), await is_let_in(device)])
    assert left == [[True, True], [False, True]]
    assert [event.actor for event in await ended_events(connection, assisted.row)] == ["CUSTOMER"]


async def test_it_ends_once_whatever_ends_later(assisted, admin_client, connection):
    ended = "SELECT ended_at FROM impersonation WHERE customer_id = $1"
    await assisted.data(SIGN_OUT, input={})
    at = await connection.fetchval(ended, assisted.row.id)
    assert at is not None
    await admin_client.data(FORCE_CUSTOMER, input={"id": customer_id(assisted.row)})
    assert await connection.fetchval(ended, assisted.row.id) == at


@pytest.mark.usefixtures("nobody_else_impersonates")
async def test_it_ends_when_the_shop_switches_it_off(assisted, configured):
    await configured(LOGIN_AS_CUSTOMER, False)
    assert not await is_let_in(assisted)


STAFF_WAYS = {
    "a forced sign-in": ("customerForceSignIn(input: $input)", "CustomerForceSignInInput", {}),
    "a deactivation": ("customerDeactivate(input: $input)", "CustomerAccountInput", {}),
    "an edit of the status": ("customerUpdate(input: $input)", "CustomerUpdateInput", {"status": "INACTIVE"}),
    "another address": ("customerUpdate(input: $input)", "CustomerUpdateInput", {"email": "moved{}@example.com"}),
    "another website": ("customerUpdate(input: $input)", "CustomerUpdateInput", {"websiteId": None}),
}


@pytest.mark.parametrize("way", STAFF_WAYS)
async def test_what_ends_all_access_writes_the_end_down(way, assisted, admin_client, connection):
    call, kind, more = STAFF_WAYS[way]
    given = {"id": customer_id(assisted.row), **more}
    if "email" in given:
        given["email"] = given["email"].format(assisted.row.id)
    if "websiteId" in given:
        given["websiteId"] = encode_id("web", await make_website(connection))
    document = f"mutation M($input: {kind}!) {{ {call} {{ userErrors {{ code }} }} }}"
    [answer] = (await admin_client.data(document, input=given)).values()
    assert answer == {"userErrors": []}
    assert not await is_let_in(assisted)
    assert [event.actor for event in await ended_events(connection, assisted.row)] == ["STAFF"]
    places = "SELECT version FROM customer_event WHERE customer_id = $1 ORDER BY id"
    versions = [event.version for event in await connection.fetch(places, assisted.row.id)]
    assert versions == sorted(versions)
    # What is over is not ended again.
    await admin_client.data(FORCE_CUSTOMER, input={"id": customer_id(assisted.row)})
    assert len(await ended_events(connection, assisted.row)) == 1


async def test_a_reset_of_the_password_writes_the_end_down(assisted, browser, mails, connection):
    guest = await browser()
    await guest.data(RESET_REQUEST, input={"email": assisted.row.email})
    [token] = [token for template, token in await mails(assisted.row.email) if template == "password_reset"]
    answer = await guest.data(RESET, input={"token": token, "password": "an entirely new phrase"})
    assert answer["passwordReset"] == {"userErrors": []}
    assert not await is_let_in(assisted)
    assert [event.actor for event in await ended_events(connection, assisted.row)] == ["CUSTOMER"]


async def test_accounts_that_stop_being_shared_end_it_elsewhere(assisted, admin_client, connection):
    await forget_repeated_addresses(connection)
    share = "mutation S($input: AccountSharingSetInput!) { accountSharingSet(input: $input) { userErrors { code } } }"
    for sharing in ("GLOBAL", "PER_WEBSITE"):
        elsewhere = "UPDATE customer_token SET website_id = $2 WHERE customer_id = $1"
        await connection.execute(elsewhere, assisted.row.id, await make_website(connection))
        [answer] = (await admin_client.data(share, input={"sharing": sharing})).values()
        assert answer == {"userErrors": []}
    assert not await is_let_in(assisted)
    assert [event.actor for event in await ended_events(connection, assisted.row)] == ["STAFF"]


async def test_a_code_does_not_outlive_a_forced_sign_in(shopper, helper, admin_client, browser):
    row = await shopper(allows_remote_assistance=True)
    code = await code_for(helper, row)
    await admin_client.data(FORCE, input={"id": encode_id("stf", helper.user.id)})
    answer = (await (await browser()).data(EXCHANGE, input={"code": code}))["loginAsExchange"]
    assert answer == {
        "accessToken": None,
        "refreshToken": None,
        "userErrors": [{"code": "INVALID", "path": ["code"]}],
    }


async def test_a_session_that_ends_meanwhile_gives_no_code(shopper, helper, admin_client):
    row = await shopper(allows_remote_assistance=True)
    async with stop_before("FROM staff_role", "FOR SHARE") as stop:
        asking = asyncio.create_task(helper.data(LOGIN_AS, input={"id": customer_id(row), "reason": "Help"}))
        await stop.reached_by(asking)
        await admin_client.data(FORCE, input={"id": encode_id("stf", helper.user.id)})
    answer = (await asking)["customerLoginAs"]
    assert (answer["code"], [error["code"] for error in answer["userErrors"]]) == (None, ["NOT_ALLOWED"])


async def test_refused_operations_stand_in_the_history(assisted, helper, connection, mails):
    answer = await assisted.data(UPDATE, input={"allowsRemoteAssistance": True, "firstName": "Augusta"})
    assert answer["meUpdate"] == {
        "changedFields": [],
        "userErrors": [{"code": "NOT_ALLOWED", "path": ["allowsRemoteAssistance"]}],
    }
    for _ in range(7):
        await assisted.answer(RESET_REQUEST, input={"email": assisted.row.email})
    await assisted.answer(CHANGE, input={"currentPassword": PASSWORD, "newPassword": "an entirely new phrase"})
    written = await connection.fetch(
        "SELECT impersonator_id, changes FROM customer_event"
        " WHERE customer_id = $1 AND kind = 'IMPERSONATION_REFUSED' ORDER BY id",
        assisted.row.id,
    )
    assert {event.impersonator_id for event in written} == {helper.user.id}
    tried = [json.loads(event.changes)["operation"] for event in written]
    assert tried == [
        [None, "meUpdate.allowsRemoteAssistance"],
        *[[None, "passwordResetRequest"]] * 5,
        [None, "passwordChange"],
    ]
    assert await mails(assisted.row.email) == []
