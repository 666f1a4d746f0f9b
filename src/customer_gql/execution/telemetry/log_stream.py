"""Standard error as a log: a line is written at once, or lost and counted. Nobody waits for it, nothing fails for it."""

import os
import select
import stat
from typing import Any, Final, TextIO

from .losses import LOG, count_loss

_PIPE_LINE: Final = select.PIPE_BUF  # bytes for which a pipe that is ready to be written has room


class LogStream:
    """Bytes or text, a whole line at a time.

    A pipe or socket that nobody reads fills up, and writing to it would stop the process. So such a line is lost, as is
    one that a dead reader or a full disk refuses.
    """

    def __init__(self, target: TextIO | None) -> None:
        """`target` is None in a process that was started with standard error closed: every line is lost then."""
        self._target = target
        self._descriptor = _descriptor_of(target)
        self._room: select.poll | None = None
        if self._descriptor is not None and _may_block(self._descriptor):
            self._room = select.poll()
            self._room.register(self._descriptor, select.POLLOUT)

    def write(self, line: Any) -> int:
        """The length of the line, whether it was written or lost."""
        content: bytes = line if isinstance(line, bytes) else line.encode("utf-8", "backslashreplace")
        try:
            if self._descriptor is not None:
                self._write_bytes(self._descriptor, content)
            elif self._target is not None:
                self._target.write(content.decode())
            else:
                count_loss(LOG)
        except (OSError, ValueError):  # no reader, no space, or closed
            count_loss(LOG)
        return len(line)

    def flush(self) -> None:
        """Nothing is kept back."""

    def _write_bytes(self, descriptor: int, content: bytes) -> None:
        left = memoryview(content)
        while left:
            if self._room is None:
                left = left[os.write(descriptor, left) :]
            elif self._room.poll(0):
                left = left[os.write(descriptor, left[:_PIPE_LINE]) :]
            else:
                count_loss(LOG)
                return


def _descriptor_of(target: TextIO | None) -> int | None:
    try:
        return None if target is None else target.fileno()
    except (OSError, ValueError):  # a stream in memory
        return None


def _may_block(descriptor: int) -> bool:
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
