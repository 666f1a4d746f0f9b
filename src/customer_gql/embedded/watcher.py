"""A small process beside a server, which stops it when all who used it were killed: nobody was left to do so.

Started again within `UNUSED_SECONDS`, a service finds the server as it was. The watcher ends with the server, and with its folder.
"""

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from . import postmaster
from .binaries import open_private
from .users import stop_if_unused, try_lock, was_started_here

UNUSED_SECONDS: Final = 15.0
_PAUSE_SECONDS: Final = 3.0
_EXISTING: Final = "r+"
"""Nothing is made in a folder that somebody may be removing."""


def start_watcher(home: Path) -> None:
    """Unless one watches already, or the server was started by hand. Call with the folder locked."""
    if not was_started_here(home / "pgdata"):
        return
    with open_private(home / "watch.lock", "a") as watching:
        if not try_lock(watching):
            return
    # The shell leaves at once, so that the watcher is no child of this process; Ctrl-C in the terminal does not reach it.
    command = ["/bin/sh", "-c", '"$@" >&2 &', "sh", sys.executable, "-P", "-m", __name__, str(home)]
    with open_private(home / "server.log", "a") as output:
        subprocess.run(  # noqa: S603 - no shell reads the arguments, which are of our own
            command, stdin=subprocess.DEVNULL, stderr=output, start_new_session=True, check=False
        )


def watch(home: Path) -> None:
    """Until no server is left that anybody uses."""
    with suppress(FileNotFoundError), open_private(home / "watch.lock", _EXISTING) as watching:
        if not try_lock(watching):
            return
        unused_since: float | None = None
        while True:
            time.sleep(_PAUSE_SECONDS)
            with (
                open_private(home / "start.lock", _EXISTING) as start,
                open_private(home / "users.lock", _EXISTING) as users,
            ):
                if not try_lock(start):  # somebody starts or stops it
                    unused_since = None
                elif not _is_running(home):
                    watching.close()  # with the folder locked: who starts a server next looks whether anybody watches
                    return
                elif not try_lock(users):
                    unused_since = None
                elif unused_since is None:
                    unused_since = time.monotonic()
                elif time.monotonic() - unused_since >= UNUSED_SECONDS:
                    stop_if_unused(home, users)


def _is_running(home: Path) -> bool:
    noted = postmaster.read_pid_file(home / "pgdata")
    return noted is not None and postmaster.is_postmaster(noted.pid, home / "pgdata")


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
