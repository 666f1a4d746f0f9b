"""The postmaster, PostgreSQL's first process: what it noted of itself, whether it lives, its start and its end.

A note outlives a postmaster that was killed, and a number passes to another process: neither is believed unseen.
"""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import binaries
from .binaries import Account, EmbeddedPostgresError, Engine, open_private

START_TIMEOUT = 300.0  # seconds; crash recovery replays all that was written since the last checkpoint
ANSWER_TIMEOUT = 10.0  # seconds for a server that says it is ready
HAS_PROC = Path("/proc/self/stat").exists()
_SOCKET_PATH_LIMIT = 107  # bytes, sockaddr_un.sun_path without its final zero


@dataclass(frozen=True)
class PidFile:
    """What `postmaster.pid` says, which outlives a postmaster that was killed."""

    pid: int
    port: int
    socket_dir: str
    shared_memory: str
    status: str


def read_pid_file(pgdata: Path) -> PidFile | None:
    try:
        lines = (pgdata / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return None
    # The lines are written one after the other while the server starts.
    pid, _, _, port, socket_dir, _, shared_memory, status = [*(line.strip() for line in lines), *[""] * 8][:8]
    if not pid.isdecimal():
        return None
    return PidFile(int(pid), int(port) if port.isdecimal() else 0, socket_dir, shared_memory, status)


def await_pid_file(pgdata: Path) -> None:
    """An empty note is a server that starts at this moment, or the leavings of a full disk, which would be in its way."""
    note = pgdata / "postmaster.pid"
    deadline = time.monotonic() + 1
    while note.exists() and read_pid_file(pgdata) is None:
        if time.monotonic() > deadline:
            note.unlink(missing_ok=True)
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return not HAS_PROC and _process_exists(pid)
    # The command's name stands in parentheses and may hold any character.
    return state.rpartition(")")[2].split()[0] not in {"Z", "X"}


def _process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def is_postmaster(pid: int, pgdata: Path) -> bool:
    """Whether this is a live postmaster of this cluster, not a zombie nor a later owner of its number."""
    if not is_alive(pid):
        return False
    process = Path(f"/proc/{pid}")
    try:
        arguments = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return not HAS_PROC
    if Path(os.fsdecode(arguments[0])).name not in {"postgres", "postmaster"}:
        return False
    try:
        return (process / "cwd").samefile(pgdata)
    except OSError:  # in a container root may not look into another account's process
        return os.fsencode(pgdata) in arguments


def remove_stale_pid_file(pgdata: Path) -> None:
    """Remove the note of a dead postmaster whose number a zombie or another process bears: PostgreSQL would not start."""
    noted = read_pid_file(pgdata)
    if noted is None or not HAS_PROC or not _process_exists(noted.pid) or is_postmaster(noted.pid, pgdata):
        return
    # Backends may outlive their postmaster for a moment; a server started beside them would destroy the data.
    deadline = time.monotonic() + ANSWER_TIMEOUT
    while _is_memory_in_use(noted.shared_memory):
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"Processes of a dead server still use {pgdata}: end them.")
        time.sleep(0.02)
    (pgdata / "postmaster.pid").unlink()


def _is_memory_in_use(shared_memory: str) -> bool:
    """Whether a process uses this segment, given as key and id."""
    known = shared_memory.split()
    for line in Path("/proc/sysvipc/shm").read_text(encoding="utf-8").splitlines()[1:]:
        key, segment, _, _, _, _, users, *_ = line.split()
        if [str(int(key) & 0xFFFFFFFF), segment] == known:
            return int(users) > 0
    return False


def launch_postmaster(engine: Engine, account: Account | None, home: Path, settings: Mapping[str, str]) -> None:
    """Start the postmaster and wait until it is ready or has ended."""
    log, pgdata = home / "server.log", home / "pgdata"
    if log.exists():
        log.replace(log.with_suffix(".log.old"))
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    # A session of its own keeps Ctrl-C in the terminal from it. The shell leaves at once, so the server is no child of
    # this process: it may outlive it and leaves it no zombie.
    with open_private(log, "a") as output:
        command = ("/bin/sh", "-c", '"$@" >&2 & echo $!', "sh", engine.folder / "postgres", "-D", pgdata, *options)
        shell = binaries.run_program(account, *command, stderr=output, start_new_session=True)
    try:
        _await_ready(int(shell.stdout), home)
    except BaseException:  # Ctrl-C too: nobody else knows of this server
        _await_own_pid_file(int(shell.stdout), pgdata)
        stop_postmaster(int(shell.stdout), pgdata)
        raise


def _await_ready(pid: int, home: Path) -> None:
    pgdata, deadline = home / "pgdata", time.monotonic() + START_TIMEOUT
    while is_alive(pid):
        if (noted := read_pid_file(pgdata)) and noted.pid == pid and noted.status == "ready":
            return
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"PostgreSQL (process {pid}) is not ready on {home}.{end_of_log(home)}")
        time.sleep(0.01)


def _await_own_pid_file(pid: int, pgdata: Path) -> None:
    """What was just started is known for a postmaster, and takes signals as one, when it has written its note."""
    deadline = time.monotonic() + ANSWER_TIMEOUT
    while is_alive(pid) and not ((noted := read_pid_file(pgdata)) and noted.pid == pid) and time.monotonic() < deadline:
        time.sleep(0.01)


def end_of_log(home: Path) -> str:
    try:
        text = (home / "server.log").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return f" The end of {home / 'server.log'}: {binaries.last_lines(text)}"


def stop_postmaster(pid: int, pgdata: Path) -> None:
    for number, patience in ((signal.SIGINT, 60.0), (signal.SIGQUIT, ANSWER_TIMEOUT)):
        # Asked before each signal: the number may have passed to another process.
        if not is_postmaster(pid, pgdata):
            return
        os.kill(pid, number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not is_alive(pid):
                return
            time.sleep(0.01)
    raise EmbeddedPostgresError(f"The server on {pgdata} (process {pid}) does not stop.{end_of_log(pgdata.parent)}")


def make_socket_dir(home: Path, account: Account | None, port: str) -> Path:
    """`socket` in the folder, or a link to a short one under the folder for temporary files."""
    folder = home / "socket"
    if len(os.fsencode(folder / f".s.PGSQL.{port}")) <= _SOCKET_PATH_LIMIT and not set(str(folder)) & set(',"'):
        folder.mkdir(mode=0o700)
    else:
        short = Path(tempfile.mkdtemp(prefix="customer-gql-", dir="/tmp"))
        folder.symlink_to(short)
        folder = short
    binaries.give_to_account(folder, account)
    return folder


def drop_socket_dir(home: Path) -> None:
    folder = home / "socket"
    shutil.rmtree(folder.resolve(), ignore_errors=True)
    if folder.is_symlink():
        folder.unlink()
