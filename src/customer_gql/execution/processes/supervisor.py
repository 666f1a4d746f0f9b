"""Runs several processes on one listening socket: starts those that end again, and passes the end on to all."""

import asyncio
import signal
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from .child import SIGNALS, ChildProcess, Serve, fork_child
from .shared_metrics import serving_shared_metrics

log = structlog.get_logger("supervisor")
_PROVEN_SECONDS: Final = 60.0
"""A process that was ready for so long is started again without the pauses of those before it."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds between the end of a process and the start of the next in its place; each pause is twice the one before."""

    first: float = 1
    longest: float = 30

    def after(self, pause: float) -> float:
        return min(max(self.first, 2 * pause), self.longest)


class FirstProcessFailed(Exception):
    """It said why itself."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Supervisor:
    serve: Serve
    count: int
    stop_seconds: float
    """How long processes may take to end before they are killed."""
    on_ready: Callable[[], None]
    metrics: socket.socket | None = None
    """Where the supervisor serves those of all processes."""
    pauses: Pauses = field(default_factory=Pauses)
    running: dict[int, ChildProcess] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)
    _once_ready: set[int] = field(default_factory=set)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> int:
        """Until a signal ends it; the code to exit with. Raises `FirstProcessFailed` where the service cannot start."""
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup ignores one, and must
                loop.add_signal_handler(number, self._begin_stop)
        async with serving_shared_metrics(self.metrics, self.list_children, self.starts):
            return await self._run_processes()

    def list_children(self) -> Sequence[ChildProcess | None]:
        """By their places; None where a process has ended and the next was not started yet."""
        return [self.running.get(number) for number in range(1, self.count + 1)]

    async def _run_processes(self) -> int:
        # Alone: where it cannot start, the others would only say the same.
        first = self._start(1)
        is_ready = await first.wait_until_ready()
        if not is_ready and not self._stop.is_set():
            await first.wait()
            raise FirstProcessFailed(first.code or 1)
        places = [self._keep_running(1, first), *(self._keep_running(number) for number in range(2, self.count + 1))]
        keeping = [asyncio.create_task(place) for place in places]
        await self._stop.wait()
        _, late = await asyncio.wait(keeping, timeout=self.stop_seconds)
        for child in self.running.values():
            log.error("process killed", process=child.number, hint="it did not end in time")
            child.send_signal(signal.SIGKILL)
        await asyncio.gather(*keeping)
        log.info("stopped", processes=self.count)
        return 1 if late else 0

    async def _keep_running(self, number: int, child: ChildProcess | None = None) -> None:
        pause = 0.0
        while child is not None or not self._stop.is_set():
            try:
                child = child or self._start(number)
            except OSError as error:
                pause = self.pauses.after(pause)
                told = {"reason": str(error), "pause_seconds": pause}
                log.error("process not started", process=number, **told)  # noqa: TRY400 - the reason is enough
                await self._wait_for_stop(pause)
                continue
            if await child.wait_until_ready():
                self._note_ready(child)
            is_proven = not await child.wait(_PROVEN_SECONDS)
            await child.wait()
            del self.running[number]
            code, child = child.code or 0, None
            if self._stop.is_set():
                return
            pause = self.pauses.after(0 if is_proven else pause)
            log.error("process ended", process=number, **_describe_end(code), pause_seconds=pause)
            await self._wait_for_stop(pause)

    def _note_ready(self, child: ChildProcess) -> None:
        if self._stop.is_set():  # a signal during its start may have got lost
            child.send_signal(signal.SIGTERM)
        elif child.number not in self._once_ready:
            self._once_ready.add(child.number)
            if len(self._once_ready) == self.count:
                self.on_ready()

    async def _wait_for_stop(self, seconds: float) -> None:
        await asyncio.wait([stopped := asyncio.create_task(self._stop.wait())], timeout=seconds)
        stopped.cancel()

    def _start(self, number: int) -> ChildProcess:
        sockets = [child.channel for child in self.running.values()]
        if self.metrics is not None:
            sockets.append(self.metrics)
        child = fork_child(number, self.serve, sockets)
        self.running[number] = child
        self.starts[number] = self.starts.get(number, 0) + 1
        return child

    def _begin_stop(self) -> None:
        self._stop.set()
        for child in self.running.values():
            child.send_signal(signal.SIGTERM)


def _describe_end(code: int) -> dict[str, str | int]:
    return {"signal": signal.Signals(-code).name} if code < 0 else {"code": code}
