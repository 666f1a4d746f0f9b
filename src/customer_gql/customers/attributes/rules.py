"""Rules of the values of an attribute: what its type takes, and the limits that staff set (docs/domain/attributes.md#attributes-6)."""

import datetime as dt
import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.text import MAX_TEXT, normalize_code, validate_line, validate_lines
from customer_gql.core.values.emails import validate_email

from .tables import AttributeType, InputFilter
from .uploads.files import FileValue, parse_file_id

MAX_LINE: Final = 255
MAX_LINES: Final = 20
_BRACKET: Final = re.compile("([<>])")

Value = str | list[str] | dt.date | bool | FileValue
"""A value as it is stored: a text, lines or codes of options, a day, yes or no, a file."""

MEMBERS: Final[Mapping[AttributeType, str]] = {
    AttributeType.TEXT: "text",
    AttributeType.TEXT_AREA: "text",
    AttributeType.MULTILINE: "lines",
    AttributeType.DATE: "date",
    AttributeType.BOOLEAN: "boolean",
    AttributeType.SELECT: "options",
    AttributeType.MULTI_SELECT: "options",
    AttributeType.FILE: "fileId",
    AttributeType.IMAGE: "fileId",
}
"""The member of a value that a type takes."""

_WRONG_MEMBER: Final = Refusal("attribute.wrong_member", "Enter the value of this attribute as `{member}`.")
TOO_SHORT: Final = Refusal("attribute.too_short", "Enter at least {minimum} characters.")
_TOO_MANY_LINES: Final = Refusal("attribute.too_many_lines", "Enter at most {limit} lines.", UserErrorCode.TOO_MANY)
_TOO_EARLY: Final = Refusal("attribute.date_too_early", "Enter a date on or after {earliest}.")
_TOO_LATE: Final = Refusal("attribute.date_too_late", "Enter a date on or before {latest}.")
_ONE_OPTION: Final = Refusal("attribute.one_option", "Choose one option.", UserErrorCode.TOO_MANY)
_NOT_DIGITS: Final = Refusal("attribute.not_digits", "Enter digits only.")
_NOT_LETTERS: Final = Refusal("attribute.not_letters", "Enter letters only.")
_NOT_ALPHANUMERIC: Final = Refusal("attribute.not_alphanumeric", "Enter letters and digits only.")
_NOT_WORDS: Final = Refusal("attribute.not_words", "Enter letters, digits and spaces only.")
_NOT_URL: Final = Refusal("attribute.not_a_url", "Enter a web address such as https://example.com.")


@dataclass(frozen=True, slots=True)
class ValueRules:
    """What the values of one attribute have to be. `limits` are named as in the graph, for example `maxLength`."""

    type: AttributeType
    limits: Mapping[str, Any]
    input_filter: InputFilter = InputFilter.NONE


def validate_value(given: Mapping[str, Any], rules: ValueRules, path: Sequence[str]) -> Value | None:
    """The value to store of one with a single member; None for one without content. Whether options exist, it does not say.

    Raises `RuleError` and `RuleErrors`.
    """
    member = MEMBERS[rules.type]
    if set(given) != {member}:
        raise _WRONG_MEMBER(path=path, member=member)
    return _VALIDATORS[rules.type](given[member], rules, [*path, member])


def judge_content(value: Any, rules: ValueRules, path: Sequence[str]) -> Any:
    """The same of a text or day without its member. Raises `RuleError`."""
    return _VALIDATORS[rules.type](value, rules, path)


def _validate_text(value: str, rules: ValueRules, path: Sequence[str]) -> str | None:
    limit = rules.limits.get("maxLength", MAX_LINE)
    line = validate_line(_filter_text(value, rules), path, limit)
    return None if line is None else _check_text(line, rules, path)


def _validate_text_area(value: str, rules: ValueRules, path: Sequence[str]) -> str | None:
    text = validate_lines(_filter_text(value, rules), path, rules.limits.get("maxLength", MAX_TEXT))
    return None if text is None else _check_length(text, rules, path)


def _validate_lines(value: list[str], rules: ValueRules, path: Sequence[str]) -> list[str] | None:
    limit = rules.limits.get("lineCount", MAX_LINES)
    refused, lines = CollectedErrors(), list[str]()
    if sum(not text.isspace() for text in value if text) > limit:
        raise _TOO_MANY_LINES(path=path, limit=limit)
    for place, text in enumerate(value):
        with refused.collecting():
            line = _validate_text(text, rules, [*path, str(place)])
            lines.extend([] if line is None else [line])
    refused.raise_collected()
    return lines or None


