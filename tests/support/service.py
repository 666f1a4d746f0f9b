"""The service as it is run: a process on a port, spoken to over sockets, looked at from outside."""

import json
import os
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from support.processes import PROGRAM, environment, memory_of, until


@dataclass(frozen=True, slots=True)
class Service:
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    http: httpx.Client

    def lines(self, start: int = 0) -> list[dict[str, Any]]:
        """The log since a length of it."""
        return [json.loads(line) for line in self.log.read_text()[start:].splitlines() if line.startswith("{")]

    def memory(self, field: str = "VmRSS") -> float:
        return memory_of(self.process.pid, field)

    def cpu(self) -> float:
        """Seconds the process has worked, whatever else the machine does; in hundredths."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def holds(self, connection: socket.socket) -> bool:
        """Whether the service still has its end of a connection; without one the system keeps it, as nobody's."""
        ours, theirs = (f":{port:04X}" for port in (self.port, connection.getsockname()[1]))
        ends = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return any(end[1].endswith(ours) and end[2].endswith(theirs) and end[9] != "0" for end in ends)

    def post(self, body: Any, path: str = "/graphql", *, token: str | None = None, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {
            "content-type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if token:
            sent["authorization"] = f"Bearer {token}"
        return self.http.post(path, content=content, headers=sent)

    def ask(self, query: str, path: str = "/graphql", *, token: str | None = None, **variables: Any) -> Any:
        return self.post({"query": query, "variables": variables}, path, token=token).json()

    def connect(self, seconds: float = 20) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)

    def raw(self, *parts: bytes, seconds: float = 20) -> bytes:
        """Send these bytes, and read until the service closes or is silent for the keep-alive time."""
        with self.connect(seconds) as connection:
            for part in parts:
                try:
                    connection.sendall(part)
                except ConnectionError:
                    break
            return received(connection)


def received(connection: socket.socket) -> bytes:
    answer = b""
    try:
        while chunk := connection.recv(65536):
            answer += chunk
    except (ConnectionError, TimeoutError):
        pass
    return answer


def request(body: bytes, *headers: str, method: str = "POST", path: str = "/graphql") -> bytes:
    """One request as it stands on the wire, closing afterwards."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", "Connection: close"]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", *headers, "", ""])
    return head.encode() + body


def code_of(answer: Any) -> str:
    return answer["errors"][0]["extensions"]["code"]


@contextmanager
def serving(folder: Path, database_url: str, *arguments: str, **settings: object) -> Generator[Service]:
    """`customer-gql serve`, in production unless told otherwise; ended by SIGTERM. Without its worker, which would do the jobs
    and send the mails of other tests."""
    given = {"database_url": database_url, "port": 0, "unready_seconds": 0, "worker": False, **settings}
    log = folder / "service.log"
    with (
        log.open("wb") as written,
        subprocess.Popen(
            [PROGRAM, "serve", *arguments],
            cwd=folder,
            env=environment(**given),
            stdout=subprocess.DEVNULL,
            stderr=written,
        ) as process,
    ):
        try:
            until(lambda: "serving on" in log.read_text() or process.poll() is not None, seconds=60)
            assert process.poll() is None, log.read_text()
            port = int(log.read_text().partition("serving on http://127.0.0.1:")[2].split()[0].rstrip(":"))
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
                yield Service(port, process, log, http)
        finally:
            process.terminate()
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
