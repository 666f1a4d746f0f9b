"""Text: what can be processed safely, and the forms it is normalised to.

Rules of a field (its length, whether it is required) belong to the slice of the field and use these functions.
"""

import re
import string
import unicodedata
from collections.abc import Sequence
from typing import Final

from .errors import Refusal, RuleError, UserErrorCode

MAX_TEXT: Final = 4096
"""Code points of a text whose field states no larger limit."""

MAX_COMBINING_MARKS: Final = 30
"""Combining marks in a row, as in Unicode's stream-safe text format. Normalising a longer run takes quadratic time."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# They turn around what stands behind them: embeddings, overrides and isolates.
_BIDI_OVERRIDE: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BLANKS: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Zero-width characters without a meaning inside a text. Joiners and direction marks have one there, none at its ends.
_MEANINGLESS: Final = re.compile("[\u00ad\u180e\u200b\u2060-\u2065\ufeff]")
_MEANINGLESS_AT_ENDS: Final = " \t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u061c\u200c\u200d\u200e\u200f\u2028\u2029"
# What Unicode lets a display ignore, and the fillers and the empty braille pattern, which print nothing either.
_NOTHING_VISIBLE: Final = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*"
)
_SPACES: Final = re.compile(" +")
_DASHES: Final = re.compile("[\u02d7\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\u30fc]")
_LINE_ENDS: Final = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_CONTROL_IN_LINES: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
MAX_SORT_KEY: Final = 300
"""Code points of a sort key. An index holds 2,704 bytes of a row, and a character may fold into eighteen."""

MAX_COMPANY: Final = 2 * MAX_SORT_KEY
"""Code points of the name of a company that are compared."""

SPELT_OUT: Final = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ħ": "h",
    "\u0131": "i",
    "ŧ": "t",
    "ŋ": "n",
    "ƀ": "b",
    "ɨ": "i",
    "ʉ": "u",
    "ə": "e",
}
"""Letters that have no decomposition, as people look them up."""

_SPELLING: Final = str.maketrans(SPELT_OUT)
_CAPITALS: Final = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
# Every combining mark of this Python's Unicode version; none is assigned beyond these planes.
_MARKS: Final = frozenset(chr(code) for code in range(0x300, 0x20000) if unicodedata.combining(chr(code)))

TEXT_TOO_LONG: Final = Refusal("text.too_long", "Enter at most {limit} characters.", UserErrorCode.TOO_LONG)
_NOT_ONE_LINE: Final = Refusal("text.not_one_line", "Enter one line of text, without control characters.")
_CONTROL_CHARACTER: Final = Refusal(
    "text.control_character", "Enter text without control characters; line breaks and tabs are fine."
)
_DIRECTION_OVERRIDE: Final = Refusal(
    "text.direction_override", "Enter text without characters that change the direction of what follows."
)
_VALUE_REQUIRED: Final = Refusal("value.required", "Enter a value; this field is required.", UserErrorCode.REQUIRED)


def normalize_text(text: str) -> str:
    """The one form of every text that a person types (docs/domain/profile.md#profile-8).

    NFC, each blank a space, without characters that mean nothing, and empty when nothing is visible. Joiners inside stay.
    """
    if text.isascii():
        return text.strip()
    text = _MEANINGLESS.sub("", _BLANKS.sub(" ", unicodedata.normalize("NFC", text)))
    return "" if _NOTHING_VISIBLE.fullmatch(text) else text.strip(_MEANINGLESS_AT_ENDS)


def normalize_compatible_text(text: str) -> str:
    """As `normalize_text` in NFKC: full-width letters and digits become plain ones, for identifiers."""
    return normalize_text(unicodedata.normalize("NFKC", text))


def normalize_code(text: str) -> str:
    """ASCII digits and dashes, plain single blanks, no invisible marks: for postal codes and telephone numbers."""
    if text.isascii():
        return _SPACES.sub(" ", text).strip()
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text))
    shown = (str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain if unicodedata.category(c) != "Cf")
    return _SPACES.sub(" ", "".join(shown)).strip()


def to_capital_letters(text: str) -> str:
    """ASCII letters as capitals, for codes. `str.upper` would also spell `ß` as `SS`, and so name another code."""
    return text.translate(_CAPITALS)


def has_control_character(text: str) -> bool:
    """Unicode's category Cc: line breaks, tabs and NUL among them."""
    return _CONTROL.search(text) is not None


def has_bidi_override(text: str) -> bool:
    """Whether the text orders what is shown after it; marks such as LRM and ALM order nothing else."""
    return _BIDI_OVERRIDE.search(text) is not None


def sort_key(*texts: str) -> str:
    """The key by which people look texts up (docs/domain/profile.md#profile-14), to be compared byte by byte in UTF-8.

    The first text counts most. Case and accents make no difference, letters that cannot be decomposed are spelt out, and particles of a name stay
    where they are written.
    """
    # A tab sorts before every letter, so that a name comes before the longer ones that start with it.
    return "\t".join(_fold_for_sorting(text) for text in texts)[:MAX_SORT_KEY]


def fold_text(text: str) -> str:
    """The form in which filters and searches compare texts (docs/domain/grid.md#grid-5); the database has the same function.

    NFKD without combining marks, in case folding.
    """
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()


def spell_out(folded: str) -> str:
    """A folded text in the letters of every keyboard: `o` for `ø`."""
    return folded if folded.isascii() else folded.translate(_SPELLING)


def _fold_for_sorting(text: str) -> str:
    folded = text.casefold()
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded)
        folded = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
        folded = spell_out(folded)
    return folded


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


def validate_line(text: str | None, path: Sequence[str], longest: int, *, required: bool = False) -> str | None:
    """One line in the normal form; None when nothing is left."""
    line = normalize_text(text or "")
    _refuse_longer(line, path, longest)
    if line.isascii() and line.isprintable() and line:
        # Nothing that is refused is among them.
        return line
    if has_control_character(line) or _LINE_ENDS.search(line):
        raise _NOT_ONE_LINE(path=path)
    _refuse_bidi_override(line, path)
    if required and not line:
        raise value_is_required(path)
    return line or None


def validate_lines(text: str | None, path: Sequence[str], longest: int, *, required: bool = False) -> str | None:
    """A text of several lines in the normal form, each line end a line feed; None when nothing is left."""
    lines = normalize_text(_LINE_ENDS.sub("\n", text or ""))
    _refuse_longer(lines, path, longest)
    if _CONTROL_IN_LINES.search(lines):
        raise _CONTROL_CHARACTER(path=path)
    _refuse_bidi_override(lines, path)
    if required and not lines:
        raise value_is_required(path)
    return lines or None


def _refuse_longer(text: str, path: Sequence[str], longest: int) -> None:
    if len(text) > longest:
        raise TEXT_TOO_LONG(path=path, limit=longest)


def _refuse_bidi_override(text: str, path: Sequence[str]) -> None:
    if has_bidi_override(text):
        raise _DIRECTION_OVERRIDE(path=path)


def is_unchanged(given: object, stored: object) -> bool:
    """Whether an edit gives a stored value back, as forms do that send every field. An empty value is judged each time."""
    return bool(given) and (given == stored or (isinstance(given, str) and normalize_text(given) == stored))


def value_is_required(path: Sequence[str]) -> RuleError:
    return _VALUE_REQUIRED(path=path)
