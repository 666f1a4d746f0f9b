"""An impersonation, or a code for one, does not come back when the right to it was taken and given back meanwhile
(docs/domain/support.md#support-13)."""

import asyncio
from types import SimpleNamespace

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS, Permission
from support.clients import Client
from support.configuration import UPDATE as SET, form
from support.customers import customer_id
from support.impersonating import LOGIN_AS, code_for
from support.races import stop_before
from support.shopping import EXCHANGE, is_let_in
from support.staff import make_role, make_staff, make_website, session_of

pytestmark = pytest.mark.usefixtures("nobody_else_impersonates")

SETTING = "accounts.login_as_customer"
ASSIGN = "mutation U($input: StaffUpdateInput!) { staffUpdate(input: $input) { userErrors { code } } }"
ROLE = "mutation R($input: StaffRoleUpdateInput!) { staffRoleUpdate(input: $input) { userErrors { code } } }"
MOVE = "mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { userErrors { code } } }"
SIGN_OUT = "mutation O($input: StaffSignOutInput!) { staffSignOut(input: $input) { endedSessionCount } }"
WEAKER = ALL_PERMISSIONS - {Permission.CUSTOMERS_IMPERSONATE}


@pytest.fixture
async def helper(http, connection, shopper):
    """A member of staff for the website of the customer, who may sign in as that customer."""
    row = await shopper(allows_remote_assistance=True)
    role = await make_role(connection, website_ids=[row.website_id])
    user = await make_staff(connection, role)
    client = Client(http, "/admin/graphql", await session_of(connection, user.id))
    return SimpleNamespace(client=client, row=row, role=role, user=user)


def names(permissions):
    return [permission.name for permission in permissions]


async def by_the_setting(helper, _connection):
    return [(SET, form({SETTING: value})) for value in (False, True)]


async def by_a_setting_that_is_reset(helper, _connection):
    return [(SET, form({SETTING: False})), (SET, form({}, [SETTING]))]


async def by_permissions_of_the_role(helper, _connection):
    id = encode_id("rol", helper.role)
    return [(ROLE, {"id": id, "permissions": names(given)}) for given in (WEAKER, ALL_PERMISSIONS)]


async def by_websites_of_the_role(helper, connection):
    id, elsewhere = encode_id("rol", helper.role), await make_website(connection)
    return [(ROLE, {"id": id, "websiteIds": [encode_id("web", at)]}) for at in (elsewhere, helper.row.website_id)]


async def by_another_role(helper, connection):
    weaker, id = await make_role(connection, WEAKER), encode_id("stf", helper.user.id)
    return [(ASSIGN, {"id": id, "roleId": encode_id("rol", role)}) for role in (weaker, helper.role)]


async def by_a_move_of_the_customer(helper, connection):
    elsewhere = await make_website(connection)
    return [
        (MOVE, {"id": customer_id(helper.row), "websiteId": encode_id("web", at)})
        for at in (elsewhere, helper.row.website_id)
    ]


WAYS = pytest.mark.parametrize(
    "way",
    [
        by_the_setting,
        by_a_setting_that_is_reset,
        by_permissions_of_the_role,
        by_websites_of_the_role,
        by_another_role,
        by_a_move_of_the_customer,
    ],
    ids=lambda way: way.__name__,
)


async def take_and_give_back(admin_client, steps):
    for document, input in steps:
        [answer] = (await admin_client.data(document, input=input)).values()
        assert answer["userErrors"] == []


@WAYS
async def test_it_stays_ended(way, helper, acting_as, admin_client, connection):
    assisted = await acting_as(helper.row, staff=helper.client)
    await take_and_give_back(admin_client, await way(helper, connection))
    assert not await is_let_in(assisted)
    events = "SELECT actor FROM customer_event WHERE customer_id = $1 AND kind = 'IMPERSONATION_ENDED'"
    assert [event.actor for event in await connection.fetch(events, helper.row.id)] == ["SYSTEM"]
    ended = "SELECT ended_at IS NOT NULL FROM impersonation WHERE customer_id = $1"
    assert await connection.fetchval(ended, helper.row.id)


