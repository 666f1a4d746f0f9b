"""Text: what can be processed safely, and the forms it is normalised to.

Rules of a field (its length, whether it is required) belong to the slice of the field and use these functions.
"""

import re
import unicodedata
from typing import Final

MAX_TEXT: Final = 4096
"""Code points of a text whose field states no larger limit."""

MAX_COMBINING_MARKS: Final = 30
"""Combining marks in a row, as in Unicode's stream-safe text format. Normalising a longer run takes quadratic time."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
# Every combining mark of this Python's Unicode version; none is assigned beyond these planes.
_MARKS: Final = frozenset(chr(code) for code in range(0x300, 0x20000) if unicodedata.combining(chr(code)))


def normalize_text(text: str) -> str:
    """NFC, without white space at either end: the form of every text that a person types."""
    return unicodedata.normalize("NFC", text).strip()


def normalize_compatible_text(text: str) -> str:
    """NFKC, without white space at either end: full-width letters and digits become plain ones, for identifiers."""
    return unicodedata.normalize("NFKC", text).strip()


def has_control_character(text: str) -> bool:
    """Unicode's category Cc: line breaks, tabs and NUL among them."""
    return _CONTROL.search(text) is not None


def keep_printable(text: str) -> str:
    """Without control, format and other invisible characters; a space is the only white space that stays."""
    return "".join(character for character in text if character.isprintable())


def to_single_line(text: str) -> str:
    """Each run of white space and invisible characters becomes one space, as a header or a log line needs it."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def find_text_fault(text: str, limit: int = MAX_TEXT) -> str | None:
    """What is wrong with a text that nothing has looked at yet, as a sentence; None when it may be processed.

    The time is linear in the length, and a text over the limit is not read.
    """
    if len(text) > limit:
        return f"The text has {len(text):,} characters; at most {limit:,} are read."
    if _UNSTORABLE.search(text):
        return "Text cannot contain NUL or a lone surrogate."
    if _has_too_many_marks(text):
        return f"Text cannot contain more than {MAX_COMBINING_MARKS} combining marks in a row."
    return None


def _has_too_many_marks(text: str) -> bool:
    if text.isascii():
        return False
    # A run that is too long covers one of these places, so that only the marks found there are followed.
    places = range(0, len(text), MAX_COMBINING_MARKS + 1)
    return any(text[place] in _MARKS and _run_length(text, place) > MAX_COMBINING_MARKS for place in places)


def _run_length(text: str, place: int) -> int:
    """How many combining marks follow each other around a place; what is beyond the limit is not counted on."""
    start = end = place
    while start > 0 and place - start <= MAX_COMBINING_MARKS and text[start - 1] in _MARKS:
        start -= 1
    while end < len(text) and end - place <= MAX_COMBINING_MARKS and text[end] in _MARKS:
        end += 1
    return end - start
