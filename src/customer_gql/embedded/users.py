"""Who uses the server of a folder: locks that the kernel drops when a process dies, however it dies."""

import fcntl
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Final

from . import postmaster
from .binaries import EmbeddedPostgresError, open_private

STARTED_HERE: Final = "customer_gql.supervised"
"""A setting that says that we started the server: only such a one is stopped."""


@contextmanager
def lock_folder(home: Path) -> Generator[None]:
    """One process at a time starts or stops the server of this folder."""
    with open_private(home / "start.lock", "a") as lock:
        deadline = time.monotonic() + postmaster.START_TIMEOUT
        while not try_lock(lock):
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"Another process has been starting the server in {home} for too long.")
            time.sleep(0.02)
        yield


def try_lock(file: TextIOWrapper) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def join_users(home: Path) -> TextIOWrapper:
    """Closing the file leaves them. Call with the folder locked."""
    users = open_private(home / "users.lock", "a")
    fcntl.flock(users, fcntl.LOCK_SH)
    return users


def stop_if_unused(home: Path, users: TextIOWrapper) -> None:
    """Call with the folder locked, so that nobody attaches meanwhile."""
    pgdata = home / "pgdata"
    noted = postmaster.read_pid_file(pgdata)
    if noted is None or not try_lock(users):
        return
    if was_started_here(pgdata):
        postmaster.stop_postmaster(noted.pid, pgdata)
        postmaster.drop_socket_dir(home)


def was_started_here(pgdata: Path) -> bool:
    """The server writes its command line down, a moment after its note, so any process can tell who started it."""
    deadline = time.monotonic() + postmaster.ANSWER_TIMEOUT
    while postmaster.read_pid_file(pgdata) and time.monotonic() < deadline:
        with suppress(FileNotFoundError):
            return STARTED_HERE in (pgdata / "postmaster.opts").read_text(encoding="utf-8", errors="replace")
        time.sleep(0.02)
    return False
