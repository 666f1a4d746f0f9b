"""A stranger's guesses do not keep staff out: known devices and open sessions are counted apart."""

import pytest

from customer_gql.security import tokens
from customer_gql.staff.sign_in.attempts import failure_key
from support.staff import PASSWORD, mails_to, make_staff, sign_in, staff_client, with_token

pytest_plugins = ["support.staff_fixtures"]

SIGN_IN = """mutation S($input: StaffSignInInput!) { staffSignIn(input: $input) {
  token deviceToken userErrors { code path } } }"""
CHANGE = """mutation C($input: StaffPasswordChangeInput!) { staffPasswordChange(input: $input) {
  isChanged userErrors { code } } }"""
FORCE = "mutation F($input: StaffUserInput!) { staffForceSignIn(input: $input) { userErrors { code } } }"


async def come(client, user, device=None, password=PASSWORD):
    input = {"email": user.email, "password": password, "deviceToken": device}
    return (await client.data(SIGN_IN, input=input))["staffSignIn"]


async def besiege(connection, user):
    """As if a stranger had guessed a thousand times."""
    closed = "INSERT INTO throttle VALUES ($1, 1000, now() + interval '15 minutes') ON CONFLICT (key_hash) DO UPDATE"
    closed += " SET count = 1000, until = excluded.until"
    await connection.execute(closed, failure_key(user.email))


async def test_a_known_device_is_let_in_while_strangers_guess(admin, grace, connection):
    device = (await come(admin, grace))["deviceToken"]
    await besiege(connection, grace)
    assert (await come(admin, grace))["token"] is None
    again = await come(admin, grace, device)
    assert (bool(again["token"]), again["deviceToken"], again["userErrors"]) == (True, device, [])
    assert (await come(admin, grace))["token"] is None  # that forgave the stranger nothing


async def test_a_known_device_is_not_counted_with_others_behind_its_address(admin, grace, connection):
    device = (await come(admin, grace))["deviceToken"]
    for _ in range(30):
        await admin.post(SIGN_IN, input={"email": "nobody@example.com", "password": "wrong"})
    refused = await admin.answer(SIGN_IN, input={"email": grace.email, "password": PASSWORD})
    assert refused["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert (await come(admin, grace, device))["token"]


async def test_guesses_on_a_known_device_count_and_leave_others_alone(admin, grace, connection):
    device, other = [(await come(admin, grace))["deviceToken"] for _ in range(2)]
    for _ in range(5):
        assert (await come(admin, grace, device, "wrong"))["token"] is None
    await connection.execute("UPDATE throttle SET until = now() + interval '1 minute' WHERE count = 5")
    assert (await come(admin, grace, device))["token"] is None
    assert (await come(admin, grace, other))["token"]
    assert (await come(admin, grace))["token"]


async def test_the_device_of_another_account_is_unknown(admin, grace, connection):
    other = await make_staff(connection, 1, password=PASSWORD)
    device = (await come(admin, other))["deviceToken"]
    await besiege(connection, grace)
    assert (await come(admin, grace, device))["token"] is None
    assert await connection.fetchval("SELECT count FROM throttle WHERE key_hash = $1", failure_key(grace.email)) == 1000


async def test_a_new_device_is_mailed_and_a_known_one_is_not(admin, grace, connection):
    device = (await come(admin, grace))["deviceToken"]
    await come(admin, grace, device)
    assert await mails_to(connection, grace) == ["staff_new_device"]
    await come(admin, grace)
    assert await mails_to(connection, grace) == ["staff_new_device"] * 2
    stored = str(await connection.fetch("SELECT * FROM known_device"))
    assert (device in stored, str(tokens.hash_token(device)) in stored) == (False, True)


async def test_an_open_session_changes_the_password_while_strangers_guess(admin, grace, connection):
    session = with_token(admin, (await sign_in(admin, grace.email, PASSWORD))["token"])
    await besiege(connection, grace)
    input = {"password": PASSWORD, "newPassword": "a bridge over the river Rhine"}
    changed = (await session.data(CHANGE, input=input))["staffPasswordChange"]
    assert changed == {"isChanged": True, "userErrors": []}
    assert (await mails_to(connection, grace))[-1] == "staff_password_changed"


@pytest.mark.parametrize("mutation", [FORCE, FORCE.replace("staffForceSignIn", "staffDeactivate")])
async def test_forcing_sign_in_and_deactivating_forget_devices(mutation, http, admin, grace, connection):
    from customer_gql.core.ids import encode_id

    await come(admin, grace)
    manager = await staff_client(http, connection)
    await manager.data(mutation, input={"id": encode_id("stf", grace.id)})
    assert await connection.fetchval("SELECT count(*) FROM known_device WHERE owner_id = $1", grace.id) == 0
