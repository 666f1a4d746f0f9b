"""WebSockets, message by message."""

import hashlib
import json
from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from support.clients import make_app
from support.following import FOLLOW, deleted_job, progress
from support.live import settled, socket_of

VIEWER = "{ viewer { kind } }"
UNKNOWN = {"id": encode_id("job", 1)}


async def test_a_job_is_followed(live_app: Any, staff: Any, connection: Any):
    user, token = await staff()
    app = live_app()
    async with deleted_job(connection, user) as job, socket_of(app) as socket:
        await socket.init(token)
        socket.subscribe("1", FOLLOW, id=encode_id("job", job))
        first = {"status": "RUNNING", "processedCount": 0, "totalCount": 10}
        assert await socket.message() == {"type": "next", "id": "1", "payload": {"data": {"jobChanged": first}}}
        await progress(connection, job, 3)
        assert (await socket.message())["payload"]["data"]["jobChanged"]["processedCount"] == 3
        socket.send("ping")
        assert await socket.message() == {"type": "pong"}
        socket.send("pong")
        await connection.execute("DELETE FROM job_run WHERE id = $1", job)
        message = await socket.message()
        assert (message["type"], message["id"]) == ("error", "1")
        assert message["payload"][0]["extensions"] == {"code": "NOT_FOUND"}
    assert settled(app)


async def test_queries_and_mutations_are_answered_once(live_app: Any, staff: Any):
    _, token = await staff()
    app = live_app()
    async with socket_of(app) as socket:
        await socket.init(token)
        for id in ("a", "a", "b"):  # an id may be used again once it is complete
            socket.subscribe(id, VIEWER)
            message = await socket.message()
            assert (message["type"], message["id"], message["payload"]["data"]) == (
                "next",
                id,
                {"viewer": {"kind": "STAFF"}},
            )
            assert await socket.message() == {"type": "complete", "id": id}
        socket.subscribe("c", "{ nothing }")
        message = await socket.message()
        assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "GRAPHQL_VALIDATION_FAILED")
    assert settled(app)


