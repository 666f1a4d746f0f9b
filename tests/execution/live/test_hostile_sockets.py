"""Clients that mean harm or do not read, against the service as it is run."""

import base64
import json
import os
import socket
import struct
import time
import zlib
from collections.abc import AsyncGenerator, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from execution.conftest import UNLIMITED_RATES, make_staff_token, run_on_connection
from support.processes import until
from support.service import Service, request, serving

pytestmark = pytest.mark.slow  # starts processes

ONLINE = "subscription { nowOnlineChanged { change } }"
HEAD = [
    "GET /admin/graphql HTTP/1.1",
    "Host: localhost",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Protocol: graphql-transport-ws",
]
TEXT, CONTINUATION, PING, FINAL = 0x1, 0x0, 0x9, 0x80


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Generator[Service]:
    """In production, with deadlines short enough to wait for."""
    given = {"live__init_seconds": 1, "request_seconds": 1, "write_seconds": 2, "worker": False}
    with serving(tmp_path_factory.mktemp("hasty"), database_url, **UNLIMITED_RATES, **given) as service:
        yield service


@asynccontextmanager
async def socket_to(service: Service, token: str | None = None, **headers: str) -> AsyncGenerator[ClientConnection]:
    url = f"ws://127.0.0.1:{service.port}/admin/graphql"
    async with connect(
        url, subprotocols=[Subprotocol("graphql-transport-ws")], additional_headers=headers, ping_interval=None
    ) as opened:  # pyright: ignore
        if token is not None:
            payload = {"authorization": f"Bearer {token}"}
            await opened.send(json.dumps({"type": "connection_init", "payload": payload}))
            assert json.loads(await opened.recv()) == {"type": "connection_ack"}
        yield opened


async def code_of(opened: ClientConnection) -> int | None:
    """The code it is closed with."""
    try:
        while True:
            await opened.recv()
    except ConnectionClosed as closed:
        return None if closed.rcvd is None else closed.rcvd.code


