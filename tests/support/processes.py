"""The command line as people run it: a process of its own, with an environment of its own."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from support.mailed import SECRET_KEYS

PROGRAM = Path(sys.executable).with_name("customer-gql")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def memory_of(pid: int, field: str = "VmRSS") -> float:
    """MiB; VmHWM is the most there ever was."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition(f"{field}:")[2].split()[0]) / 1024


def until(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


def environment(**settings: object) -> dict[str, str]:
    """Ours without its settings, and those given: `port=1` is CUSTOMER_GQL_PORT. What production requires is there,
    except what is given as None."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CUSTOMER_GQL_")}
    required = {"storefront_url": "https://shop.example.com", "secret_keys": SECRET_KEYS}
    settings = {**required, **settings}
    return kept | {f"CUSTOMER_GQL_{name.upper()}": str(value) for name, value in settings.items() if value is not None}


def run(folder: Path, *arguments: object, **settings: object) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself. `folder` is where it is run, so that no `.env` of ours is read."""
    command = [PROGRAM, *map(str, arguments)]
    return subprocess.run(
        command, cwd=folder, env=environment(**settings), capture_output=True, text=True, check=False, timeout=60
    )


@contextmanager
def started(folder: Path, *arguments: object, **settings: object) -> Generator[subprocess.Popen[str]]:
    """A command that serves; killed when the test leaves it running."""
    command = [PROGRAM, *map(str, arguments)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=folder, env=environment(**settings), stdout=pipe, stderr=pipe, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def drain(process: subprocess.Popen[str]) -> None:
    """Read what a long-lived process prints, and forget it: a full pipe would make it wait."""
    for stream in (process.stdout, process.stderr):
        assert stream is not None
        threading.Thread(target=stream.read, daemon=True).start()


def line(stream: IO[str] | None) -> str:
    """The next line a process prints; it ends, at the latest, with the process."""
    assert stream is not None
    return stream.readline().rstrip("\n")


def post(url: str, token: str, query: str, **variables: object) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps({"query": query, "variables": variables}).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)
