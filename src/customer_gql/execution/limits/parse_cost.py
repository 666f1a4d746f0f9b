"""What a text costs before it runs, in points: parsing, validating and planning a document, and reading large variables.

Validation compares fields of one name in one place with each other, and `size` bounds how many there may be; so the time
grows with the number of tokens.
"""

import re
from itertools import islice
from typing import Final

_BASE: Final = 400
_PER_TOKEN: Final = 16  # of a document that repeats its fields as often as it may; others take half
_FREE_BYTES: Final = 4 * 1024
_BYTES_PER_POINT: Final = 100  # of small numbers, which take longest
# As the lexer reads them: a comment is a token, so is a string of any length; a number with a fraction counts as several.
# A string that never ends is read once, so that the time is linear.
_TOKEN: Final = re.compile(
    r"""[\s,\ufeff]++|(?P<token>\#[^\n\r]*+|\"{3}(?:[^"\\]|\\.|"(?!""))*+(?:\"{3})?|"(?:[^"\\\n\r]|\\.)*+"?|\.{3}|\w++|[^\s,\ufeff])""",
    re.DOTALL | re.VERBOSE,
)


def count_tokens(text: str, *, at_most: int) -> int:
    tokens = (None for found in _TOKEN.finditer(text) if found["token"] is not None)
    return sum(1 for _ in islice(tokens, at_most))


def compute_parse_cost(text: str, *, max_tokens: int) -> int:
    """The cost of a document that is not stored; parsing stops at `max_tokens`."""
    tokens = count_tokens(text, at_most=max_tokens)
    return _BASE + tokens * _PER_TOKEN


def compute_body_cost(size: int) -> int:
    """The cost of a body of so many bytes, whatever is in it; nothing for those that clients usually send."""
    return max(0, size - _FREE_BYTES) // _BYTES_PER_POINT