async def test_no_cookie_is_set_through_a_socket(live_app: Any, staff: Any):
    _, token = await staff()
    query = """mutation { staffSignIn(input: {email: "a@example.com", password: "a long password", session: COOKIE}) {
        token userErrors { code } } }"""
    async with socket_of(live_app(), origin="https://test") as socket:
        await socket.init(token)
        socket.subscribe("1", query)
        message = await socket.message()
        assert message["payload"]["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_sockets_are_paid_for_by_the_address_that_opens_them(settings: Any, database: Any):
    admin = settings.admin.model_copy(update={"bucket": 60_000, "guest_rate": 1})
    app = make_app(settings.model_copy(update={"admin": admin}), database)
    buckets = app.state.buckets[1]
    await buckets.take_cost("admin:127.0.0.1", 60_000 - 400, size=60_000, rate=1)
    async with socket_of(app) as socket:
        assert socket.status == 101
        socket.send("connection_init")  # a token that does not work is paid for too
        assert await socket.closed() == (4401, "Unauthorized")
    async with socket_of(app) as socket:
        assert socket.status == 429


async def test_documents_are_known_by_their_hash_here_too(live_app: Any, staff: Any):
    _, token = await staff()
    sha256 = hashlib.sha256(VIEWER.encode()).hexdigest()
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": sha256}}
    async with socket_of(live_app()) as socket:
        await socket.init(token)
        socket.send("subscribe", id="1", payload={"extensions": persisted})
        message = await socket.message()
        assert message["payload"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
        for payload in ({"query": VIEWER, "extensions": persisted}, {"extensions": persisted}):
            socket.send("subscribe", id="1", payload=payload)
            assert (await socket.message())["payload"]["data"] == {"viewer": {"kind": "STAFF"}}
            assert (await socket.message())["type"] == "complete"


async def test_an_operation_that_the_client_completes_ends(live_app: Any, staff: Any, connection: Any):
    user, token = await staff()
    app = live_app()
    async with deleted_job(connection, user) as job, socket_of(app) as socket:
        await socket.init(token)
        socket.subscribe("1", FOLLOW, id=encode_id("job", job))
        assert (await socket.message())["type"] == "next"
        socket.send("complete", id="1")
        socket.subscribe("1", FOLLOW, id=encode_id("job", job))  # the id is free at once
        assert (await socket.message())["type"] == "next"
        socket.send("complete", id="1")
        socket.send("complete", id="unknown")
        socket.send("ping")
        assert await socket.message() == {"type": "pong"}
        assert not app.state.streams.running
        socket.subscribe("1", FOLLOW, id=encode_id("job", job))
        assert (await socket.message())["type"] == "next"
    assert settled(app)


async def test_a_page_signs_in_by_its_cookie(settings: Any, database: Any, staff: Any):
    _, token = await staff()
    app = make_app(settings.model_copy(update={"environment": "production"}), database)
    cookie = {"cookie": f"__Host-customer-gql-staff={token}"}
    async with socket_of(app, origin="https://test", **cookie) as socket:
        await socket.init(None)
    for headers in ({}, {"origin": "http://test"}, {"origin": "https://test", "sec-fetch-site": "cross-site"}):
        async with socket_of(app, **headers, **cookie) as socket:
            socket.send("connection_init")
            assert await socket.closed() == (4401, "Unauthorized")


async def test_a_page_of_a_developer_signs_in_by_its_cookie_without_encryption(live_app: Any, staff: Any):
    _, token = await staff()
    async with socket_of(live_app(), origin="http://test", cookie=f"customer-gql-staff={token}") as socket:
        await socket.init(None)


BEFORE: dict[str, Any] = {
    "nothing": (None, (4408, "Connection initialisation timeout")),
    "no token": ({"type": "connection_init"}, (4401, "Unauthorized")),
    "a made-up token": (
        {"type": "connection_init", "payload": {"Authorization": "Bearer cgs_x"}},
        (4401, "Unauthorized"),
    ),
    "another scheme": (
        {"type": "connection_init", "payload": {"authorization": "Basic eA=="}},
        (4401, "Unauthorized"),
    ),
    "an operation": (
        {"type": "subscribe", "id": "1", "payload": {"query": VIEWER}},
        (4401, "Unauthorized"),
    ),
    "two tokens": (
        {"type": "connection_init", "payload": {"authorization": "a", "Authorization": "b"}},
        (4400, "Send one authorization, as a text."),
    ),
    "a token that is no text": (
        {"type": "connection_init", "payload": {"authorization": 1}},
        (4400, "Send one authorization, as a text."),
    ),
    "a payload that is none": (
        {"type": "connection_init", "payload": [1]},
        (4400, "The payload of connection_init is an object."),
    ),
}


@pytest.mark.parametrize("name", BEFORE)
async def test_who_does_not_say_who_they_are_is_let_out(name: str, live_app: Any):
    sent, closed = BEFORE[name]
    app = live_app(init_seconds=0.2 if sent is None else 5)
    async with socket_of(app) as socket:
        socket.send("ping")
        assert await socket.message() == {"type": "pong"}
        if sent is not None:
            socket.send_raw(text=json.dumps(sent))
        assert await socket.closed() == closed
    assert settled(app)
    assert app.state.streams.entrance.running == 0


WRONG: dict[str, Any] = {
    "bytes": ({"bytes": b"{}"}, (4400, "Send messages as text.")),
    "no JSON": ({"text": "{"}, (4400, "A message is one JSON object, not nested too deeply.")),
    "a list": ({"text": "[]"}, (4400, "A message is one JSON object, not nested too deeply.")),
    "a nest": ({"text": '{"a":' * 60 + "1" + "}" * 60}, (4400, "A message is one JSON object, not nested too deeply.")),
    "no type": ({"text": "{}"}, (4400, "A message has a type.")),
    "another type": ({"text": '{"type": "start"}'}, (4400, "The type of the message is unknown.")),
    "a second greeting": ({"text": '{"type": "connection_init"}'}, (4429, "Too many initialisation requests")),
    "no id": ({"text": '{"type": "subscribe", "payload": {"query": "{ a }"}}'}, (4400, "An operation has an id.")),
    "a long id": (
        {"text": json.dumps({"type": "subscribe", "id": "x" * 200, "payload": {"query": VIEWER}})},
        (4400, "The id of an operation is a text of at most 128 characters."),
    ),
    "no payload": (
        {"text": '{"type": "subscribe", "id": "1"}'},
        (4400, "The payload of an operation is an object."),
    ),
    "no document": (
        {"text": '{"type": "subscribe", "id": "1", "payload": {}}'},
        (4400, "Send `query`, the document as a string."),
    ),
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_message_against_the_protocol_ends_the_socket(name: str, live_app: Any, staff: Any):
    _, token = await staff()
    sent, closed = WRONG[name]
    app = live_app()
    async with socket_of(app) as socket:
        await socket.init(token)
        socket.send_raw(**sent)
        assert await socket.closed() == closed
    assert settled(app)


async def test_an_id_that_is_in_use_ends_the_socket(live_app: Any, staff: Any, connection: Any):
    user, token = await staff()
    app = live_app()
    async with deleted_job(connection, user) as job, socket_of(app) as socket:
        await socket.init(token)
        for _ in range(2):
            socket.subscribe("1", FOLLOW, id=encode_id("job", job))
        assert await socket.closed() == (4409, "Subscriber for 1 already exists")
    assert settled(app)


async def test_a_socket_speaks_our_protocol_or_none(live_app: Any):
    for subprotocol in ("graphql-ws", "graphql-transport-ws2"):
        async with socket_of(live_app(), subprotocol) as socket:
            assert await socket.closed() == (4406, "Subprotocol not acceptable")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://evil.example.com", 403),
        ("https://test.evil.example.com", 403),
        ("null", 403),
        ("https://[", 403),
        ("https://test", 101),
        ("http://localhost:3000", 101),  # in development
    ],
)
async def test_pages_of_this_host_open_sockets(origin: str, status: int, live_app: Any):
    async with socket_of(live_app(), origin=origin) as socket:
        assert socket.status == status


async def test_pages_of_listed_origins_open_sockets_in_production(settings: Any, database: Any):
    admin = settings.admin.model_copy(update={"cors_origins": ["https://admin.example.com"]})
    app = make_app(settings.model_copy(update={"environment": "production", "admin": admin}), database)
    for origin, status in (("https://admin.example.com", 101), ("http://localhost:3000", 403)):
        async with socket_of(app, origin=origin) as socket:
            assert socket.status == status


async def test_a_socket_of_a_foreign_host_is_refused(settings: Any, database: Any):
    app = make_app(settings.model_copy(update={"allowed_hosts": ["admin.example.com"]}), database)
    async with socket_of(app) as socket:
        assert socket.status == 400
    async with socket_of(app, host="admin.example.com:443") as socket:
        assert socket.status == 101


async def test_the_storefront_has_no_sockets(live_app: Any):
    app = live_app()
    received: list[Any] = []

    async def send(message: Any) -> None:
        received.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    scope = {
        "type": "websocket",
        "path": "/graphql",
        "root_path": "",
        "headers": [(b"host", b"test")],
        "subprotocols": [],
    }
    await app({**scope, "query_string": b"", "scheme": "ws"}, receive, send)
    assert [message["type"] for message in received] == ["websocket.close"]
