"""A plugin that collects the statements which the service runs in the processes of tests: `make statements`.

Each worker writes those it saw into the folder of COLLECT_STATEMENTS, each when it comes, so that a run that is ended leaves
what it saw; without the variable nothing is collected. What tests ask by
themselves, to arrange rows or to look at them, is left out: the code that asks is looked up on the stack.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import asyncpg

import customer_gql
from customer_gql.database import statements
from customer_gql.database.transactions import MarkingConnection

FOLDER: Final = os.environ.get("COLLECT_STATEMENTS")
_METHODS: Final = ("fetch", "fetchrow", "fetchval", "execute", "executemany", "prepare")
_SERVICE: Final = str(Path(customer_gql.__file__).parent)
_RACES: Final = str(Path(__file__).parents[1] / "races.py")
_PASSED: Final = (str(Path(asyncpg.__file__).parent), statements.__file__, __file__, _RACES)
"""Files on the way from the code that asks to the driver."""
_texts: Final[set[str]] = set()


def _is_asked_by_service() -> bool:
    frame = sys._getframe()
    while frame is not None and frame.f_code.co_filename.startswith(_PASSED):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(_SERVICE)


def _noting(method: Callable[..., Any]) -> Callable[..., Any]:
    def ask(self: Any, query: str, *positional: Any, **named: Any) -> Any:
        if query not in _texts and _is_asked_by_service():
            _texts.add(query)
            _write(query)
        return method(self, query, *positional, **named)

    return ask


def _write(text: str) -> None:
    with (Path(str(FOLDER)) / f"{os.getpid()}.jsonl").open("a") as written:
        written.write(json.dumps(text) + "\n")


def pytest_configure() -> None:
    if FOLDER:
        Path(FOLDER).mkdir(parents=True, exist_ok=True)
        for name in _METHODS:
            setattr(MarkingConnection, name, _noting(getattr(MarkingConnection, name)))
