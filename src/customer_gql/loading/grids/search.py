"""Search in a grid: words in any order, each the start of a word, or something that is matched exactly.

What is searched of a row is one `tsvector`. Its lexemes are made here for both sides, since the parsers of PostgreSQL each
know one language: a word as it is, and anything else after a letter for its kind between colons, with which no word starts
(docs/domain/grid.md#grid-8).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ARRAY, Boolean, ColumnElement, Integer, Text, case, cast, func, literal, literal_column
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR, array

from customer_gql.core.errors import BadInput
from customer_gql.core.text import (
    SPELT_OUT,
    find_text_fault,
    fold_text,
    normalize_code,
    normalize_text,
    spell_out,
)
from customer_gql.core.values.emails import normalize_email, normalize_local_part
from customer_gql.core.values.telephones import keep_digits, whole_number

from .orders import OrderPart
from .refusals import SEARCH_EMPTY, TOO_MANY_WORDS, bad_question

MAX_WORDS: Final = 8
LONGEST_WORD: Final = 60
"""Characters of a searched word that count."""

LONGEST_TEXT: Final = 500
"""Characters of a text whose words are found: even as one word it is a lexeme, which has at most 2,046 bytes."""

FEWEST_DIGITS: Final = 7
_JOINERS: Final = "'`\u2018\u2019\u201b\u02bb\u02bc\u2032\u05f3\u00b7\u2010-\u2015-"
"""Apostrophes, hyphens and the middle dot, as they are written inside of names: people leave them out, or write a blank."""

_SEPARATORS: Final = f'[ \\t\\n\\r".,;:/\\\\()&+#\u201c\u201d\u201e\u00ab\u00bb\u30fb{_JOINERS}]+'
"""Between words, as a regular expression that Python and PostgreSQL read in the same way."""

_JOINED: Final = f"[{_JOINERS}]+"
_IN_BRACKETS: Final = re.compile("<([^<>]*@[^<>]*)>")
_EAST_ASIAN: Final = re.compile("[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]{2,8}")
_EXTENSION: Final = re.compile(r"(?<=\d) ?(?:x|ext\.?) ?[0-9]{1,6}\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class SearchedText:
    """The condition of a search, and how well a row fits: exact matches are greater."""

    condition: ColumnElement[bool]
    rank: OrderPart


def search_document(
    *,
    words: Sequence[ColumnElement[Any]] = (),
    spelt: Sequence[ColumnElement[Any]] = (),
    starts: Sequence[ColumnElement[Any]] = (),
    postcodes: Sequence[ColumnElement[Any]] = (),
    emails: Sequence[ColumnElement[Any]] = (),
    exact: Sequence[ColumnElement[Any]] = (),
    telephone: ColumnElement[Any] | None = None,
) -> ColumnElement[Any]:
    """What is searched of a row: a value to store, or an expression for an index.

    `words` are folded texts, `spelt` the same with letters spelt out, `starts` are folded and matched from their start as a
    whole, `postcodes` as they are without blanks and hyphens, `emails` are in their account form, `exact` are compared as a
    whole, and `telephone` is in E.164. Any of them may be null.
    """
    kinds = [("s", one) for one in starts] + [("p", _without_separators(one)) for one in postcodes]
    kinds += [("e", one) for one in emails] + [("x", one) for one in exact]
    if telephone is not None:
        kinds.append(("t", func.reverse(telephone)))
    found: ColumnElement[Any] = array(
        [func.left(_constant(f":{kind}:").concat(one), _limit(4 * LONGEST_WORD)) for kind, one in kinds],
        type_=ARRAY(Text()),
    )
    texts = [spell_out_in_sql(func.left(text, _limit(LONGEST_TEXT))) for text in words]
    for text in (*texts, *spelt):
        found = func.array_cat(found, _split_words(text), type_=ARRAY(Text()))
    found = func.array_remove(found, literal_column("NULL", Text()), type_=ARRAY(Text()))
    return func.array_to_tsvector(func.array_remove(found, _constant("")), type_=TSVECTOR())


def _split_words(spelt: ColumnElement[Any]) -> ColumnElement[Any]:
    joined = func.regexp_replace(spelt, _constant(_JOINED), _constant(""), _constant("g"))
    both = func.textcat(func.textcat(spelt, _constant(" ")), joined)
    return func.regexp_split_to_array(both, _constant(_SEPARATORS))


def _without_separators(text: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.regexp_replace(text, _constant(_SEPARATORS), _constant(""), _constant("g"), type_=Text())


def spell_out_in_sql(folded: ColumnElement[Any]) -> ColumnElement[Any]:
    """`spell_out` of the code, in SQL."""
    single = {letter: plain for letter, plain in SPELT_OUT.items() if len(plain) == 1}
    spelt = func.translate(folded, _constant("".join(single)), _constant("".join(single.values())), type_=Text())
    for letter, plain in SPELT_OUT.items():
        if letter not in single:
            spelt = func.replace(spelt, _constant(letter), _constant(plain), type_=Text())
    return spelt


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
        email = normalize_email(_find_email(text))
        return _starts("e", email), [_equals("e", email)]
    words, exact = _find_words(text), _exact_matches(text)
    if not words:
        raise bad_question(SEARCH_EMPTY, ["search"])
    whole = _find_codes(fold_text(text.strip()))
    if len(words) > MAX_WORDS:
        if not _is_spelt_number(text):
            raise bad_question(TOO_MANY_WORDS, ["search"], limit=MAX_WORDS, count=len(words))
        return " | ".join(whole), exact
    return " | ".join([f"({' & '.join(map(_find_word, words))})", *whole]), exact


def _find_words(text: str) -> list[str]:
    """Signs between words are none: `Smith & Sons` has two. Alone, they may be the start of an e-mail address or a code."""
    words = [word for word in normalize_text(text).split() if fold_text(word)]
    return [word for word in words if any(map(str.isalnum, word))] or words


def _find_email(text: str) -> str:
    """The address in a text as mail programs copy it: `Ann <ann@example.com>`, `mailto:ann@example.com`, in quotes."""
    inside = _IN_BRACKETS.search(text)
    return (inside[1] if inside else text).strip().strip("\"'<>,;").removeprefix("mailto:")


def _is_spelt_number(text: str) -> bool:
    """A telephone number with a blank after each digit has many words."""
    return not any(map(str.isalpha, text)) and sum(map(str.isdigit, text)) >= FEWEST_DIGITS


def _find_word(word: str) -> str:
    """The start of an e-mail address or a code, or of words: `anna-m` is the start of two,
    and of one that is written without the hyphen."""
    folded = fold_text(word)
    spelt = spell_out(folded)
    starts = [_starts("e", normalize_local_part(word)), *_find_codes(folded)]
    forms = [spelt, re.sub(_JOINED, "", spelt), *_split_name(word)]
    for form in dict.fromkeys(forms):
        parts = [f"{_quote(part[:LONGEST_WORD])}:*" for part in re.split(_SEPARATORS, form) if part]
        starts += [f"({' & '.join(parts)})"] if parts else []
    return f"({' | '.join(starts)})"


def _split_name(word: str) -> list[str]:
    """Where a name in East Asian characters may have the blank that is written between family and given name, or is not."""
    if not _EAST_ASIAN.fullmatch(word):
        return []
    return [f"{fold_text(word[:place])} {fold_text(word[place:])}" for place in range(1, len(word))]


def _find_codes(folded: str) -> list[str]:
    """The starts of codes and of postal codes."""
    postcode = re.sub(_SEPARATORS, "", folded)
    return [*(_starts("s", code) for code in _without_sign(folded)), *([_starts("p", postcode)] if postcode else [])]


def _exact_matches(text: str) -> list[str]:
    """Of codes and telephone numbers; a text with letters is no number."""
    whole = fold_text(text.strip())
    exact = [_equals(kind, code) for code in _without_sign(whole) for kind in ("x", "s")]
    exact.append(_equals("p", re.sub(_SEPARATORS, "", whole)))
    number = _EXTENSION.sub("", normalize_code(text))
    if any(map(str.isalpha, number)):
        return exact
    international, digits = whole_number(number), keep_digits(number)
    if international is not None:
        exact.append(_equals("t", international[::-1]))
    national = digits.removeprefix("0")
    return [*exact, _starts("t", national[::-1])] if len(national) >= FEWEST_DIGITS else exact


def _without_sign(code: str) -> list[str]:
    """A code as it is written, and without the sign for a number, as in `#1001`."""
    return [one for one in dict.fromkeys((code, code.removeprefix("#"))) if one]


def _equals(kind: str, text: str) -> str:
    return _quote(f":{kind}:{text}"[: 4 * LONGEST_WORD])


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
