"""SQL that writes JSON: pieces of text, and expressions that are never null.

`concat` skips a null, and so does `string_agg`: an expression that could be null would leave a hole in the answer. So whatever
the plan has to answer is one control character, which JSON never contains, and which is looked for in what the
statement gives.
"""

from collections.abc import Sequence
from typing import Final

from customer_gql.execution.plans.errors import NotPlannable

REFUSED: Final = "\x01"
"""Stands in the JSON for a value that only the plan can judge, such as a null where none may be."""
REFUSED_SQL: Final = "chr(1)"
NULL_SQL: Final = "'null'"
_MAX_ARGUMENTS: Final = 90  # of a function; PostgreSQL takes 100


class NotWritable(NotPlannable):
    """A statement cannot write the selection, so a plan reads it."""


def quote_text(text: str) -> str:
    """A literal. Names of the document are names of GraphQL, without a quote or a backslash."""
    return "'" + text.replace("'", "''") + "'"


def absent_sql(*, nullable: bool) -> str:
    """What stands for a null."""
    return NULL_SQL if nullable else REFUSED_SQL


class JsonPieces:
    """Pieces of JSON one after another: fixed texts, and expressions of SQL that are never null."""

    __slots__ = ("_pieces",)

    def __init__(self) -> None:
        self._pieces: list[tuple[str, bool]] = []

    def add_text(self, text: str) -> None:
        if self._pieces and not self._pieces[-1][1]:
            text = self._pieces.pop()[0] + text
        self._pieces.append((text, False))

    def add_sql(self, expression: str) -> None:
        self._pieces.append((expression, True))

    def to_sql(self) -> str:
        """One expression for all of it."""
        return join_pieces([piece if is_sql else quote_text(piece) for piece, is_sql in self._pieces])


def join_pieces(pieces: Sequence[str]) -> str:
    if len(pieces) == 1:
        return pieces[0]
    if len(pieces) > _MAX_ARGUMENTS:
        chunks = [pieces[i : i + _MAX_ARGUMENTS] for i in range(0, len(pieces), _MAX_ARGUMENTS)]
        return join_pieces([join_pieces(chunk) for chunk in chunks])
    return f"concat({', '.join(pieces)})"
