"""Streams of an application in the test's own process: events over HTTP, and WebSockets, without a server between."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette

PATH = "/admin/graphql"
SUBPROTOCOL = "graphql-transport-ws"
SECONDS = 10


class Stream:
    """An answer of events. `slow` clients take a message only when the test reads one."""

    def __init__(self, app: Starlette, query: str, variables: Any, headers: dict[str, str]) -> None:
        self._app = app
        self._body = json.dumps({"query": query, "variables": variables}).encode()
        self._headers = {"host": "test", "content-type": "application/json", "accept": "text/event-stream", **headers}
        self._messages: asyncio.Queue[Any] = asyncio.Queue(1)
        self._gone = asyncio.Event()
        self._requested = False
        self._text = ""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.task: asyncio.Task[None] | None = None

    async def open(self) -> "Stream":
        self.task = asyncio.create_task(self._app(self._scope(), self._receive, self._messages.put))
        start = await asyncio.wait_for(self._messages.get(), SECONDS)
        self.status = start["status"]
        self.headers = {name.decode(): value.decode() for name, value in start["headers"]}
        return self

    def _scope(self) -> dict[str, Any]:
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": PATH,
            "raw_path": PATH.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in self._headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("test", 80),
            "state": {},
        }

    async def _receive(self) -> Any:
        if not self._requested:
            self._requested = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def body(self) -> Any:
        """The answer, where it is JSON."""
        message = await asyncio.wait_for(self._messages.get(), SECONDS)
        return json.loads(message["body"])

    async def event(self) -> dict[str, str] | None:
        """The next event by the names of its lines; None at the end of the answer."""
        while True:
            head, found, rest = self._text.partition("\n\n")
            if found:
                self._text = rest
                parts = [line.partition(":") for line in head.splitlines()]
                lines = {name: value.strip() for name, _, value in parts if name}
                if lines:
                    return lines
                continue
            message = await asyncio.wait_for(self._messages.get(), SECONDS)
            self._text += message["body"].decode()
            if not message.get("more_body", False) and not self._text:
                return None

    async def data(self) -> Any:
        event = await self.event()
        assert event is not None
        assert event["event"] == "next"
        return json.loads(event["data"])

    async def close(self) -> None:
        self._gone.set()
        assert self.task is not None
        while not self.task.done():
            while not self._messages.empty():
                self._messages.get_nowait()
            await asyncio.sleep(0.01)


@asynccontextmanager
async def streaming(app: Starlette, token: str | None, query: str, **variables: Any) -> AsyncGenerator[Stream]:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with stream_with(app, query, variables, headers) as stream:
        yield stream


@asynccontextmanager
async def stream_with(app: Starlette, query: str, variables: Any, headers: dict[str, str]) -> AsyncGenerator[Stream]:
    stream = await Stream(app, query, variables, headers).open()
    try:
        yield stream
    finally:
        await stream.close()


class Socket:
    """A WebSocket, spoken to in messages of `graphql-transport-ws`."""

    def __init__(self, app: Starlette, headers: dict[str, str], subprotocols: list[str]) -> None:
        self._app = app
        self._headers = {"host": "test", **headers}
        self._subprotocols = subprotocols
        self._sent: asyncio.Queue[Any] = asyncio.Queue()
        self._received: asyncio.Queue[Any] = asyncio.Queue()
        self.status = 0
        self.task: asyncio.Task[None] | None = None

    async def open(self) -> "Socket":
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": PATH,
            "raw_path": PATH.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in self._headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("test", 80),
            "subprotocols": self._subprotocols,
            "extensions": {"websocket.http.response": {}},
            "state": {},
        }
        self._sent.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(self._app(scope, self._sent.get, self._received.put))
        message = await self._next()
        self.status = 101 if message["type"] == "websocket.accept" else message["status"]
        return self

    async def _next(self) -> Any:
        return await asyncio.wait_for(self._received.get(), SECONDS)

    def send(self, type: str, **message: Any) -> None:
        self.send_raw(text=json.dumps({"type": type, **message}))

    def send_raw(self, **message: Any) -> None:
        self._sent.put_nowait({"type": "websocket.receive", **message})

    async def init(self, token: str | None) -> "Socket":
        payload = {"authorization": f"Bearer {token}"} if token else None
        self.send("connection_init", payload=payload)
        assert await self.message() == {"type": "connection_ack"}
        return self

    def subscribe(self, id: str, query: str, /, **variables: Any) -> None:
        self.send("subscribe", id=id, payload={"query": query, "variables": variables})

    async def message(self) -> Any:
        """The next message."""
        message = await self._next()
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"])

    async def closed(self) -> tuple[int, str]:
        """Code and reason, after whatever messages come before."""
        while (message := await self._next())["type"] != "websocket.close":
            pass
        self.leave(message["code"])
        return message["code"], message.get("reason") or ""

    def leave(self, code: int = 1000) -> None:
        self._sent.put_nowait({"type": "websocket.disconnect", "code": code})

    async def close(self) -> None:
        self.leave()
        assert self.task is not None
        await asyncio.wait_for(self.task, SECONDS)


@asynccontextmanager
async def socket_of(app: Starlette, /, *subprotocols: str, **headers: str) -> AsyncGenerator[Socket]:
    socket = await Socket(app, headers, list(subprotocols or (SUBPROTOCOL,))).open()
    try:
        yield socket
    finally:
        await socket.close()


def settled(app: Starlette) -> bool:
    """Whether nothing is left of any stream."""
    streams = app.state.streams
    return not streams.running and not streams._by_viewer and not streams.rights._watched
