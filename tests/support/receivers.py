"""Receivers of webhooks: real servers on loopback, which answer as a test says."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

Behave = Callable[["Receiver", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Received:
    """One request."""

    head: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    def verify(self, secret: str) -> Any:
        """As the library of a receiver does it; raises for a wrong signature."""
        return Webhook(secret).verify(self.body, self.headers)

    def is_signed_with(self, secret: str) -> bool:
        """Whether a receiver that has this secret takes it."""
        try:
            self.verify(secret)
        except WebhookVerificationError:
            return False
        return True


@dataclass
class Receiver:
    behave: Behave
    port: int = 0
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    tasks: set[asyncio.Task[Any]] = field(default_factory=set[Any])
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.split("\r\n")
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
            }
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.requests.append(Received(first, headers, body))
            self.arrived.set()
            await self.behave(self, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            writer.close()

    async def until(self, count: int, *, seconds: float = 15) -> list[Received]:
        """Wait until so many requests came."""
        async with asyncio.timeout(seconds):
            while len(self.requests) < count:
                self.arrived.clear()
                await self.arrived.wait()
        return self.requests


def answer(status: int, *headers: str, body: bytes = b"") -> Behave:
    async def behave(_: Receiver, writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers, "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()

    return behave


def in_turn(*behaviours: Behave) -> Behave:
    """One after another; the last one for all that follow."""

    async def behave(receiver: Receiver, writer: asyncio.StreamWriter) -> None:
        place = min(len(receiver.requests), len(behaviours)) - 1
        await behaviours[place](receiver, writer)

    return behave


async def hang(_: Receiver, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def flood(_: Receiver, writer: asyncio.StreamWriter) -> None:
    """Headers without an end."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: " + b"x" * 1000 + b"\r\n")
        await writer.drain()


async def flood_with_hints(_: Receiver, writer: asyncio.StreamWriter) -> None:
    """Answers that announce the answer, without an end."""
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")
        await writer.drain()


async def drip(_: Receiver, writer: asyncio.StreamWriter) -> None:
    """A header, a byte at a time."""
    writer.write(b"HTTP/1.1 200 OK\r\nX-More: ")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.1)


@asynccontextmanager
async def receiving(
    behave: Behave | None = None, *, ssl: Any = None, host: str = "127.0.0.1", port: int = 0
) -> AsyncGenerator[Receiver]:
    receiver = Receiver(behave or answer(204))
    server = await asyncio.start_server(receiver.serve, host, port, ssl=ssl)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in receiver.tasks:
            task.cancel()
        await asyncio.gather(*receiver.tasks, return_exceptions=True)
