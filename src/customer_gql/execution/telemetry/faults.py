"""The log line of a fault: what kind of error it is and where it was raised."""

from pathlib import Path
from traceback import FrameSummary, extract_tb
from typing import Any, Final

import structlog

log = structlog.get_logger("fault")
_ROOT: Final = Path(__file__).parents[3]  # the folder that contains the package
_LOGGED_FRAMES: Final = 6


def log_fault(error: Exception, request_id: str) -> None:
    """Log what kind of error it is and where it was raised."""
    log.error("fault", request_id=request_id, **describe_error(error))


def describe_error(error: BaseException) -> dict[str, Any]:
    """Without the message of the error, which may quote customer data or table contents.

    `at` names the innermost line of this package, `frames` the innermost lines of all.
    """
    frames = extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(_ROOT / "customer_gql")]
    return {
        "kind": type(error).__name__,
        "at": _format_frame(own[-1]) if own else None,
        "frames": [_format_frame(frame) for frame in frames[-_LOGGED_FRAMES:]],
    }


def _format_frame(frame: FrameSummary) -> str:
    """For example `customer_gql/loading/rounds.py:178 _round`; files of libraries by their last two parts."""
    path = Path(frame.filename)
    shown = path.relative_to(_ROOT) if path.is_relative_to(_ROOT) else Path(*path.parts[-2:])
    return f"{shown.as_posix()}:{frame.lineno} {frame.name}"
