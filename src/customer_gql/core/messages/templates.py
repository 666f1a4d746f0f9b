"""A sentence with named placeholders, filled in the conventions of a language.

`{limit}` is a number with the separators of the language, or a list with commas; `{version!s}` is a number as it is, and
`{names:or}` a list whose last entry is an alternative. A part in brackets, as in `Choose a country.[ Did you mean {meant}?]`,
is left out when one of its placeholders has nothing to show.
"""

import re
import string
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from babel.lists import format_list
from babel.numbers import format_decimal

# British, for its lists do without a comma before the last entry.
_LOCALES: Final = {"en": "en_GB"}
_OPTIONAL_PART: Final = re.compile(r"\[([^\]]*)\]")
_PLACEHOLDER: Final = re.compile(r"[a-z]+")


class MessageTemplate:
    __slots__ = ("_parts", "placeholders")

    def __init__(self, text: str) -> None:
        # Every second part stood in brackets.
        self._parts = [(part, _placeholders(part)) for part in _OPTIONAL_PART.split(text)]
        self.placeholders = frozenset(name for _, names in self._parts for name in names)
        if malformed := sorted(name for name in self.placeholders if not _PLACEHOLDER.fullmatch(name)):
            raise ValueError(f"A placeholder is one word in lower case, not {malformed[0]!r}.")

    def render_message(self, params: Mapping[str, Any], language: str) -> str:
        formatter = _LocalFormatter(_LOCALES.get(language, language))
        return "".join(
            formatter.vformat(part, (), params)
            for place, (part, names) in enumerate(self._parts)
            if place % 2 == 0 or all(params[name] for name in names)
        )


def _placeholders(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]


class _LocalFormatter(string.Formatter):
    def __init__(self, locale: str) -> None:
        self.locale = locale

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, Sequence):
            entries = [str(entry) for entry in cast("Sequence[Any]", value)]
            style: Any = format_spec
            return format_list(entries, style, self.locale) if format_spec else ", ".join(entries)
        return format_decimal(value, locale=self.locale)
