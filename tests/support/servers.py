"""Real servers in folders of their own, and the processes that share, crash or give way."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from customer_gql.embedded.postmaster import is_alive
from support.processes import until

FAST = {"fsync": "off", "shared_buffers": "16MB"}
ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not ROOT, reason="only root switches to another account")
only_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="only /proc tells the memory and the state of another process"
)


SERVICE = """
import json, sys
from pathlib import Path
from customer_gql.embedded import server as embedded
attachment = embedded.start_server(Path(sys.argv[1]), settings=json.loads(sys.argv[2]))
print(attachment.server.url(), flush=True)
sys.stdin.read()
attachment.stop()
"""


def run_python(script: str, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@contextmanager
def service(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the server, until its input is closed."""
    arguments = [sys.executable, "-c", SERVICE, str(folder), json.dumps(FAST)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("postgresql://")
        yield process


def leave(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(30) == 0


def postmaster(home: Path) -> int:
    return int((home / "pgdata" / "postmaster.pid").read_text().split()[0])


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    until(lambda: not is_alive(pid))


def stopped(home: Path) -> bool:
    return not (home / "pgdata" / "postmaster.pid").exists()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def ask(url: str, *statements: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return [await connection.fetchval(statement) for statement in statements][-1]
    finally:
        await connection.close()
