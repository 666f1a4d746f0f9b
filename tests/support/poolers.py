"""A real pgbouncer in transaction mode before a database of the tests' server."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from support.processes import free_port, until

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
needs_pgbouncer = pytest.mark.skipif(PGBOUNCER is None, reason="pgbouncer is not installed")

CONFIGURATION = """
[databases]
{name} = host={host} port={server_port} dbname={name} user={user} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 200
pidfile = {folder}/pgbouncer.pid
{more}
"""


@contextmanager
def pooled(url: str, *more: str) -> Generator[str]:
    """The address of the pooler that leads to the database of `url`; `more` are lines of its configuration."""
    assert PGBOUNCER is not None
    parts = urlsplit(url)
    [socket_folder], [server_port] = (parse_qs(parts.query)[name] for name in ("host", "port"))
    port = free_port()
    place = {"host": socket_folder, "server_port": server_port, "user": parts.username, "password": parts.password}
    name = parts.path.removeprefix("/")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "pgbouncer.ini")
        file.write_text(CONFIGURATION.format(name=name, port=port, folder=folder, more="\n".join(more), **place))
        command = [PGBOUNCER, str(file)]
        if os.geteuid() == 0:  # as which it refuses to run
            account = Path(socket_folder).owner()
            command[1:1] = ["-u", account]
            shutil.chown(folder, account)
            shutil.chown(file, account)
        with running(command, port, Path(folder, "log")):
            yield parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}", query="").geturl()


@contextmanager
def running(command: list[str], port: int, log: Path) -> Generator[None]:
    with log.open("w") as written, subprocess.Popen(command, stdout=written, stderr=written) as process:
        try:
            until(lambda: is_listening(port) or process.poll() is not None)
            assert process.poll() is None, log.read_text()
            yield
        finally:
            process.terminate()


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
