"""Rights are looked at again while a stream is open."""

from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.staff.sign_in.sessions import end_staff_sessions
from support.blocking import wait_until
from support.following import FOLLOW, deleted_job, progress
from support.live import settled, socket_of, streaming

ONLINE = "subscription { nowOnlineChanged { change } }"


async def revoke_token(connection: Any, user: Any) -> None:
    async with connection.transaction():
        await end_staff_sessions(connection, user.id)


async def deactivate(connection: Any, user: Any) -> None:
    await connection.execute("UPDATE staff_user SET is_active = false WHERE id = $1", user.id)


async def narrow_role(connection: Any, user: Any) -> None:
    statement = "UPDATE staff_role SET permissions = '{}' WHERE id = (SELECT role_id FROM staff_user WHERE id = $1)"
    await connection.execute(statement, user.id)


@pytest.mark.parametrize("end", [revoke_token, deactivate])
async def test_a_token_that_ends_ends_streams_and_sockets(end: Any, live_app: Any, staff: Any, connection: Any):
    user, token = await staff()
    app = live_app()
    async with deleted_job(connection, user) as job:
        id = encode_id("job", job)
        async with streaming(app, token, FOLLOW, id=id) as stream, socket_of(app) as socket:
            await stream.data()
            await socket.init(token)
            await end(connection, user)
            assert (await stream.data())["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
            assert await stream.event() == {"event": "complete", "data": ""}
            assert await socket.closed() == (4401, "Unauthorized")
    assert settled(app)


async def test_a_permission_that_is_taken_away_ends_its_operations(live_app: Any, staff: Any, connection: Any):
    user, token = await staff()
    app = live_app()

    async def both_run() -> bool:
        return len(app.state.streams.running) == 2

    async with streaming(app, token, ONLINE) as stream, socket_of(app) as socket:
        await socket.init(token)
        socket.subscribe("1", ONLINE)
        await wait_until(both_run)
        await narrow_role(connection, user)
        refused = {"code": "FORBIDDEN", "permission": "customers.read"}
        assert (await stream.data())["errors"][0]["extensions"] == refused
        message = await socket.message()
        assert (message["type"], message["id"], message["payload"][0]["extensions"]) == ("error", "1", refused)
        socket.subscribe("1", ONLINE)  # the socket itself goes on, with the rights of now
        assert (await socket.message())["payload"][0]["extensions"] == refused
    assert settled(app)


async def test_a_job_of_another_is_followed_as_long_as_jobs_are_managed(live_app: Any, staff: Any, connection: Any):
    owner, own_token = await staff([])
    user, token = await staff(["jobs.manage"])
    app = live_app()
    async with deleted_job(connection, owner) as job:
        given = {"id": encode_id("job", job)}
        async with streaming(app, own_token, FOLLOW, **given) as own, streaming(app, token, FOLLOW, **given) as stream:
            for each in (own, stream):
                assert (await each.data())["data"]["jobChanged"]["status"] == "RUNNING"
            await narrow_role(connection, user)
            assert (await stream.data())["errors"][0]["extensions"] == {"code": "NOT_FOUND"}
            await progress(connection, job, 1)
            assert (await own.data())["data"]["jobChanged"]["status"] == "RUNNING"
    assert settled(app)


async def test_a_job_is_followed_as_far_as_the_role_reaches_now(live_app: Any, staff: Any, connection: Any):
    owner, _ = await staff()
    user, token = await staff(["jobs.manage"])
    app = live_app()
    async with deleted_job(connection, owner) as job, streaming(app, token, FOLLOW, id=encode_id("job", job)) as stream:
        assert (await stream.data())["data"]["jobChanged"]["status"] == "RUNNING"
        statement = (
            "UPDATE staff_role SET website_ids = '{1}' WHERE id = (SELECT role_id FROM staff_user WHERE id = $1)"
        )
        await connection.execute(statement, user.id)
        assert (await stream.data())["errors"][0]["extensions"] == {"code": "NOT_FOUND"}
    assert settled(app)


async def test_personal_values_are_masked_once_the_right_to_them_is_gone(live_app: Any, staff: Any, connection: Any):
    user, token = await staff(["customers.read", "staff.manage"])
    app = live_app()
    query = "subscription J($id: ID!) { jobChanged(id: $id) { processedCount staff { email } } }"
    async with deleted_job(connection, user) as job, streaming(app, token, query, id=encode_id("job", job)) as stream:
        assert (await stream.data())["data"]["jobChanged"]["staff"] == {"email": user.email}
        statement = """UPDATE staff_role SET permissions = '{customers.read}'
            WHERE id = (SELECT role_id FROM staff_user WHERE id = $1)"""
        await connection.execute(statement, user.id)
        await rights_were_read(app, user)
        await progress(connection, job, 1)
        answer = await stream.data()
        assert answer["data"]["jobChanged"] == {"processedCount": 1, "staff": {"email": None}}
        assert answer["errors"][0]["extensions"]["permission"] == "staff.manage"


async def rights_were_read(app: Any, user: Any) -> None:
    [operation] = app.state.streams.running

    async def narrowed() -> bool:
        return "staff.manage" not in operation._context.viewer.permissions

    await wait_until(narrowed)


async def test_rights_are_read_once_for_all_streams_of_a_token(
    live_app: Any, staff: Any, connection: Any, statements: Any
):
    user, token = await staff()
    app = live_app(rights_seconds=3600, poll_seconds=3600)
    async with deleted_job(connection, user) as job:
        id = encode_id("job", job)
        async with streaming(app, token, FOLLOW, id=id) as one, streaming(app, token, FOLLOW, id=id) as two:
            await one.data()
            await two.data()
            await statements.clear()
            await app.state.streams.rights._look_once()
            assert await statements.count() == 1
