"""How many streams and operations there may be."""

from contextlib import AsyncExitStack
from typing import Any

from customer_gql.core.ids import encode_id
from support.following import FOLLOW, deleted_job
from support.live import settled, socket_of, streaming


async def test_a_viewer_has_so_many_streams_and_no_more(live_app: Any, staff: Any, connection: Any):
    user, token = await staff()
    _, other = await staff(["customers.read", "jobs.manage"])
    app = live_app()
    async with deleted_job(connection, user) as job, AsyncExitStack() as stack:
        id = encode_id("job", job)
        for _ in range(5):
            stream = await stack.enter_async_context(streaming(app, token, FOLLOW, id=id))
            assert stream.status == 200
            await (await stack.enter_async_context(socket_of(app))).init(token)
        async with streaming(app, token, FOLLOW, id=id) as refused:
            assert (refused.status, refused.headers["retry-after"]) == (429, "5")
            error = (await refused.body())["errors"][0]
            assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 5}
        async with socket_of(app) as socket:
            socket.send("connection_init", payload={"authorization": f"Bearer {token}"})
            assert await socket.closed() == (1013, "You have 10 streams, as many as you may. Close one of them first.")
        async with streaming(app, other, FOLLOW, id=id) as stream:
            assert (await stream.data())["data"]["jobChanged"]["status"] == "RUNNING"
    assert settled(app)


async def test_a_process_has_so_many_streams_and_no_more(live_app: Any, staff: Any, connection: Any):
    user, token = await staff()
    _, other = await staff()
    app = live_app(streams=2, per_viewer=2)
    async with deleted_job(connection, user) as job, AsyncExitStack() as stack:
        id = encode_id("job", job)
        for _ in range(2):
            await stack.enter_async_context(streaming(app, token, FOLLOW, id=id))
        async with streaming(app, other, FOLLOW, id=id) as refused:
            assert (refused.status, refused.headers["retry-after"]) == (503, "5")
        async with socket_of(app) as socket:
            assert socket.status == 503
    async with socket_of(app) as socket:
        await socket.init(other)
    assert settled(app)


async def test_sockets_of_one_address_that_do_not_say_who_they_are_leave_places_to_others(live_app: Any, staff: Any):
    _, token = await staff()
    app = live_app(streams=20)
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(socket_of(app)) for _ in range(3)]
        assert [socket.status for socket in sockets] == [101, 101, 503]
        await sockets[0].init(token)  # who said it takes no place at the entrance
        assert (await stack.enter_async_context(socket_of(app))).status == 101


async def test_a_socket_runs_so_many_operations_and_no_more(live_app: Any, staff: Any, connection: Any):
    user, token = await staff()
    app = live_app()
    async with deleted_job(connection, user) as job, socket_of(app) as socket:
        await socket.init(token)
        for number in range(11):
            socket.subscribe(str(number), FOLLOW, id=encode_id("job", job))
        messages = [await socket.message() for _ in range(11)]
        refused = [message for message in messages if message["type"] == "error"]
        assert [message["id"] for message in refused] == ["10"]
        assert refused[0]["payload"][0]["extensions"] == {"code": "RATE_LIMITED"}
    assert settled(app)
