"""Staff, roles and service tokens: what two people do at the same moment."""

import asyncio

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.shop.settings.writes import set_value
from customer_gql.staff.sign_in.sessions import ACCOUNT_SHARING
from support.clients import Client, served
from support.races import stop_after, stop_before
from support.staff import PASSWORD, SIGN_IN, make_role, make_staff, session_of, staff_client, with_token

pytest_plugins = ["support.staff_fixtures"]

USER_LOCK = ("FROM staff_user", "FOR UPDATE OF staff_user")
ROLES_LOCK = ("FROM staff_role ORDER BY", "FOR NO KEY UPDATE")
DEACTIVATE = "mutation D($input: StaffUserInput!) { staffDeactivate(input: $input) { endedSessionCount userErrors { code path } } }"
FORCE = "mutation F($input: StaffUserInput!) { staffForceSignIn(input: $input) { endedSessionCount userErrors { code path } } }"
UPDATE = "mutation U($input: StaffUpdateInput!) { staffUpdate(input: $input) { userErrors { code path } } }"
UPDATE_ROLE = "mutation R($input: StaffRoleUpdateInput!) { staffRoleUpdate(input: $input) { role { name } userErrors { code path } } }"
DELETE_ROLE = (
    "mutation D($input: StaffRoleDeleteInput!) { staffRoleDelete(input: $input) { userErrors { code path } } }"
)
CHANGE = (
    "mutation P($input: StaffPasswordChangeInput!) { staffPasswordChange(input: $input) { userErrors { code path } } }"
)
CREATE_TOKEN = "mutation C($input: ServiceTokenCreateInput!) { serviceTokenCreate(input: $input) { token serviceToken { id } userErrors { code } } }"
ROTATE = "mutation R($input: ServiceTokenRotateInput!) { serviceTokenRotate(input: $input) { token userErrors { code path } } }"
REVOKE = (
    "mutation V($input: ServiceTokenRevokeInput!) { serviceTokenRevoke(input: $input) { userErrors { code path } } }"
)
NEW_PASSWORD = "walking over the bridge at noon"


def start(client, document, **input):
    return asyncio.create_task(one(client, document, **input))


async def one(client, document, **input):
    return next(iter((await client.data(document, input=input)).values()))


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


async def sessions_of(connection, user):
    return await connection.fetchval("SELECT count(*) FROM staff_session WHERE staff_id = $1", user.id)


@pytest.mark.parametrize("name", ["deactivate", "change the password"])
async def test_sign_in_judges_the_user_again_under_the_lock(name, admin, grace, boss, connection):
    owner = with_token(admin, (await one(admin, SIGN_IN, email=grace.email, password=PASSWORD))["token"])
    async with stop_before(*USER_LOCK) as stop:
        signing_in = start(admin, SIGN_IN, email=grace.email, password=PASSWORD)
        await stop.reached_by(signing_in)
        if name == "deactivate":
            assert (await one(boss, DEACTIVATE, id=encode_id("stf", grace.id)))["userErrors"] == []
        else:
            assert (await one(owner, CHANGE, password=PASSWORD, newPassword=NEW_PASSWORD))["userErrors"] == []
        before = await sessions_of(connection, grace)
    assert (await signing_in)["token"] is None
    assert await sessions_of(connection, grace) == before


@pytest.mark.parametrize("document", [DEACTIVATE, FORCE], ids=["deactivate", "force sign-in"])
async def test_whoever_ends_all_sessions_waits_for_a_sign_in(document, admin, grace, boss, connection):
    async with stop_after(*USER_LOCK) as stop:
        signing_in = start(admin, SIGN_IN, email=grace.email, password=PASSWORD)
        await stop.reached_by(signing_in)
        ending = start(boss, document, id=encode_id("stf", grace.id))
        assert await stop.is_waited_for_by(ending, connection)
    assert (await signing_in)["token"]
    assert await ending == {"endedSessionCount": 1, "userErrors": []}
    assert await sessions_of(connection, grace) == 0


@pytest.fixture
async def devices(admin, grace, connection):
    """Two sessions of one user."""
    await set_value(connection, ACCOUNT_SHARING, True)
    answers = [await one(admin, SIGN_IN, email=grace.email, password=PASSWORD) for _ in "ab"]
    return [with_token(admin, answer["token"]) for answer in answers]


async def test_a_password_change_looks_again_whether_it_still_is_the_password(devices, grace, connection):
    async with stop_before(*USER_LOCK, nth=3) as stop:
        late = start(devices[0], CHANGE, password=PASSWORD, newPassword=NEW_PASSWORD)
        await stop.reached_by(late)
        early = await one(devices[1], CHANGE, password=PASSWORD, newPassword=f"{NEW_PASSWORD} too")
        assert early["userErrors"] == []
    assert (await late)["userErrors"] == [{"code": "INVALID", "path": ["password"]}]
    assert await sessions_of(connection, grace) == 1


