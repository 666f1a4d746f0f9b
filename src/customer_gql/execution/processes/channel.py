"""The end of a process that serves beside others: it tells its supervisor that it is ready, and what its metrics are.

Messages are JSON, one on each line. The other end closes with the supervisor; a process that is left alone ends as if by SIGTERM.
"""

import contextlib
import json
import os
import signal
import socket
import threading
from typing import Any, Final

from prometheus_client import REGISTRY

from customer_gql.execution.telemetry.losses import METRICS, CountedLosses

READY: Final = {"ready": True}


class SupervisorChannel:
    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    def start_answering(self) -> None:
        """In a thread of its own, so that metrics are told while the process is busy."""
        threading.Thread(target=self._answer_questions, name="supervisor", daemon=True).start()

    def tell_ready(self) -> None:
        self._send(READY)

    def _answer_questions(self) -> None:
        with contextlib.suppress(OSError), self._socket.makefile("rb") as questions:
            for question in questions:
                self._send({"id": json.loads(question)["id"], "families": _collect_families()})
        os.kill(os.getpid(), signal.SIGTERM)

    def _send(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # a supervisor that is gone is noticed by reading
            self._socket.sendall(json.dumps(message).encode() + b"\n")


def _collect_families() -> list[Any]:
    with CountedLosses(METRICS):
        return [
            [it.name, it.documentation, it.type, [[sample.name, sample.labels, sample.value] for sample in it.samples]]
            for it in REGISTRY.collect()
        ]
    return []