@WAYS
async def test_a_code_stays_ended(way, helper, browser, admin_client, connection):
    code = await code_for(helper.client, helper.row)
    await take_and_give_back(admin_client, await way(helper, connection))
    answer = (await (await browser()).data(EXCHANGE, input={"code": code}))["loginAsExchange"]
    assert (answer["accessToken"], answer["userErrors"]) == (None, [{"code": "INVALID", "path": ["code"]}])


async def test_changes_that_leave_the_right_leave_the_impersonation(helper, acting_as, admin_client, connection):
    assisted = await acting_as(helper.row, staff=helper.client)
    id, more = encode_id("rol", helper.role), await make_website(connection)
    kept = [Permission.CUSTOMERS_READ, Permission.CUSTOMERS_IMPERSONATE]
    websites = [encode_id("web", at) for at in (helper.row.website_id, more)]
    for document, input in (
        (ROLE, {"id": id, "permissions": names(kept), "websiteIds": websites}),
        (SET, form({SETTING: True})),
        (SET, form({"accounts.session_days": 29})),
        (SET, form({}, ["accounts.session_days", SETTING])),
    ):
        [answer] = (await admin_client.data(document, input=input)).values()
        assert answer["userErrors"] == []
    assert await is_let_in(assisted)


@WAYS
async def test_a_code_given_meanwhile_ends_too(way, helper, browser, admin_client, connection):
    """Who gives it holds the right to it, so that a change of the right waits, and finds the code."""
    asked, steps = {"id": customer_id(helper.row), "reason": "Help"}, await way(helper, connection)
    async with stop_before("INSERT INTO login_code") as stop:
        asking = asyncio.create_task(helper.client.data(LOGIN_AS, input=asked))
        await stop.reached_by(asking)
        changing = asyncio.create_task(take_and_give_back(admin_client, steps))
        assert await stop.is_waited_for_by(changing, connection)
    code = (await asking)["customerLoginAs"]["code"]
    await changing
    answer = (await (await browser()).data(EXCHANGE, input={"code": code}))["loginAsExchange"]
    assert (answer["accessToken"], answer["userErrors"]) == (None, [{"code": "INVALID", "path": ["code"]}])


async def test_a_sign_out_everywhere_finds_the_code_given_meanwhile(helper, http, browser, connection):
    other = Client(http, "/admin/graphql", await session_of(connection, helper.user.id))
    asked = {"id": customer_id(helper.row), "reason": "Help"}
    async with stop_before("INSERT INTO login_code") as stop:
        asking = asyncio.create_task(helper.client.data(LOGIN_AS, input=asked))
        await stop.reached_by(asking)
        leaving = asyncio.create_task(other.data(SIGN_OUT, input={"everywhere": True}))
        assert await stop.is_waited_for_by(leaving, connection)
    code = (await asking)["customerLoginAs"]["code"]
    await leaving
    answer = (await (await browser()).data(EXCHANGE, input={"code": code}))["loginAsExchange"]
    assert answer["userErrors"] == [{"code": "INVALID", "path": ["code"]}]


@pytest.mark.parametrize("way", [by_permissions_of_the_role, by_another_role], ids=lambda way: way.__name__)
async def test_a_right_lost_meanwhile_gives_no_code(way, helper, admin_client, connection):
    (document, input), _ = await way(helper, connection)
    asked = {"id": customer_id(helper.row), "reason": "Help"}
    async with stop_before("FROM staff_role", "FOR SHARE") as stop:
        asking = asyncio.create_task(helper.client.answer(LOGIN_AS, input=asked))
        await stop.reached_by(asking)
        await admin_client.data(document, input=input)
    answer = await asking
    assert answer["data"] == {"customerLoginAs": None}
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.impersonate"}
    given = "SELECT count(*) FROM impersonation WHERE customer_id = $1"
    assert await connection.fetchval(given, helper.row.id) == 0
