"""Names of people, at every door (docs/domain/profile.md#profile-9)."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import cache
from typing import Final

from publicsuffixlist import PublicSuffixList

from customer_gql.core.errors import Refusal
from customer_gql.core.text import validate_line

MAX_NAME: Final = 255
MAX_AFFIX: Final = 40
# What looks like the dot of a domain, and what looks like the parts of "://"; compatible forms are gone before.
_LOOK_ALIKES: Final = str.maketrans(
    dict.fromkeys("\u3002\u00b7\u2027\u30fb\u0387\u06d4\u0701\u0702\ua4f8\u22c5\u2219\u2022\u16eb\U0001d16d", ".")
    | dict.fromkeys("\u2236\ua789\u02d0\u05c3", ":")
    | dict.fromkeys("\u2044\u2215\u29f8\u2571", "/")
)
# The middle dot of Catalan, as in Gal·la.
_CATALAN_DOT: Final = re.compile("(?<=l)\u00b7(?=l)")
# Vowel signs of Indic and other scripts are marks, which are no letters: the ending of .भारत has one.
_MARKS: Final = "".join(chr(code) for code in range(0x300, 0x11FFF) if unicodedata.category(chr(code)) in {"Mn", "Mc"})
_ADDRESS: Final = re.compile(
    rf"(?P<at>@)?(?P<label>[\w{_MARKS}-]+)\.(?P<ending>xn--[a-z0-9-]+|[^\W\d_](?:[^\W\d_]|[{_MARKS}])+)"
    r"(?![\w-])(?P<more>[/:?#])?"
)
# They are not seen, and a domain is read without them: joiners, direction marks, variation selectors.
_UNSEEN: Final = re.compile("[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u2060-\u2065\ufe00-\ufe0f\ufeff]")
# Two letters and an ending are more often initials than a domain.
_SHORTEST_LABEL: Final = 3
# Titles are written without a space before the next one, which may be the name of a domain: Dipl.Ing., Mag.art.
_TITLES: Final = frozenset({"bacc", "dipl", "doc", "ing", "lic", "mag", "mgr", "prof"})

_AFFIX_NOT_A_CHOICE: Final = Refusal("name_affix.not_a_choice", "Choose one of: {choices}.")
_NAME_WITH_LINK: Final = Refusal("person_name.contains_link", "Enter a name without a link.")


def validate_person_name(name: str | None, path: Sequence[str], *, required: bool = False) -> str | None:
    """A first, middle or last name. Refused with a link in it."""
    return _validate_linkless(name, path, MAX_NAME, required=required)


def validate_name_affix(
    affix: str | None, path: Sequence[str], *, required: bool = False, choices: Collection[str] = ()
) -> str | None:
    """A prefix or a suffix; one of the choices where there are any."""
    line = _validate_linkless(affix, path, MAX_AFFIX, required=required)
    if line and choices and line not in choices:
        raise _AFFIX_NOT_A_CHOICE(path=path, choices=list(choices))
    return line


def _validate_linkless(name: str | None, path: Sequence[str], longest: int, *, required: bool) -> str | None:
    line = validate_line(name, path, longest, required=required)
    # A name is printed in mails; a link in it would make the shop the sender of anybody's advertising.
    if line and contains_link(line):
        raise _NAME_WITH_LINK(path=path)
    return line


def contains_link(text: str) -> bool:
    """Whether mail programs, or the eyes of people, may take a part of the text for a link."""
    if text.isascii() and "." not in text and ":" not in text:
        return False
    seen = _UNSEEN.sub("", _CATALAN_DOT.sub("", text.lower()))
    folded = unicodedata.normalize("NFKC", seen).lower().translate(_LOOK_ALIKES)
    if "://" in folded or "www." in folded:
        return True
    return "." in folded and any(map(_is_address, _ADDRESS.finditer(folded)))


def _is_address(found: re.Match[str]) -> bool:
    label = found["label"]
    is_short = label.isascii() and len(label) < _SHORTEST_LABEL and not found["at"] and not found["more"]
    return not is_short and label not in _TITLES and _is_top_level_domain(found["ending"])


@cache
def _known_domains() -> PublicSuffixList:
    """The list that comes with the library; nothing is fetched."""
    return PublicSuffixList(accept_unknown=False)


def _is_top_level_domain(ending: str) -> bool:
    return _known_domains().publicsuffix(ending) is not None
