"""SIGTERM and SIGHUP while a command works: it ends in good order, so that the embedded database is stopped too."""

import signal
from types import FrameType
from typing import Final, NoReturn

_asked: Final[list[int]] = []


def end_on_signals() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores one, and must
            signal.signal(number, _leave)


def end_if_asked() -> None:
    """End now, where a signal came at a moment that swallows exceptions, as some of an import do."""
    if _asked:
        raise SystemExit(128 + _asked[0])


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    _asked.append(number)
    raise SystemExit(128 + number)
