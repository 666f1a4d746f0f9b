"""What processes have used of the machine, as /proc tells it."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_TICK: Final = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids: Iterable[int]) -> float:
    """Theirs, and what children of theirs used that have ended."""
    return sum(_ticks(pid) for pid in pids) / _TICK


def peak_mb(pids: Iterable[int]) -> float:
    statuses = [Path(f"/proc/{pid}/status").read_text() for pid in pids]
    return max(int(status.partition("VmHWM:")[2].split()[0]) for status in statuses) / 1024


def of_group(leader: int) -> list[int]:
    """The process and what it started: a launcher may stand before the server."""
    return [pid for pid in _every() if _group_of(pid) == leader]


def in_folder(folder: Path) -> list[int]:
    """PostgreSQL's processes, which all work inside the folder of the data."""
    return [pid for pid in _every() if (at := _folder_of(pid)) and at.is_relative_to(folder.resolve())]


def _every() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _ticks(pid: int) -> int:
    try:
        fields = _stat(pid)
    except (FileNotFoundError, ProcessLookupError):
        return 0  # a worker of the database that has ended
    return sum(map(int, fields[11:15]))


def _group_of(pid: int) -> int:
    try:
        return int(_stat(pid)[2])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _folder_of(pid: int) -> Path | None:
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
