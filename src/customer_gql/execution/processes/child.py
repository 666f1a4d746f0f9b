"""A process that a supervisor started, as the supervisor knows it.

It is forked, not started from nothing: the modules are loaded once, in memory that all processes share, so that a process that was
killed is there again within a moment. The supervisor has one thread for this reason.
"""

import asyncio
import atexit
import contextlib
import itertools
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import Any, Final, NoReturn

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_ANSWER_SECONDS: Final = 1.0
_LONGEST_LINE: Final = 16 * 1024 * 1024

Serve = Callable[[socket.socket], int]
"""What a process does with its end of the channel; the code that it exits with."""


class ChildProcess:
    """`number` counts the places of processes from 1; a process that is started again has the number of the one before."""

    def __init__(self, number: int, pid: int, channel: socket.socket) -> None:
        self.number = number
        self.channel = channel
        self.code: int | None = None
        """What it ended with; negative for the signal that killed it."""
        self._pid = pid
        self._ready = asyncio.Event()
        self._writer: asyncio.StreamWriter | None = None
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[list[Any]]] = {}
        self._living = asyncio.create_task(self._follow())

    async def wait_until_ready(self) -> bool:
        """Whether it became ready; it may end before that."""
        ready = asyncio.create_task(self._ready.wait())
        await asyncio.wait([ready, self._living], return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        return self._ready.is_set()

    async def wait(self, seconds: float | None = None) -> bool:
        """Whether it has ended, after so many seconds at most."""
        await asyncio.wait([self._living], timeout=seconds)
        return self._living.done()

    def send_signal(self, number: signal.Signals) -> None:
        if self.code is None:
            os.kill(self._pid, number)

    async def ask_metrics(self) -> list[Any] | None:
        """Its families of metrics; None where it does not answer in time."""
        if self._writer is None or self._living.done():
            return None
        question = next(self._ids)
        answer = self._answers[question] = asyncio.get_running_loop().create_future()
        self._writer.write(json.dumps({"id": question}).encode() + b"\n")
        try:
            return await asyncio.wait_for(answer, _ANSWER_SECONDS)
        except TimeoutError:
            return None
        finally:
            del self._answers[question]

    async def _follow(self) -> None:
        """Until the process ends, which closes its end of the channel."""
        reader, self._writer = await asyncio.open_connection(sock=self.channel, limit=_LONGEST_LINE)
        with contextlib.suppress(OSError, ValueError):  # one that was killed leaves half a line
            while line := await reader.readline():
                self._take_message(json.loads(line))
        while not self._has_ended():  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # no event tells of it without a thread
        self._writer.close()

    def _has_ended(self) -> bool:
        pid, status = os.waitpid(self._pid, os.WNOHANG)
        if pid:
            self.code = os.waitstatus_to_exitcode(status)
        return bool(pid)

    def _take_message(self, message: dict[str, Any]) -> None:
        answer = self._answers.get(message.get("id", 0))
        if "ready" in message:
            self._ready.set()
        elif answer is not None and not answer.done():
            answer.set_result(message["families"])


def fork_child(number: int, serve: Serve, supervisors: Iterable[socket.socket]) -> ChildProcess:
    """`supervisors` are sockets of the supervisor, which the process closes: an end of a channel that stayed open in another
    process would hide that the supervisor is gone. Raises `OSError` where the system has no process or socket left."""
    ours, theirs = socket.socketpair()
    # A signal that came before the process has let go of the supervisor's handlers would be taken for the supervisor's.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        pid = os.fork()
        if pid == 0:
            _become_process(serve, theirs, [ours, *supervisors])
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        theirs.close()
    ours.setblocking(False)
    return ChildProcess(number, pid, ours)


def _become_process(serve: Serve, channel: socket.socket, supervisors: Iterable[socket.socket]) -> NoReturn:
    """Never return to what the supervisor was doing."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        for theirs in supervisors:
            if (descriptor := theirs.detach()) >= 0:
                os.close(descriptor)
        code = serve(channel)
        atexit._run_exitfuncs()  # noqa: SLF001  # pyright: ignore - as multiprocessing does; traces are sent there
    except BaseException:  # noqa: BLE001 - it must not be raised in what the supervisor was doing
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
