"""The language of address templates (docs/domain/address-templates.md#address-templates-2).

A template is read once, in time linear in its length, into a flat list of steps. Blocks jump over their content when their
value is empty, so that nothing recurses, however deep blocks are nested.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from customer_gql.core.errors import Refusal, RuleError

VALUES: Final = (
    "prefix",
    "firstname",
    "middlename",
    "lastname",
    "suffix",
    "company",
    "street",
    "street1",
    "street2",
    "street3",
    "street4",
    "city",
    "region",
    "postcode",
    "country",
    "telephone",
    "fax",
    "vat_id",
)
MAX_VALUES: Final = 100
"""Values that a template can print, so that what it prints stays short."""
_KEPT: Final = 256
_LONGEST_TAG: Final = 60
_TAG: Final = re.compile(r"[ \t\n]*(?:(var|depend|if)[ \t\n]+(\w+)|/(depend|if))[ \t\n]*", re.ASCII)
_OPEN: Final = "{{"
_CLOSE: Final = "}}"

_UNKNOWN_VALUE: Final = Refusal(
    "address_template.unknown_value",
    "Line {line!s}, column {column!s}: an address has no value {name}. Use {names:or}.",
)
_UNKNOWN_TAG: Final = Refusal(
    "address_template.unknown_tag",
    "Line {line!s}, column {column!s}: {tag} is not known. Use var, depend or if with a value, or /depend or /if.",
)
_NOT_CLOSED: Final = Refusal(
    "address_template.not_closed", "Line {line!s}, column {column!s}: {tag} is not closed. Add {missing}."
)
_NOT_OPEN: Final = Refusal(
    "address_template.not_open", "Line {line!s}, column {column!s}: {tag} closes no block that is open here."
)
_TOO_MANY_VALUES: Final = Refusal(
    "address_template.too_many_values", "Line {line!s}, column {column!s}: a template prints at most {limit} values."
)


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Value:
    name: str


@dataclass(frozen=True, slots=True)
class Block:
    name: str
    end: int
    """The step after the block."""


Step: TypeAlias = Text | Value | Block


@lru_cache(maxsize=_KEPT)
def parse_template(template: str) -> Sequence[Step]:
    """The steps of a template; `RuleError` with line and column, from 1, of the first fault."""
    return _Parser(template).parse()


def render_template(steps: Sequence[Step], values: Mapping[str, str], escape: Callable[[str], str] = str) -> str:
    """The text; a value that is missing prints nothing."""
    written: list[str] = []
    place = 0
    while place < len(steps):
        step = steps[place]
        place += 1
        if isinstance(step, Text):
            written.append(step.text)
        elif isinstance(step, Value):
            written.append(escape(values.get(step.name, "")))
        elif not values.get(step.name):
            place = step.end
    return "".join(written)


class _Parser:
    def __init__(self, template: str) -> None:
        self._template = template
        self._steps: list[Step] = []
        self._open: list[tuple[int, str, str, int]] = []
        """Of each open block: its step, its tag, its value and where it begins."""
        self._printed = 0

    def parse(self) -> Sequence[Step]:
        end = 0
        while (start := self._template.find(_OPEN, end)) >= 0:
            if start > end:
                self._steps.append(Text(self._template[end:start]))
            close = self._template.find(_CLOSE, start)
            if close < 0:
                raise self._refuse(_NOT_CLOSED, start, tag=_OPEN, missing=_CLOSE)
            end = close + len(_CLOSE)
            self._read_tag(self._template[start + len(_OPEN) : close], start)
        if end < len(self._template):
            self._steps.append(Text(self._template[end:]))
        if self._open:
            _, tag, name, start = self._open[-1]
            raise self._refuse(_NOT_CLOSED, start, tag=f"{{{{{tag} {name}}}}}", missing=f"{{{{/{tag}}}}}")
        return tuple(self._steps)

    def _read_tag(self, tag: str, start: int) -> None:
        found = _TAG.fullmatch(tag)
        if found is None:
            raise self._refuse(_UNKNOWN_TAG, start, tag=_quote_tag(tag))
        opening, name, closing = found.groups()
        if closing is not None:
            self._close_block(closing, tag, start)
            return
        if name not in VALUES:
            raise self._refuse(_UNKNOWN_VALUE, start, name=name[:_LONGEST_TAG], names=list(VALUES))
        if opening == "var":
            self._print_value(name, start)
            return
        self._open.append((len(self._steps), opening, name, start))
        self._steps.append(Block(name, 0))

    def _print_value(self, name: str, start: int) -> None:
        self._printed += 1
        if self._printed > MAX_VALUES:
            raise self._refuse(_TOO_MANY_VALUES, start, limit=MAX_VALUES)
        self._steps.append(Value(name))

    def _close_block(self, closing: str, tag: str, start: int) -> None:
        if not self._open or self._open[-1][1] != closing:
            raise self._refuse(_NOT_OPEN, start, tag=_quote_tag(tag))
        step, _, name, _ = self._open.pop()
        self._steps[step] = Block(name, len(self._steps))

    def _refuse(self, refusal: Refusal, start: int, **params: object) -> RuleError:
        before = self._template[:start]
        line = before.count("\n") + 1
        column = start - (before.rfind("\n") + 1) + 1
        return refusal(path=["value"], line=line, column=column, **params)


def _quote_tag(tag: str) -> str:
    return f"{_OPEN}{tag[:_LONGEST_TAG]}{_CLOSE}"
