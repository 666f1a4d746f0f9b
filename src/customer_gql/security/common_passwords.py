"""Passwords that guessers try first, of customers and staff alike."""

import re
from collections.abc import Collection
from functools import cache
from itertools import pairwise


def is_common_password(text: str) -> bool:
    """One of those that are tried first, a sequence, or a repetition of little. `text` in lower case."""
    core = _strip_decoration(text)
    whole = _strip_repetition(text)
    return (
        len(whole) < 5 or _is_sequence(text) or bool({text, whole, core, _strip_repetition(core)} & _common_passwords())
    )


def _is_sequence(text: str) -> bool:
    """Each character as far from the last as every other: `1234567890123`, `abcdefghijkl`."""
    return len({(ord(following) - ord(character)) % 10 for character, following in pairwise(text)}) == 1


def _strip_decoration(text: str) -> str:
    """Without the digits and signs people put around a word: `password2024!` is `password`."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)


def _strip_repetition(text: str) -> str:
    """The part of which the text is a repetition: `abcabcabcabc` is `abc`."""
    return text[: (text + text).find(text, 1)]


@cache
def _common_passwords() -> frozenset[str]:
    """30,000 passwords of known leaks, from the estimator's list; loaded when first asked for."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    return frozenset(FREQUENCY_LISTS["passwords"])


def is_derived_from(text: str, about: Collection[str]) -> bool:
    """Little is left when the words everybody knows are taken away."""
    words = {word for known in about for word in re.findall(r"[^\W\d_]{4,}", known.casefold())}
    left = text
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return left != text and len(_strip_decoration(left)) < 4
