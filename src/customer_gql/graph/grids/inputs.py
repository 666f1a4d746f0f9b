"""Inputs of a grid, built from its columns: the filter, one operator input for each type, and the sort."""

import datetime as dt
import enum
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Final, NamedTuple

import strawberry
from strawberry.types.arguments import InputContext
from strawberry.types.base import StrawberryList, StrawberryOptional

from customer_gql.graph.scalars import CurrencyCode, graph_enum
from customer_gql.loading.grids.columns import ATTRIBUTE_KEY, ATTRIBUTES, ColumnType, GridColumn
from customer_gql.loading.grids.filters import MAX_CLAUSES, MAX_DEPTH, MAX_VALUES
from customer_gql.loading.grids.grid import Grid
from customer_gql.loading.grids.operators import operators_of

_DESCRIPTIONS: Final = {
    "eq": "Equal to this value.",
    "in": "Equal to one of these values. An empty list matches no row.",
    "notIn": "The complement of `in`: also rows without a value.",
    "startsWith": "Starts with this text.",
    "contains": "Contains this text.",
    "gt": "Greater than this value.",
    "gte": "This value, or greater.",
    "lt": "Less than this value.",
    "lte": "This value, or less.",
    "inLastDays": "Within this many days of 24 hours back from now.",
    "notInLastDays": "The complement of `inLastDays`: also rows without a value.",
    "hasAny": "Has at least one of these tags.",
    "hasAll": "Has all of these tags.",
    "hasNone": "The complement of `hasAny`.",
    "isNull": "True for rows without a value, false for rows with one.",
    "currency": "Currency of the amounts. Rows of other currencies do not match.",
}
_OF_OPTIONS: Final = {
    "hasAny": "At least one of these options is chosen.",
    "hasAll": "All of these options are chosen.",
    "hasNone": "The complement of `hasAny`: also rows without a value.",
}
_OF_TIMES: Final = {
    "gt": "Later than this value.",
    "gte": "At this value, or later.",
    "lt": "Earlier than this value.",
    "lte": "At this value, or earlier.",
}
_TYPES: Final[Mapping[ColumnType, tuple[str, Any, str]]] = {
    ColumnType.STRING: (
        "StringFilter",
        str,
        "Conditions on a text, without regard to case and accents; e-mail addresses and telephone numbers in their own forms.",
    ),
    ColumnType.INTEGER: ("IntFilter", int, "Conditions on a whole number."),
    ColumnType.MONEY: ("MoneyFilter", Decimal, "Conditions on an amount of money."),
    ColumnType.DATE: ("DateFilter", dt.date, "Conditions on a date."),
    ColumnType.DATE_TIME: ("DateTimeFilter", dt.datetime, "Conditions on a time."),
    ColumnType.BOOLEAN: ("BooleanFilter", bool, "Condition on a flag."),
    ColumnType.ID: ("IdFilter", strawberry.ID, "Conditions on the record that a row refers to, by its id."),
    ColumnType.TAGS: ("TagsFilter", str, "Conditions on tags, without regard to case and accents."),
    ColumnType.OPTIONS: ("OptionsFilter", str, "Conditions on the options that are chosen, by their codes."),
}
_DESCRIPTIONS_BY_TYPE: Final[Mapping[ColumnType, Mapping[str, str]]] = {
    ColumnType.DATE: _OF_TIMES,
    ColumnType.DATE_TIME: _OF_TIMES,
    ColumnType.OPTIONS: _OF_OPTIONS,
}
_LISTS: Final = frozenset({"in", "notIn", "hasAny", "hasAll", "hasNone"})
_OF_A_TYPE: Final = {"isNull": bool, "inLastDays": int, "notInLastDays": int}
_TOGETHER: Final = "Several operators mean that all of them hold."


class SortDirection(enum.Enum):
    ASC = "ASC"
    DESC = "DESC"


graph_enum(SortDirection, "Direction of a sort.", {"ASC": "Lowest first.", "DESC": "Highest first."})


def _keep_mapping(_kind: Any, value: Mapping[str, Any], _context: InputContext) -> Mapping[str, Any]:
    """The input as the graph has coerced it. Objects would not tell what is absent from what is null."""
    return value


class InputField(NamedTuple):
    """A field of an input: optional with a type that may be None, unless it has a default."""

    type: Any
    description: str
    default: Any = strawberry.UNSET
    is_required: bool = False


def make_input(name: str, description: str, fields: Mapping[str, InputField], *, one_of: bool = False) -> Any:
    """An input whose values come as a mapping."""
    body: dict[str, Any] = {"__annotations__": {}, "__module__": __name__}
    for position, (key, field) in enumerate(fields.items()):
        attribute = f"field_{position}"  # some names are keywords of Python
        body["__annotations__"][attribute] = field.type
        default: dict[str, Any] = {} if field.is_required else {"default": field.default}
        body[attribute] = strawberry.field(name=key, description=field.description, **default)
    made = strawberry.input(type(name, (), body), name=name, description=description, one_of=one_of)
    made.__strawberry_definition__.from_input = _keep_mapping  # pyright: ignore
    return made


@cache
def operator_input(type_: ColumnType) -> Any:
    name, value, description = _TYPES[type_]
    return _make_operator_input(type_, name, value, description)


@cache
def choice_input(choices: type[enum.Enum]) -> Any:
    name = choices.__strawberry_definition__.name  # pyright: ignore
    return _make_operator_input(ColumnType.ENUM, f"{name}Filter", choices, f"Conditions on a value of `{name}`.")


