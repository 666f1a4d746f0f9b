"""How long sessions of staff last without use, and whether one user can have several."""

import asyncio

import pytest
from structlog.testing import capture_logs

from customer_gql.shop.settings.writes import set_value
from customer_gql.staff.sign_in.sessions import ACCOUNT_SHARING, SESSION_IDLE_MINUTES
from support.configuration import UPDATE, form, set_one
from support.staff import (
    ALL_PERMISSIONS,
    PASSWORD,
    make_role,
    make_staff,
    session_of,
    sign_in,
    staff_client,
    with_token,
)

pytest_plugins = ["support.staff_fixtures"]

ME = "{ staffMe { user { id } } }"


async def is_in(admin, token):
    return (await with_token(admin, token).post(ME)).status_code == 200


async def enter(admin, user):
    return (await sign_in(admin, user.email, PASSWORD))["token"]


async def test_a_sign_in_ends_the_session_of_the_one_before(admin, grace, connection):
    other_user = await make_staff(connection, await make_role(connection), password=PASSWORD)
    command_line = await session_of(connection, grace.id)
    first = await enter(admin, grace)
    second = await enter(admin, grace)
    assert [await is_in(admin, token) for token in (first, second, command_line)] == [False, True, True]
    assert await sign_in(admin, grace.email, "wrong")
    assert await is_in(admin, second), "only who is let in ends others"
    other = await enter(admin, other_user)
    assert [await is_in(admin, token) for token in (second, other)] == [True, True]


async def test_several_people_share_an_account(admin, grace, connection):
    await set_value(connection, ACCOUNT_SHARING, True)
    tokens = [await enter(admin, grace) for _ in range(3)]
    assert [await is_in(admin, token) for token in tokens] == [True] * 3
    await set_value(connection, ACCOUNT_SHARING, False)
    assert [await is_in(admin, token) for token in tokens] == [True] * 3, "until the next sign-in"
    await enter(admin, grace)
    assert [await is_in(admin, token) for token in tokens] == [False] * 3


async def test_sign_ins_at_one_moment_leave_one_session(admin, grace, connection):
    # Some may have to wait because of the others.
    tokens = [token for token in await asyncio.gather(*[enter(admin, grace) for _ in range(6)]) if token]
    assert tokens
    assert sum([await is_in(admin, token) for token in tokens]) == 1
    assert await connection.fetchval("SELECT count(*) FROM staff_session WHERE staff_id = $1", grace.id) == 1


async def test_sessions_without_use_end_after_the_minutes_of_the_setting(admin, grace, connection):
    await set_value(connection, SESSION_IDLE_MINUTES, 5)
    token = await enter(admin, grace)
    idle = "SELECT idle_seconds, round(extract(epoch FROM idle_until - last_used_at)) FROM staff_session"
    assert tuple(await connection.fetchrow(f"{idle} WHERE staff_id = $1", grace.id)) == (300, 300)
    await connection.execute(
        "UPDATE staff_session SET idle_until = idle_until - interval '5 minutes' WHERE staff_id = $1", grace.id
    )
    assert not await is_in(admin, token)


async def test_use_keeps_a_session_that_ends_after_one_minute(admin, grace, connection, settled):
    await set_value(connection, SESSION_IDLE_MINUTES, 1)
    token = await enter(admin, grace)
    of_grace = "WHERE staff_id = $1"
    left = f"SELECT round(extract(epoch FROM idle_until - now())) FROM staff_session {of_grace}"
    pass_time = f"UPDATE staff_session SET idle_until = idle_until - $2 * interval '1 second' {of_grace}"
    await connection.execute(pass_time, grace.id, 5)
    assert await is_in(admin, token)
    await settled()
    assert await connection.fetchval(left, grace.id) < 58, "use is not recorded with every request"
    await connection.execute(pass_time, grace.id, 40)
    with capture_logs() as logs:
        # A write that no answer waits for may be lost with its connection; the next use makes up for it.
        for _ in range(2):
            assert await is_in(admin, token)
            await settled()
    assert await connection.fetchval(left, grace.id) > 50, logs


@pytest.mark.parametrize(("path", "value"), [(SESSION_IDLE_MINUTES.path, 10), (ACCOUNT_SHARING.path, True)])
async def test_who_manages_staff_decides(path, value, http, connection):
    allowed = await staff_client(http, connection)
    assert (await set_one(allowed, path, value))["userErrors"] == []
    for wrong in (0, 31, "x", None):
        assert (await set_one(allowed, path, wrong))["userErrors"] != []
    without = await staff_client(http, connection, [p for p in ALL_PERMISSIONS if p != "staff.manage"])
    answer = await without.answer(UPDATE, input=form({path: value}))
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "FORBIDDEN", "permission": "staff.manage"}]
