"""Cells of attributes: each read into the member that its type takes, and judged by the rules of its values
(docs/domain/import.md#import-34)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import orjson

from customer_gql.administration.customer_import.reading.cells import MAX_CELL, YES_NO, Cells
from customer_gql.administration.customer_import.reading.dates import is_no_date, parse_day
from customer_gql.administration.customer_import.reading.refusals import FILE_NOT_IMPORTED, VALUE_UNKNOWN
from customer_gql.core.errors import RuleErrors
from customer_gql.customers.attributes.rules import MEMBERS, validate_value
from customer_gql.customers.attributes.tables import AttributeType
from customer_gql.customers.attributes.uploads.files import FILES
from customer_gql.customers.attributes.values.given import OPTION_UNKNOWN

from .definitions import ImportAttribute


def read_attributes(
    cells: Cells, attributes: Mapping[str, ImportAttribute], website_id: int | None, *, prefix: str = ""
) -> str | None:
    """The values that a row states, by code, as JSON; None where it states none. Columns are named by the codes."""
    stated = dict[str, Any]()
    for code, one in attributes.items():
        column = prefix + code
        if not cells.has(column):
            continue
        given = cells.read_stated(column, lambda text, path, one=one: _read_given(one, cells, text, path), MAX_CELL)
        # An empty cell of a required value keeps what is stored, as that of a name does, and so does that of a file.
        keeps_empty = one.is_required_on(website_id) or one.rules.type in FILES
        if column not in cells.left_out and not (given is None and keeps_empty):
            stated[code] = given
    return orjson.dumps(stated).decode() if stated else None


def parse_stated(stored: str) -> dict[str, dict[str, Any] | None]:
    """The values as `read_attributes` gives them, each with its one member."""
    return orjson.loads(stored)


def _read_given(one: ImportAttribute, cells: Cells, text: str, path: Sequence[str]) -> dict[str, Any] | None:
    """What the cell gives, which the rules allow; None for an empty one. Raises `RuleError`."""
    given = None if not text else _READERS[one.rules.type](one, cells, text, path)
    if given is None:
        return None
    member = {MEMBERS[one.rules.type]: given}
    try:
        # What is stored is the given value judged again under the lock, since one that is stored already is not judged.
        return None if validate_value(member, one.rules, path) is None else member
    except RuleErrors as several:
        raise several.errors[0] from None


def _read_text(_one: ImportAttribute, _cells: Cells, text: str, _path: Sequence[str]) -> str:
    return text


def _read_lines(_one: ImportAttribute, _cells: Cells, text: str, _path: Sequence[str]) -> list[str]:
    return text.splitlines()


def _read_day(_one: ImportAttribute, cells: Cells, text: str, path: Sequence[str]) -> Any:
    return None if is_no_date(text) else parse_day(text, path, cells.options.dates)


def _read_yes_no(_one: ImportAttribute, _cells: Cells, text: str, path: Sequence[str]) -> bool:
    answer = YES_NO.get(text.casefold())
    if answer is None:
        raise VALUE_UNKNOWN(path=path)
    return answer


def _read_option(one: ImportAttribute, _cells: Cells, text: str, path: Sequence[str]) -> list[str]:
    code = one.find_option(text)
    if code is None:
        raise OPTION_UNKNOWN(path=path)
    return [code]


def _read_several(one: ImportAttribute, cells: Cells, text: str, path: Sequence[str]) -> list[str]:
    """A label may have the separator in it."""
    if (whole := one.find_option(text)) is not None:
        return [whole]
    parts = [part for each in text.split(cells.options.value_separator) if (part := each.strip())]
    return [code for part in parts for code in _read_option(one, cells, part, path)]


def _refuse_file(_one: ImportAttribute, _cells: Cells, _text: str, path: Sequence[str]) -> Any:
    raise FILE_NOT_IMPORTED(path=path)


_READERS: Final[Mapping[AttributeType, Callable[[ImportAttribute, Cells, str, Sequence[str]], Any]]] = {
    AttributeType.TEXT: _read_text,
    AttributeType.TEXT_AREA: _read_text,
    AttributeType.MULTILINE: _read_lines,
    AttributeType.DATE: _read_day,
    AttributeType.BOOLEAN: _read_yes_no,
    AttributeType.SELECT: _read_several,
    AttributeType.MULTI_SELECT: _read_several,
    AttributeType.FILE: _refuse_file,
    AttributeType.IMAGE: _refuse_file,
}
