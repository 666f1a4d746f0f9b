"""The load generator: a process that keeps some connections busy, each with one request after another.

It only moves bytes over sockets, so that it uses little of the machine it shares with the measured server.
"""

import asyncio
import json
import sys
import time
from collections import deque
from typing import Any

import uvloop

_REFUSALS = (b'"errors"', b'"userErrors":[{')


class LoadConnection(asyncio.Protocol):
    """One connection: sends the next request when the answer to the previous one is complete, and after the pause of the load."""

    def __init__(self, load: "Load") -> None:
        self.load = load
        self.buffer = bytearray()
        self.sent = 0.0
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.send_next()

    def send_request(self) -> None:
        self.sent = self.load.due_time()
        self.transport.write(self.load.next_request())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        length = int(self.buffer[:end].lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(self.buffer) < end + 4 + length:
            return
        good = self.buffer.startswith(b"HTTP/1.1 200") and not any(it in self.buffer for it in _REFUSALS)
        answer = bytes(self.buffer)
        self.buffer.clear()
        self.load.record_answer(time.perf_counter() - self.sent, bad=b"" if good else answer)
        if self.load.pause:
            asyncio.get_running_loop().call_later(self.load.pause, self.send_next)
        else:
            self.send_next()

    def send_next(self) -> None:
        if self.load.may_send(self):
            self.send_request()
        elif not self.load.running:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - of asyncio.Protocol
        self.load.close_connection()


class Load:
    def __init__(self, requests: list[bytes], connections: int, *, is_once: bool = False, pause: float = 0) -> None:
        self.requests = requests
        self.is_once = is_once
        self.pause = pause
        self.position = 0
        self.open = connections
        self.running = True
        self.times: list[float] = []
        self.bad = 0
        self.bad_sample = ""
        self.done = asyncio.get_running_loop().create_future()

    def may_send(self, _connection: LoadConnection) -> bool:
        """Whether a connection that is free sends a request now."""
        return self.running

    def due_time(self) -> float:
        """From when on the next request is late."""
        return time.perf_counter()

    def stop(self) -> None:
        self.running = False

    def next_request(self) -> bytes:
        self.position += 1
        if self.is_once and self.position >= len(self.requests):
            self.running = False
        return self.requests[self.position % len(self.requests)]

    def record_answer(self, seconds: float, *, bad: bytes) -> None:
        self.times.append(seconds)
        if bad:
            self.bad += 1
            self.bad_sample = self.bad_sample or bad.decode(errors="replace")[-500:]

    def close_connection(self) -> None:
        self.open -= 1
        if not self.open and not self.done.done():
            self.done.set_result(None)


class OpenLoad(Load):
    """So many requests are due in each second. One that finds no free connection waits, and its time counts from when it was due: a
    server that stands still is not asked less for that."""

    def __init__(self, requests: list[bytes], connections: int, *, rate: float) -> None:
        super().__init__(requests, connections)
        self.due: deque[float] = deque()
        self.free: list[LoadConnection] = []
        self.begun = time.perf_counter()
        self.rate = rate
        self.count = 0
        self.make_due()

    def make_due(self) -> None:
        if not self.running:
            return
        now = time.perf_counter()
        while self.begun + self.count / self.rate <= now:
            self.due.append(self.begun + self.count / self.rate)
            self.count += 1
        while self.due and self.free:
            self.free.pop().send_request()
        asyncio.get_running_loop().call_later(0.001, self.make_due)

    def may_send(self, connection: LoadConnection) -> bool:
        if not self.due and self.running:
            self.free.append(connection)
        return bool(self.due) and self.running

    def due_time(self) -> float:
        return self.due.popleft()

    def stop(self) -> None:
        super().stop()
        for connection in self.free:
            connection.transport.close()


async def run_load(plan: dict[str, Any]) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    requests = [_encode_request(plan, body) for body in plan["bodies"]]
    if "rate" in plan:
        load = OpenLoad(requests, plan["connections"], rate=plan["rate"])
    else:
        load = Load(requests, plan["connections"], is_once=plan.get("is_once", False), pause=plan.get("pause", 0))
    started = time.perf_counter()
    for _ in range(plan["connections"]):
        await loop.create_connection(lambda: LoadConnection(load), "127.0.0.1", plan["port"])
    if load.is_once:
        await load.done
    else:
        await asyncio.sleep(plan["seconds"])
    load.stop()
    seconds = time.perf_counter() - started
    count = len(load.times)
    async with asyncio.timeout(20):
        await load.done
    times = sorted(load.times)
    return {
        "requests": len(times),
        "rps": count / seconds,
        "p50_ms": times[len(times) // 2] * 1000,
        "p95_ms": times[int(len(times) * 0.95)] * 1000,
        "p99_ms": times[int(len(times) * 0.99)] * 1000,
        "bad": load.bad,
        "bad_sample": load.bad_sample,
    }


def _encode_request(plan: dict[str, Any], body: str) -> bytes:
    sent = body.encode()
    head = [f"POST {plan['path']} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    head += [f"{name}: {value}" for name, value in plan["headers"].items()]
    return "\r\n".join([*head, f"Content-Length: {len(sent)}", "", ""]).encode() + sent


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(run_load(json.load(sys.stdin)))))
