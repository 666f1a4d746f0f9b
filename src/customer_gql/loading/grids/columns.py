"""Columns of a grid: what they show, how they compare and sort, and what they can be used for."""

import enum
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Numeric,
    Text,
    func,
    literal_column,
    or_,
)
from sqlalchemy.types import TypeEngine

from customer_gql.core.permissions import Permission


class ColumnType(enum.Enum):
    STRING = "STRING"
    INTEGER = "INTEGER"
    MONEY = "MONEY"
    DATE = "DATE"
    DATE_TIME = "DATE_TIME"
    BOOLEAN = "BOOLEAN"
    ENUM = "ENUM"
    ID = "ID"
    TAGS = "TAGS"
    OPTIONS = "OPTIONS"


class TextForm(enum.Enum):
    """The form in which the texts of a column are compared."""

    FOLDED = "FOLDED"
    EMAIL = "EMAIL"
    TELEPHONE = "TELEPHONE"
    CODE = "CODE"
    """A code in capital letters, such as that of a country."""


# Empty values are lower than all others. As constants, so that an index over the same expression is used.
_LOWEST: Final[tuple[tuple[type[Any], str], ...]] = (
    (Text, "''"),
    (BigInteger, "'-9223372036854775808'::bigint"),
    (Integer, "'-2147483648'::integer"),
    (Numeric, "'-Infinity'::numeric"),
    (DateTime, "'-infinity'::timestamptz"),
    (Date, "'-infinity'::date"),
    (Boolean, "false"),
)


def lowest_value(type_: TypeEngine[Any]) -> ColumnElement[Any]:
    """What sorts before every value of a type that is stored."""
    return literal_column(next(text for kind, text in _LOWEST if isinstance(type_, kind)), type_)


def order_empty_first(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """The value with the lowest one of its type instead of null, so that rows compare and an index gives their order."""
    return func.coalesce(value, lowest_value(value.type))


def begins(value: ColumnElement[Any], start: ColumnElement[Any]) -> ColumnElement[bool]:
    return value.op("^@", is_comparison=True)(start)


def _number(value: int) -> ColumnElement[int]:
    return literal_column(str(value), Integer())


EnumClass = type[enum.Enum]
ATTRIBUTES: Final = "attributes"
"""The field of a filter that names columns which the shop added, each by its code."""

ATTRIBUTE_KEY: Final = "ATTRIBUTE"
"""The sort key of such a column, beside which the code stands."""

_ADDED: Final = "attribute."


def attribute_key(code: str) -> str:
    """The key of a column that the shop added, and what it is sorted by."""
    return f"{_ADDED}{code}"


def code_of(key: str) -> str:
    """The code of the attribute that such a key names."""
    return key.removeprefix(_ADDED)


def is_added(key: str) -> bool:
    return key.startswith(_ADDED)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GridColumn:
    """A column, by the name that it has as a field of the filter and of the row, in facets and in views.

    `value` is what the row shows, an expression over the source of the grid, null where it is empty; `compared` is the form that
    filters compare, and `sorted_by` the one that decides the order. `over` names the fields of the graph whose values it
    shows, as `Type.field`: where one of them is personal, the column is personal. What people read for a value comes from `sql_label`, the expression
    for an expression, or from `text_label`, the text for a text.
    """

    key: str
    title: str
    description: str
    type: ColumnType
    value: ColumnElement[Any]
    over: tuple[str, ...] = ()
    compared: ColumnElement[Any] | None = None
    longest: int | None = None
    """Characters of the compared form that are kept, where that is not all of it."""
    typed: ColumnElement[Any] | None = None
    """The digits of a telephone number as it was typed, to compare with numbers that have no country."""
    initials: tuple[ColumnElement[Any], ColumnElement[Any]] | None = None
    """The first letter of the compared form and the first two, where indexes have the texts of each in their order."""
    form: TextForm = TextForm.FOLDED
    sorted_by: ColumnElement[Any] | None = None
    currency: ColumnElement[Any] | None = None
    choices: EnumClass | None = None
    known_values: Callable[[], Sequence[str]] | None = None
    """The values that a text can have, where they are known and yet no enum."""
    id_prefix: str | None = None
    sql_label: Callable[[ColumnElement[Any]], ColumnElement[Any]] | None = None
    text_label: Callable[[str], str] | None = None
    is_true: ColumnElement[bool] | None = None
    """The condition behind a flag, where an index helps to find the rows that have it."""
    is_never_empty: bool = False
    is_sought_in_order: bool = False
    """Whether the index that gives the order finds values too: texts are compared as they are sorted."""
    is_default: bool = False
    is_filterable: bool = True
    is_sortable: bool = True
    is_facetable: bool = False
    is_searched: bool = False
    is_exportable: bool = True
    is_indexed: bool = False
    permission: Permission | None = None
    member: str | None = None
    """Of a column that the shop added, the member of the entries of `attributes` that has its operators."""
    operators: Mapping[str, Callable[["GridColumn", Any], ColumnElement[bool]]] | None = None
    """Those that it has instead of the operators of its type."""

    @property
    def attribute(self) -> str:
        """The attribute that holds the value in a row of a page; the prefix keeps it from those of the node."""
        return f"grid_{snake_case(self.key)}"

    @property
    def sort_key(self) -> str | None:
        if not self.is_sortable:
            return None
        return snake_case(self.key).upper() if self.member is None else self.key

    @property
    def match_value(self) -> ColumnElement[Any]:
        return self.value if self.compared is None else self.compared

    @property
    def order_value(self) -> ColumnElement[Any]:
        """What decides the order, null where the column is empty."""
        return self.match_value if self.sorted_by is None else self.sorted_by

    @property
    def ordered(self) -> ColumnElement[Any]:
        return self.order_value if self.is_never_empty else order_empty_first(self.order_value)

    @property
    def sought(self) -> ColumnElement[Any]:
        """What texts are compared with, by an index. Where it is the order, an empty value compares as an empty text."""
        return self.ordered if self.is_sought_in_order else self.match_value

    def starts_with(self, start: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether the compared form begins like this. The planner knows how long it is, and is left with one of the conditions.
        Where the letters are all there is, the text would say nothing more, and would be taken for a condition of its own by who
        estimates the rows."""
        if self.initials is None:
            return begins(self.sought, start)
        one, two = self.initials
        length = func.length(start)
        return or_(
            (length == _number(0)) & begins(self.sought, start),
            (length == _number(1)) & (one == start),
            (length == _number(2)) & (two == start),
            (length > _number(2)) & (two == func.left(start, _number(2))) & begins(self.sought, start),
        )

    def selected(self) -> list[ColumnElement[Any]]:
        """The columns of a statement that the row type shows."""
        shown: list[ColumnElement[Any]] = [self.value.label(self.attribute)]
        if self.currency is not None:
            shown.append(self.currency.label(f"{self.attribute}_currency"))
        if self.id_prefix is not None and self.sql_label is not None:
            shown.append(self.sql_label(self.value).label(f"{self.attribute}_label"))
        return shown


@cache
def snake_case(key: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", key).lower()
