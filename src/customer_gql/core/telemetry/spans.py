"""Spans of a trace, for code that knows nothing of tracing. Without a tracer they cost nothing, and do nothing.

A span has a name and a few attributes, none of which holds what a customer, a shop or a document says.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

OpenSpan = Callable[[str, dict[str, Any]], AbstractContextManager[object]]
StatementListener = Callable[[Any], None]
"""Is told of each statement when it has ended, as the driver tells it."""

_NOTHING: Final[AbstractContextManager[object]] = nullcontext()
_openers: Final[list[OpenSpan]] = []
_listeners: Final[list[StatementListener]] = []


def use_spans(open_span: OpenSpan | None, on_statement: StatementListener | None = None) -> None:
    """In this process: what opens a span, and what is told of statements of connections that are opened from now on. None ends that."""
    _openers[:] = [] if open_span is None else [open_span]
    _listeners[:] = [] if on_statement is None else [on_statement]


def statement_listeners() -> Sequence[StatementListener]:
    return _listeners


def span(name: str, **attributes: Any) -> AbstractContextManager[object]:
    """The time of a `with` block."""
    return _openers[0](name, attributes) if _openers else _NOTHING
