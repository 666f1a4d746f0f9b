"""Texts that a spreadsheet would compute, in the cells of CSV files (docs/domain/exports.md#exports-4)."""

from typing import Final

FORMULA_STARTS: Final = "=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20"
"""What a spreadsheet takes for the start of a formula, in both widths."""
_STARTS: Final = tuple(FORMULA_STARTS)


def escape_formula(text: str) -> str:
    """The text with an apostrophe in front when a spreadsheet would compute it. `unescape_formula` is the inverse.

    A text that has such apostrophes already gets one more, so that no two texts are escaped to the same one.
    """
    return f"'{text}" if _would_be_computed(text) else text


def unescape_formula(text: str) -> str:
    """The text that `escape_formula` was given: exactly one apostrophe goes."""
    return text[1:] if text.startswith("'") and _would_be_computed(text) else text


def _would_be_computed(text: str) -> bool:
    """Whatever apostrophes are in front of it."""
    return text.lstrip("'").startswith(_STARTS)