def _validate_date(value: dt.date, rules: ValueRules, path: Sequence[str]) -> dt.date:
    earliest, latest = rules.limits.get("minDate"), rules.limits.get("maxDate")
    if earliest is not None and value < dt.date.fromisoformat(earliest):
        raise _TOO_EARLY(path=path, earliest=earliest)
    if latest is not None and value > dt.date.fromisoformat(latest):
        raise _TOO_LATE(path=path, latest=latest)
    return value


def _keep_answer(value: bool, _rules: ValueRules, _path: Sequence[str]) -> bool:
    return value


def _validate_choice(value: list[str], rules: ValueRules, path: Sequence[str]) -> list[str] | None:
    codes = list(dict.fromkeys(value))
    if rules.type is AttributeType.SELECT and len(codes) > 1:
        raise _ONE_OPTION(path=path)
    return codes or None


def _validate_file(value: str, _rules: ValueRules, path: Sequence[str]) -> FileValue:
    return parse_file_id(value, path)


_VALIDATORS: Final[Mapping[AttributeType, Callable[[Any, ValueRules, Sequence[str]], Value | None]]] = {
    AttributeType.TEXT: _validate_text,
    AttributeType.TEXT_AREA: _validate_text_area,
    AttributeType.MULTILINE: _validate_lines,
    AttributeType.DATE: _validate_date,
    AttributeType.BOOLEAN: _keep_answer,
    AttributeType.SELECT: _validate_choice,
    AttributeType.MULTI_SELECT: _validate_choice,
    AttributeType.FILE: _validate_file,
    AttributeType.IMAGE: _validate_file,
}


def _filter_text(text: str, rules: ValueRules) -> str:
    if rules.input_filter is InputFilter.ESCAPE_HTML:
        return html.escape(text)
    if rules.input_filter is InputFilter.STRIP_TAGS:
        return _strip_tags(text)
    return text


def _strip_tags(text: str) -> str:
    """Without what stands between `<` and `>`, both included. What is left when a tag is gone can be a tag, so the text is read
    once, and each `>` takes away what was kept since the last `<` that is open."""
    kept, open_at = list[str](), list[int]()
    for part in _BRACKET.split(text):
        if part == ">" and open_at:
            del kept[open_at.pop() :]
            continue
        if part == "<":
            open_at.append(len(kept))
        kept.append(part)
    return "".join(kept)


def _check_text(line: str, rules: ValueRules, path: Sequence[str]) -> str:
    check = _CHECKS.get(rules.limits.get("validation", ""))
    return _check_length(line if check is None else check(line, path), rules, path)


def _check_length(text: str, rules: ValueRules, path: Sequence[str]) -> str:
    shortest = rules.limits.get("minLength", 0)
    if len(text) < shortest:
        raise TOO_SHORT(path=path, minimum=shortest)
    return text


def _check_digits(text: str, path: Sequence[str]) -> str:
    digits = normalize_code(text)
    if not (digits.isascii() and digits.isdigit()):
        raise _NOT_DIGITS(path=path)
    return digits


def _check_letters(text: str, path: Sequence[str]) -> str:
    if not text.isalpha():
        raise _NOT_LETTERS(path=path)
    return text


def _check_alphanumeric(text: str, path: Sequence[str]) -> str:
    if not text.isalnum():
        raise _NOT_ALPHANUMERIC(path=path)
    return text


def _check_words(text: str, path: Sequence[str]) -> str:
    words = text.split()
    if not all(word.isalnum() for word in words):
        raise _NOT_WORDS(path=path)
    return " ".join(words)


def _check_url(text: str, path: Sequence[str]) -> str:
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in text
    except ValueError:
        is_address = False
    if not is_address:
        raise _NOT_URL(path=path)
    return text


_CHECKS: Final[Mapping[str, Callable[[str, Sequence[str]], str]]] = {
    "ALPHA": _check_letters,
    "ALPHANUMERIC": _check_alphanumeric,
    "ALPHANUMERIC_WITH_SPACES": _check_words,
    "NUMERIC": _check_digits,
    "EMAIL": validate_email,
    "URL": _check_url,
}
