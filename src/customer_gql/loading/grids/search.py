"""Search in a grid: words in any order, each the start of a word, or something that is matched exactly.

What is searched of a row is one `tsvector`. Its lexemes are made here for both sides, since the parsers of PostgreSQL each
know one language: a word as it is, and anything else with a letter and a colon for its kind, which no word contains
(docs/domain/grid.md#grid-8).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ARRAY, Boolean, ColumnElement, Integer, Text, case, cast, func, literal, literal_column
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR, array

from customer_gql.core.emails import normalize_email
from customer_gql.core.errors import BadInput
from customer_gql.core.text import find_text_fault, fold_text

from .operators import international_number
from .orders import OrderPart

MAX_WORDS: Final = 8
LONGEST_WORD: Final = 60
"""Characters of a searched word that count."""

LONGEST_TEXT: Final = 500
"""Characters of a text whose words are found: even as one word it is a lexeme, which has at most 2,046 bytes."""

FEWEST_DIGITS: Final = 7
_SEPARATORS: Final = "[ \\t\\n\\r'\u2019`\".,;:/\\\\()&+-]+"
"""Between words, as a regular expression that Python and PostgreSQL read in the same way."""

_NOT_DIGITS: Final = re.compile(r"\D")


@dataclass(frozen=True, slots=True, eq=False)
class SearchedText:
    """The condition of a search, and how well a row fits: exact matches are greater."""

    condition: ColumnElement[bool]
    rank: OrderPart


def search_document(
    *,
    words: Sequence[ColumnElement[Any]] = (),
    starts: Sequence[ColumnElement[Any]] = (),
    emails: Sequence[ColumnElement[Any]] = (),
    exact: Sequence[ColumnElement[Any]] = (),
    telephone: ColumnElement[Any] | None = None,
) -> ColumnElement[Any]:
    """What is searched of a row: a value to store, or an expression for an index.

    `words` are folded texts, `starts` are folded and matched from their start as a whole, `emails` are in their account
    form, `exact` are compared as a whole, and `telephone` is in E.164. Any of them may be null.
    """
    kinds = [("s", one) for one in starts] + [("e", one) for one in emails] + [("x", one) for one in exact]
    if telephone is not None:
        kinds.append(("t", func.reverse(telephone)))
    found: ColumnElement[Any] = array(
        [func.left(_constant(f"{kind}:").concat(one), _limit(4 * LONGEST_WORD)) for kind, one in kinds],
        type_=ARRAY(Text()),
    )
    for text in words:
        split = func.regexp_split_to_array(func.left(text, _limit(LONGEST_TEXT)), _constant(_SEPARATORS))
        found = func.array_cat(found, split, type_=ARRAY(Text()))
    found = func.array_remove(found, literal_column("NULL", Text()), type_=ARRAY(Text()))
    return func.array_to_tsvector(func.array_remove(found, _constant("")), type_=TSVECTOR())


def find_text(document: ColumnElement[Any], text: str) -> SearchedText:
    """Raises `BadInput` for a text without words, or with too many."""
    found, exact = _parse_search(text)
    never: ColumnElement[bool] = literal_column("false", Boolean())
    is_exact = matches_search(document, literal(" | ".join(exact), Text())) if exact else never
    condition = matches_search(document, literal(" | ".join([found, *exact]), Text()))
    rank = case((is_exact, literal_column("1", Integer())), else_=literal_column("0", Integer()))
    return SearchedText(condition, OrderPart(rank, rank, is_descending=True))


def search_query(text: str) -> str:
    """What `matches_search` compares with a document. Raises `BadInput` as `find_text` does."""
    found, exact = _parse_search(text)
    return " | ".join([found, *exact])


def matches_search(document: ColumnElement[Any], query: ColumnElement[str]) -> ColumnElement[bool]:
    return document.op("@@", is_comparison=True)(cast(query, TSQUERY()))


def _parse_search(text: str) -> tuple[str, list[str]]:
    """The query of the words, and those of the whole text that match exactly."""
    fault = find_text_fault(text)
    if fault is not None:
        raise BadInput(f"search: {fault}", argument=["search"])
    if "@" in text:
        email = normalize_email(text.strip())
        return _starts("e", email), [_equals("e", email)]
    words = fold_text(text).split()
    if not words:
        raise BadInput("search: enter at least one word, or leave search out.", argument=["search"])
    if len(words) > MAX_WORDS:
        raise BadInput(f"search: enter at most {MAX_WORDS} words, not {len(words)}.", argument=["search"])
    found = " & ".join(map(_find_word, words))
    return f"({found})", _exact_matches(text)


def _find_word(word: str) -> str:
    """The start of an e-mail address or a code, or of words: `anna-m` is the start of two."""
    parts = [f"{_quote(part[:LONGEST_WORD])}:*" for part in re.split(_SEPARATORS, word) if part]
    starts = [_starts("e", word), _starts("s", word), *([f"({' & '.join(parts)})"] if parts else [])]
    return f"({' | '.join(starts)})"


def _exact_matches(text: str) -> list[str]:
    whole = fold_text(text.strip())
    exact = [_equals("x", whole), _starts("s", whole)] if whole else []
    if any(map(str.isalpha, text)):
        return exact
    international, digits = international_number(text), _NOT_DIGITS.sub("", text)
    if international is not None:
        exact.append(_equals("t", international[::-1]))
    national = digits.removeprefix("0")
    if len(national) >= FEWEST_DIGITS:
        exact.append(_starts("t", national[::-1]))
    return exact


def _equals(kind: str, text: str) -> str:
    return _quote(f"{kind}:{text}"[: 4 * LONGEST_WORD])


def _starts(kind: str, text: str) -> str:
    return f"{_equals(kind, text)}:*"


def _quote(lexeme: str) -> str:
    """A lexeme in the syntax of `tsquery`."""
    doubled = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"


def _limit(characters: int) -> ColumnElement[int]:
    return literal_column(str(characters), Integer())


def _constant(text: str) -> ColumnElement[Any]:
    quoted = text.replace("'", "''")
    return literal_column(f"'{quoted}'", Text())