def _make_operator_input(type_: ColumnType, name: str, value: Any, description: str) -> Any:
    described = _DESCRIPTIONS | _DESCRIPTIONS_BY_TYPE.get(type_, {})
    fields: dict[str, InputField] = {}
    for operator in operators_of(type_):
        if operator == "currency":
            fields[operator] = InputField(CurrencyCode, described[operator], is_required=True)
            continue
        one = _OF_A_TYPE.get(operator, value)
        fields[operator] = InputField((list[one] if operator in _LISTS else one) | None, described[operator])
    return make_input(name, f"{description} {_TOGETHER}" if len(fields) > 1 else description, fields)


def _input_of(column: GridColumn) -> Any:
    return operator_input(column.type) if column.choices is None else choice_input(column.choices)


@cache
def attribute_filter_input() -> Any:
    """One entry of `attributes`."""
    of_member = {
        "text": (
            operator_input(ColumnType.STRING),
            "Of `TEXT`, `TEXT_AREA` and `MULTILINE`, of which one line has to fit.",
        ),
        "date": (operator_input(ColumnType.DATE), "Of `DATE`."),
        "boolean": (_answer_input(), "Of `BOOLEAN`."),
        "options": (operator_input(ColumnType.OPTIONS), "Of `SELECT` and `MULTI_SELECT`."),
    }
    return make_input(
        "AttributeFilter",
        "Conditions on the values of one attribute with `isGridFilter`, by the member that fits its type. Texts are compared by "
        "their first 255 characters, with the operators that `gridFilterMatch` allows.",
        {
            "code": InputField(str, "Code of the attribute.", is_required=True),
            **{name: InputField(kind | None, described) for name, (kind, described) in of_member.items()},
        },
    )


@cache
def _answer_input() -> Any:
    return make_input(
        "AnswerFilter",
        f"Conditions on an answer that may be missing. {_TOGETHER}",
        {
            "eq": InputField(bool | None, "Equal to this answer."),
            "isNull": InputField(bool | None, _DESCRIPTIONS["isNull"]),
        },
    )


def make_question_inputs(grid: Grid, node: str, *, has_attributes: bool) -> tuple[Any, Any]:
    """The filter and the sort. With attributes, columns that the shop adds are named in both."""
    return (
        make_filter_input(grid, f"{node}Filter", has_attributes=has_attributes),
        make_sort_input(grid, f"{node}Sort", has_attributes=has_attributes),
    )


def make_filter_input(grid: Grid, name: str, *, has_attributes: bool = False, is_for_staff: bool = True) -> Any:
    """`{ and or not … }` and one field for each column that can be filtered."""
    fields: dict[str, InputField] = {
        column.key: InputField(_input_of(column) | None, column.description)
        for column in grid.columns.values()
        if column.is_filterable
    }
    if has_attributes:
        described = "Conditions on attributes; all of them have to hold."
        fields[ATTRIBUTES] = InputField(list[attribute_filter_input()] | None, described)
    personal = " Columns with personal data need `customers.pii`." if is_for_staff else ""
    made = make_input(
        name,
        f"Filter of {grid.title}. All fields that are given have to hold; an empty filter matches every row. A filter has at "
        f"most {MAX_DEPTH} levels, {MAX_CLAUSES} clauses and {MAX_VALUES} values.{personal}",
        {
            "and": InputField(None, "All of these filters hold; an empty list matches every row."),
            "or": InputField(None, "At least one of these filters holds; an empty list matches no row."),
            "not": InputField(None, "This filter does not hold: exactly the rows that it does not match."),
            **fields,
        },
    )
    _refer_to_itself(made)
    return made


def _refer_to_itself(made: Any) -> None:
    of_itself = {"and": StrawberryOptional(StrawberryList(made)), "or": StrawberryOptional(StrawberryList(made))}
    of_itself["not"] = StrawberryOptional(made)
    for field in made.__strawberry_definition__.fields:
        if field.graphql_name in of_itself:
            field.type_annotation = None
            field.type = of_itself[field.graphql_name]


def make_sort_input(grid: Grid, name: str, *, has_attributes: bool = False) -> Any:
    """`{ by direction }`, with an enum of the sort keys."""
    described = {column.sort_key: column.description for column in grid.columns.values() if column.sort_key is not None}
    named: dict[str, InputField] = {}
    if has_attributes:
        described[ATTRIBUTE_KEY] = "The attribute that `attributeCode` names."
        named["attributeCode"] = InputField(
            str | None,
            f"With `{ATTRIBUTE_KEY}`, the code of an attribute with `isGridColumn`. Options sort in their order.",
        )
    keys: Any = enum.Enum(f"{name}Key", {key: key for key in described})
    graph_enum(keys, f"Column that {grid.title} can be sorted by.", described)
    return make_input(
        name,
        f"Sort key of {grid.title}. Rows without a value are lowest: first in ascending order, last in descending order.",
        {
            "by": InputField(keys, "Column to sort by.", is_required=True),
            **named,
            "direction": InputField(SortDirection, "Direction.", SortDirection.ASC),
        },
    )


def choose_values(choices: type[enum.Enum], given: Mapping[str, Any] | None) -> list[str]:
    """The values that the operators of `choice_input` match together; all of them without any."""
    chosen = set(choices)
    for operator, value in (given or {}).items():
        chosen &= _CHOSEN[operator](choices, value)
    return sorted(one.value for one in chosen)


_CHOSEN: Final[Mapping[str, Any]] = {
    "eq": lambda _choices, value: {value},
    "in": lambda _choices, values: set(values or ()),
    "notIn": lambda choices, values: set(choices).difference(values or ()),
    "isNull": lambda choices, value: set() if value else set(choices),
}
