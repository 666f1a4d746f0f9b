"""How the list of customers is filtered by attributes (docs/domain/attributes.md#attributes-12)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Interval,
    Text,
    and_,
    any_,
    func,
    literal,
    literal_column,
    select,
    true,
)

from customer_gql.administration.customer_grid.attribute_values import MAX_COMPARED
from customer_gql.administration.customer_grid.tables import customer_grid_attribute
from customer_gql.customers.attributes.tables import AttributeType, GridFilterMatch
from customer_gql.loading.grids.columns import ColumnType, GridColumn
from customer_gql.loading.grids.operators import MAX_DAYS, OPERATORS, Condition, Operator, is_not_true
from customer_gql.loading.grids.refusals import DAYS_OUT_OF_RANGE, OPTION_GONE

from .entries import ROW

_value: Final = customer_grid_attribute.c
_Find = Callable[[Condition], Condition]
"""Whether the customer has a value of the attribute for which something holds."""

TYPES: Final[Mapping[AttributeType, ColumnType]] = {
    AttributeType.TEXT: ColumnType.STRING,
    AttributeType.TEXT_AREA: ColumnType.STRING,
    AttributeType.MULTILINE: ColumnType.STRING,
    AttributeType.DATE: ColumnType.DATE,
    AttributeType.BOOLEAN: ColumnType.BOOLEAN,
    AttributeType.SELECT: ColumnType.OPTIONS,
    AttributeType.MULTI_SELECT: ColumnType.OPTIONS,
    AttributeType.FILE: ColumnType.STRING,
    AttributeType.IMAGE: ColumnType.STRING,
}
MEMBER_OF: Final[Mapping[ColumnType, str]] = {
    ColumnType.STRING: "text",
    ColumnType.DATE: "date",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.OPTIONS: "options",
}
SEVERAL: Final = (AttributeType.MULTILINE, AttributeType.MULTI_SELECT)
_NEVER_ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    GridFilterMatch.CONTAINS.value: frozenset(),
    GridFilterMatch.STARTS_WITH.value: frozenset({"contains"}),
    GridFilterMatch.EQUALS.value: frozenset({"contains", "startsWith"}),
}
_TEXT_TYPES: Final = tuple(type_ for type_, column in TYPES.items() if column is ColumnType.STRING)


def _find_in(attribute_id: int, *, has_one: bool) -> _Find:
    def find(condition: Condition) -> Condition:
        of_row = _of_row(attribute_id, has_one=has_one)
        found = select(literal_column("1")).select_from(customer_grid_attribute).where(*of_row, condition)
        return found.correlate_except(customer_grid_attribute).exists()

    return find


def _of_row(attribute_id: int, *, has_one: bool) -> list[Condition]:
    """With the number, so that an index gives the usual order, and the place of what has one, so that nobody is found twice."""
    return [
        _value.attribute_id == literal(attribute_id, BigInteger()),
        _value.customer_id == ROW.customer_id,
        _value.number == ROW.number,
        *([_value.place == literal_column("0")] if has_one else []),
    ]


def _count_in(attribute_id: int, condition: Condition) -> ColumnElement[int]:
    """How many values of the attribute the customer has for which something holds."""
    of_row = _of_row(attribute_id, has_one=False)
    counted = select(func.count()).select_from(customer_grid_attribute).where(*of_row, condition)
    return counted.correlate_except(customer_grid_attribute).scalar_subquery()


def make_operators(row: Any, options: Collection[str]) -> Mapping[str, Operator]:
    """Those of the column of an attribute. `options` are the codes of its options."""
    type_ = AttributeType(row.type)
    left_out = _NEVER_ALLOWED[row.grid_filter_match] if type_ in _TEXT_TYPES else ()
    return {name: one for name, one in _list_operators(type_, row, options).items() if name not in left_out}


def _list_operators(type_: AttributeType, row: Any, options: Collection[str]) -> Mapping[str, Operator]:
    find = _find_in(row.id, has_one=type_ not in SEVERAL)
    match TYPES[type_]:
        case ColumnType.STRING:
            return _of_texts(find)
        case ColumnType.DATE:
            return _of_days(find)
        case ColumnType.BOOLEAN:
            return {"eq": lambda _, answer: find(_value.value == ("true" if answer else "false")), **_of_any(find)}
        case _:
            return _of_options(find, row, options)


def _of_any(find: _Find) -> Mapping[str, Operator]:
    return {"isNull": lambda _, is_empty: is_not_true(find(true())) if is_empty else find(true())}


_TEXTS: Final = GridColumn(
    key="value",
    title="",
    description="",
    type=ColumnType.STRING,
    value=_value.value,
    longest=MAX_COMPARED,
)
"""The values as a column of their own table, which the operators of texts compare."""


def _of_texts(find: _Find) -> Mapping[str, Operator]:
    def within(name: str) -> Operator:
        operator = OPERATORS[ColumnType.STRING][name]
        return lambda _, text: find(operator(_TEXTS, text))

    one_of = within("in")
    return {
        "eq": within("eq"),
        "in": one_of,
        "notIn": lambda column, texts: is_not_true(one_of(column, texts)),
        "startsWith": within("startsWith"),
        "contains": within("contains"),
        **_of_any(find),
    }


def _of_days(find: _Find) -> Mapping[str, Operator]:
    """Days are stored as texts that have their order."""

    def compared(sign: str) -> Operator:
        return lambda _, day: find(_value.value.op(sign, is_comparison=True)(literal(day.isoformat(), Text())))

    def in_last_days(_column: GridColumn, days: int) -> Condition:
        if not 0 <= days <= MAX_DAYS:
            raise DAYS_OUT_OF_RANGE(limit=MAX_DAYS)
        # Compared as texts: no other value may ever be read as a day.
        return find(and_(_value.value >= _day_before(days), _value.value <= _day_before(0)))

    return {
        "gt": compared(">"),
        "gte": compared(">="),
        "lt": compared("<"),
        "lte": compared("<="),
        "inLastDays": in_last_days,
        "notInLastDays": lambda column, days: is_not_true(in_last_days(column, days)),
        **_of_any(find),
    }


def _day_before(days: int) -> ColumnElement[str]:
    """Of UTC, so many times 24 hours ago."""
    hours: ColumnElement[Any] = literal(24 * days, BigInteger()) * literal_column("interval '1 hour'", Interval())
    now: ColumnElement[Any] = func.timezone("UTC", func.now())
    return func.to_char(now - hours, literal_column("'YYYY-MM-DD'"), type_=Text())


def _of_options(find: _Find, row: Any, options: Collection[str]) -> Mapping[str, Operator]:
    """An option that is gone is refused: what nobody has would match all in place of some."""

    def has_any(_column: GridColumn, codes: Sequence[str]) -> Condition:
        _refuse_gone_options(row, codes, options)
        wanted = literal(codes[0], Text()) if len(codes) == 1 else any_(literal(list(codes), ARRAY(Text())))
        return find(_value.value == wanted)

    def has_all(_column: GridColumn, codes: Sequence[str]) -> Condition:
        """An index finds those who have the first one; of them the options are counted, of which nobody has one twice."""
        _refuse_gone_options(row, codes, options)
        wanted = list(dict.fromkeys(codes))
        has_first = find(_value.value == literal(wanted[0], Text()) if wanted else true())
        if len(wanted) < 2:
            return has_first
        is_wanted = _value.value == any_(literal(wanted, ARRAY(Text())))
        return and_(has_first, _count_in(row.id, is_wanted) == literal(len(wanted), BigInteger()))

    return {
        "hasAny": has_any,
        "hasAll": has_all,
        "hasNone": lambda column, codes: is_not_true(has_any(column, codes)),
        **_of_any(find),
    }


def _refuse_gone_options(row: Any, codes: Sequence[str], options: Collection[str]) -> None:
    for code in codes:
        if code not in options:
            raise OPTION_GONE(code=row.code, option=code)
