"""CPU time and memory of processes, read from /proc."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_TICK: Final = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids: Iterable[int]) -> float:
    """Of these processes, and of their children that have ended."""
    return sum(_cpu_ticks(pid) for pid in pids) / _TICK


def peak_mb(pids: Iterable[int]) -> float:
    statuses = [Path(f"/proc/{pid}/status").read_text() for pid in pids]
    return max(int(status.partition("VmHWM:")[2].split()[0]) for status in statuses) / 1024


def group_members(leader: int) -> list[int]:
    """The process and its children: a launcher may have started the server."""
    return [pid for pid in _all_pids() if _process_group(pid) == leader]


def processes_in_folder(folder: Path) -> list[int]:
    """The processes whose working directory is in the folder, as for all processes of a PostgreSQL server."""
    return [pid for pid in _all_pids() if (at := _working_directory(pid)) and at.is_relative_to(folder.resolve())]


def _all_pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _read_stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _cpu_ticks(pid: int) -> int:
    try:
        fields = _read_stat(pid)
    except (FileNotFoundError, ProcessLookupError):
        return 0  # a database worker that has ended
    return sum(map(int, fields[11:15]))


def _process_group(pid: int) -> int:
    try:
        return int(_read_stat(pid)[2])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _working_directory(pid: int) -> Path | None:
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