async def test_one_change_of_roles_waits_for_another(boss, connection):
    """Two changes, each of which leaves an administrator, could take away one each."""
    roles = [await make_role(connection) for _ in "ab"]
    async with stop_after(*ROLES_LOCK) as stop:
        first = start(boss, UPDATE_ROLE, id=encode_id("rol", roles[0]), permissions=["CUSTOMERS_READ"])
        await stop.reached_by(first)
        second = start(boss, UPDATE_ROLE, id=encode_id("rol", roles[1]), permissions=["CUSTOMERS_READ"])
        assert await stop.is_waited_for_by(second, connection)
    assert (await first)["userErrors"] == (await second)["userErrors"] == []


async def test_two_administrators_cannot_take_the_right_away_from_each_other(settings, empty_database):
    """Each has it when their request begins; the second to come to the roles would leave nobody."""
    async with served(settings, empty_database) as http, empty_database.writes.acquire() as connection:
        roles = [await make_role(connection) for _ in "ab"]
        users = [await make_staff(connection, role) for role in roles]
        clients = [Client(http, "/admin/graphql", await session_of(connection, user.id)) for user in users]
        given = [{"id": encode_id("rol", role), "permissions": ["CUSTOMERS_READ"]} for role in roles]
        async with stop_before(*ROLES_LOCK) as stop:
            late = start(clients[0], UPDATE_ROLE, **given[1])
            await stop.reached_by(late)
            assert (await one(clients[1], UPDATE_ROLE, **given[0]))["userErrors"] == []
        assert (await late)["userErrors"] == [{"code": "NOT_ALLOWED", "path": ["permissions"]}]
        manages = "SELECT count(*) FROM staff_user JOIN staff_role r ON r.id = role_id WHERE 'staff.manage' = ANY(r.permissions)"
        assert await connection.fetchval(manages) == 1


async def test_a_role_that_is_gone_when_the_change_comes_to_it_is_not_found(boss, connection):
    id = encode_id("rol", await make_role(connection))
    async with stop_before(*ROLES_LOCK) as stop:
        changing = start(boss, UPDATE_ROLE, id=id, name="Gone")
        await stop.reached_by(changing)
        assert (await one(boss, DELETE_ROLE, id=id))["userErrors"] == []
    assert (await changing)["userErrors"] == [{"code": "NOT_FOUND", "path": ["id"]}]


async def test_a_user_is_not_given_a_role_that_is_deleted_meanwhile(boss, connection):
    role = await make_role(connection)
    user = await make_staff(connection, await make_role(connection))
    async with stop_before(*ROLES_LOCK) as stop:
        changing = start(boss, UPDATE, id=encode_id("stf", user.id), roleId=encode_id("rol", role))
        await stop.reached_by(changing)
        assert (await one(boss, DELETE_ROLE, id=encode_id("rol", role)))["userErrors"] == []
    assert (await changing)["userErrors"] == [{"code": "NOT_FOUND", "path": ["roleId"]}]


async def test_a_user_that_is_being_edited_is_deactivated_afterwards(boss, connection):
    user = await make_staff(connection, await make_role(connection))
    async with stop_after(*USER_LOCK) as stop:
        forcing = start(boss, FORCE, id=encode_id("stf", user.id))
        await stop.reached_by(forcing)
        editing = start(boss, UPDATE, id=encode_id("stf", user.id), name="Hopper")
        assert await stop.is_waited_for_by(editing, connection)
    assert (await forcing)["userErrors"] == (await editing)["userErrors"] == []


async def test_a_service_token_revoked_during_a_rotation_leaves_no_secret(boss, connection):
    given = {"name": "ERP", "permissions": [], "websiteIds": None, "expiresAt": "2098-01-01T00:00:00Z"}
    given["expiresAt"] = (await connection.fetchval("SELECT now() + interval '30 days'")).isoformat()
    token = (await one(boss, CREATE_TOKEN, **given))["serviceToken"]["id"]
    async with stop_after("FROM service_token", "FOR UPDATE") as stop:
        rotating = start(boss, ROTATE, id=token)
        await stop.reached_by(rotating)
        revoking = start(boss, REVOKE, id=token)
        assert await stop.is_waited_for_by(revoking, connection)
    assert (await rotating)["token"]
    assert (await revoking)["userErrors"] == []
    left = "SELECT count(*) FROM service_token_secret WHERE service_token_id = $1"
    assert await connection.fetchval(left, int(token.partition("_")[2], 16)) == 0