@contextmanager
def raw_socket(service: Service, *, buffer: int = 0) -> Iterator[socket.socket]:
    """A connection that was upgraded, to write bytes to."""
    with socket.socket() as opened:
        if buffer:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        opened.settimeout(20)
        opened.connect(("127.0.0.1", service.port))
        key = base64.b64encode(os.urandom(16)).decode()
        opened.sendall("\r\n".join([*HEAD, f"Sec-WebSocket-Key: {key}", "", ""]).encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += opened.recv(1)
        assert head.startswith(b"HTTP/1.1 101"), head
        yield opened


def frame(kind: int, payload: bytes, *, size: int | None = None) -> bytes:
    """Masked with zeros; `size` is what the frame says of its length."""
    length = len(payload) if size is None else size
    if length < 126:
        head = struct.pack("!BB", kind, 0x80 | length)
    elif length < 2**16:
        head = struct.pack("!BBH", kind, 0x80 | 126, length)
    else:
        head = struct.pack("!BBQ", kind, 0x80 | 127, length)
    return head + b"\0\0\0\0" + payload


def init(token: str) -> bytes:
    payload = {"authorization": f"Bearer {token}"}
    return frame(FINAL | TEXT, json.dumps({"type": "connection_init", "payload": payload}).encode())


def closing_code(opened: socket.socket) -> int:
    """The code of the close frame, which is the last one before the end."""
    received = b""
    while chunk := opened.recv(65536):
        received += chunk
    at = received.rindex(b"\x88")
    return struct.unpack("!H", received[at + 2 : at + 4])[0]


async def test_a_message_of_more_than_64_kib_ends_the_socket(hasty: Service, staff_token: str):
    async with socket_to(hasty, staff_token) as opened:
        await opened.send(json.dumps({"type": "ping", "payload": {"a": "x" * 60_000}}))
        assert json.loads(await opened.recv()) == {"type": "pong"}
        await opened.send("x" * 70_000)
        assert await code_of(opened) == 1009


async def test_how_long_a_message_may_be_is_a_setting(database_url: str, staff_token: str, tmp_path: Any):
    with serving(tmp_path, database_url, live__frame_bytes=1024, worker=False) as service:
        async with socket_to(service, staff_token) as opened:
            await opened.send("x" * 1025)
            assert await code_of(opened) == 1009


async def test_nothing_is_compressed(hasty: Service, staff_token: str):
    """A small frame could unpack to a huge one. The client offers it, as browsers do."""
    async with socket_to(hasty, staff_token) as opened:
        assert opened.request is not None
        assert opened.response is not None
        assert "permessage-deflate" in opened.request.headers["Sec-WebSocket-Extensions"]
        assert "Sec-WebSocket-Extensions" not in opened.response.headers


def test_a_frame_that_is_compressed_ends_the_socket(hasty: Service, staff_token: str):
    with raw_socket(hasty) as opened:
        opened.sendall(init(staff_token) + frame(FINAL | 0x40 | TEXT, zlib.compress(b"0" * 100_000)))
        assert closing_code(opened) == 1002


def test_a_frame_that_says_it_is_huge_ends_the_socket_at_once(hasty: Service, staff_token: str):
    before = hasty.memory()
    with raw_socket(hasty) as opened:
        opened.sendall(init(staff_token) + frame(FINAL | TEXT, b"", size=2**40))
        assert closing_code(opened) == 1009
    assert hasty.memory() - before < 5


def test_fragments_are_limited_together(hasty: Service, staff_token: str):
    with raw_socket(hasty) as opened:
        opened.sendall(init(staff_token) + frame(TEXT, b"x" * 30_000) + frame(CONTINUATION, b"x" * 30_000))
        opened.sendall(frame(CONTINUATION, b"x" * 30_000))
        assert closing_code(opened) == 1009


def test_a_client_that_is_silent_or_sends_byte_by_byte_is_let_out(hasty: Service):
    with raw_socket(hasty) as silent, raw_socket(hasty) as slow:
        slow.sendall(frame(FINAL | TEXT, b"{", size=60_000))
        started = time.monotonic()
        assert [closing_code(silent), closing_code(slow)] == [4408, 4408]
        assert time.monotonic() - started > 0.5


def test_a_request_to_connect_has_to_arrive_in_time(hasty: Service):
    with hasty.connect() as opened:
        opened.sendall("\r\n".join(HEAD[:4]).encode())
        assert b"408" in opened.recv(65536).split(b"\r\n")[0]


async def test_the_deadline_of_requests_does_not_end_a_socket(hasty: Service, staff_token: str):
    async with socket_to(hasty, staff_token) as opened:
        with hasty.connect() as idle:  # ended by the deadline, which began after that of the socket
            idle.sendall(b"GET / HTTP/1.1\r\n")
            assert b"408" in idle.recv(65536)
        await opened.send(json.dumps({"type": "ping"}))
        assert json.loads(await opened.recv()) == {"type": "pong"}


@pytest.mark.parametrize("kind", [FINAL | PING, FINAL | TEXT])
def test_a_flood_of_frames_ends_the_socket(kind: int, hasty: Service, staff_token: str):
    payload = b"" if kind == FINAL | PING else b'{"type":"ping"}'
    with raw_socket(hasty) as opened:
        opened.sendall(init(staff_token))
        with suppress(ConnectionError):  # what comes after the end is answered by a reset
            for _ in range(50):
                opened.sendall(frame(kind, payload) * 20)
            assert closing_code(opened) == 1008


def test_pings_whose_answers_nobody_reads_fill_no_memory(hasty: Service, staff_token: str):
    before = hasty.memory()
    with raw_socket(hasty, buffer=4096) as opened:
        opened.settimeout(5)
        opened.sendall(init(staff_token))
        with suppress(ConnectionError):  # what comes after the end is answered by a reset
            for _ in range(2_000):
                opened.sendall(frame(FINAL | PING, b"x" * 125) * 10)
        until(lambda: not hasty.holds(opened), seconds=15)
    assert hasty.memory() - before < 5


async def test_pages_of_strangers_and_foreign_hosts_open_no_sockets(hasty: Service, database_url: str, tmp_path: Any):
    with pytest.raises(InvalidStatus) as refused:
        async with socket_to(hasty, Origin="https://evil.example.com"):
            pass
    assert refused.value.response.status_code == 403
    assert json.loads(refused.value.response.body)["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
    assert refused.value.response.headers["x-content-type-options"] == "nosniff"
    async with socket_to(hasty, Origin=f"https://127.0.0.1:{hasty.port}"):
        pass
    with serving(tmp_path, database_url, allowed_hosts="admin.example.com", worker=False) as guarded:
        with pytest.raises(InvalidStatus) as refused:
            async with socket_to(guarded):
                pass
        assert refused.value.response.status_code == 400


def test_the_storefront_and_other_methods_upgrade_nothing(hasty: Service):
    key = [
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ]
    answer = hasty.raw(request(b"", *key, method="GET"))
    assert b" 403 " in answer.split(b"\r\n")[0]
    answer = hasty.raw(request(b'{"query": "{ __typename }"}', *key, path="/admin/graphql"))
    assert b" 101 " not in answer.split(b"\r\n")[0]


async def test_the_101st_stream_is_refused(hasty: Service, database_url: str):
    tokens = [run_in_thread(database_url) for _ in range(10)]
    async with AsyncExitStack() as stack:
        for token in [one for one in tokens for _ in range(10)]:
            await stack.enter_async_context(socket_to(hasty, token))
        with pytest.raises(InvalidStatus) as refused:
            async with socket_to(hasty):
                pass
        assert refused.value.response.status_code == 503
        answer = hasty.post({"query": ONLINE}, "/admin/graphql", token=tokens[0], accept="text/event-stream")
        assert answer.status_code == 503
        assert hasty.post({"query": "{ viewer { kind } }"}, "/admin/graphql", token=tokens[0]).status_code == 200


def run_in_thread(database_url: str) -> str:
    """A token, from a test that is a coroutine itself."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run_on_connection, database_url, make_staff_token).result()
