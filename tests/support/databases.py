"""Databases of the tests' one server, and folders for servers of their own."""

import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from customer_gql.embedded.postmaster import is_alive, is_postmaster, read_pid_file
from customer_gql.embedded.server import Server, create_database, drop_database
from support.processes import until

FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
}
"""Settings of the tests' server, which nobody misses when it crashes."""


@contextmanager
def cloned(server: Server, template: str) -> Generator[str]:
    name = name_database()
    create_database(server, name, template)
    try:
        yield server.url(name)
    finally:
        drop_database(server, name)


def name_database() -> str:
    return f"test_{os.getpid()}_{uuid.uuid4().hex[:8]}"


async def change_tables(server: Server, connection: Any, *statements: str) -> None:
    """Run statements in the database of a connection as the role that owns the tables, which the service is not."""
    owner = await asyncpg.connect(server.owner_url(await connection.fetchval("SELECT current_database()")))
    try:
        for statement in statements:
            await owner.execute(statement)
    finally:
        await owner.close()


def end_servers(folder: Path) -> None:
    """Only what a failed test left: a server that was stopped has no note."""
    for note in folder.rglob("postmaster.pid"):
        noted = read_pid_file(note.parent)
        if noted and is_postmaster(noted.pid, note.parent):
            os.kill(noted.pid, signal.SIGQUIT)
            until(lambda pid=noted.pid: not is_alive(pid))


@contextmanager
def short_folder() -> Iterator[Path]:
    """Unlike pytest's own temporary folders, one that every account may enter."""
    folder = Path(tempfile.mkdtemp(prefix="cg-", dir="/tmp")).resolve()
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        end_servers(folder)
        shutil.rmtree(folder)
