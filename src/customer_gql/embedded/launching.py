"""Finding the server that runs on a data folder, or launching one."""

import json
import secrets
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from . import binaries as postgres_binaries, cluster, postmaster
from .binaries import SUPERUSER, Account, EmbeddedPostgresError
from .databases import OWNER, SERVICE, Server, connect_superuser, run_in_thread
from .users import STARTED_HERE

_SETTINGS: Final = {
    "listen_addresses": "",
    "port": "5432",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "fsync": "on",
    "client_connection_check_interval": "1s",
    "timezone": "UTC",
}


def find_home(data_dir: Path) -> tuple[Path, Account | None]:
    account = postgres_binaries.account_for(data_dir / "pgdata")
    home = postgres_binaries.home_for(data_dir, account)
    return home, postgres_binaries.account_for(home / "pgdata")


def find_server(home: Path) -> Server | None:
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
        async with connect_superuser(server) as connection:
            return (
                await connection.fetchval("SELECT current_setting('data_directory')"),
                await connection.fetchval("SELECT current_setting('server_version_num')::int / 10000"),
            )

    data_directory, version = run_in_thread(identify)
    if not Path(data_directory).samefile(home / "pgdata"):
        raise ConnectionRefusedError(f"another server listens in {noted.socket_dir}")
    return replace(server, version=version)


def _read_passwords(home: Path) -> dict[str, str]:
    path = home / "passwords.json"
    try:
        passwords = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError) as error:
        raise EmbeddedPostgresError(
            f"The passwords of the database in {home} are gone: put {path.name} back, or delete the folder to start again."
        ) from error
    if OWNER not in passwords:  # the folder is of a version that had one role
        passwords[OWNER] = secrets.token_urlsafe(24)
        cluster.write_private(path, json.dumps(passwords))
    return passwords


def launch_server(home: Path, account: Account | None, binaries: Path | None, settings: dict[str, str]) -> Server:
    pgdata = home / "pgdata"
    folders = [binaries] if binaries else postgres_binaries.candidate_folders(account)
    engine = postgres_binaries.find_engine(folders, account, home)
    cluster.check_version(pgdata, engine)
    if not pgdata.exists():
        passwords = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER, SERVICE)}
        cluster.make_cluster(engine, account, home, passwords, durable=settings.get("fsync") != "off")
    _read_passwords(home)
    postmaster.remove_stale_pid_file(pgdata)
    deadline = time.monotonic() + postmaster.ANSWER_TIMEOUT
    while True:
        postmaster.drop_socket_dir(home)
        socket_dir = postmaster.make_socket_dir(home, account, settings.get("port", _SETTINGS["port"]))
        ours = {"unix_socket_directories": f'"{socket_dir}"', STARTED_HERE: "on"}
        postmaster.launch_postmaster(engine, account, home, _SETTINGS | settings | ours)
        # Asked even when the launch failed: somebody may have been quicker by hand.
        if server := find_server(home):
            return server
        # The port of a killed server stays taken for a moment.
        if "Address already in use" not in postmaster.end_of_log(home) or time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"PostgreSQL did not start on {home}.{postmaster.end_of_log(home)}")
        time.sleep(0.2)
