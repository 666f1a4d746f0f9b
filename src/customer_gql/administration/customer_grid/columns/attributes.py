"""Columns of attributes, made of what staff define (docs/domain/attributes.md#attributes-12)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Interval,
    Text,
    and_,
    any_,
    cast,
    func,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from customer_gql.administration.customer_grid.attribute_values import MAX_COMPARED
from customer_gql.administration.customer_grid.tables import customer_grid_attribute
from customer_gql.customers.attributes.reads import attributes_by_entity
from customer_gql.customers.attributes.tables import (
    AttributeEntity,
    AttributeType,
    GridFilterMatch,
    attribute,
    attribute_option,
)
from customer_gql.customers.attributes.values.tables import customer_attribute
from customer_gql.database.statements import compile_statement
from customer_gql.graph.grids.added_columns import AddedColumns, ColumnSource
from customer_gql.loading.grids.columns import ColumnType, GridColumn, attribute_key
from customer_gql.loading.grids.operators import MAX_DAYS, OPERATORS, Condition, Operator, is_not_true
from customer_gql.loading.grids.refusals import DAYS_OUT_OF_RANGE

from .entries import ROW

_value: Final = customer_grid_attribute.c
_given: Final = customer_attribute.c
_Find = Callable[[Condition], Condition]
"""Whether the customer has a value of the attribute for which something holds."""

_TYPES: Final[Mapping[AttributeType, ColumnType]] = {
    AttributeType.TEXT: ColumnType.STRING,
    AttributeType.TEXT_AREA: ColumnType.STRING,
    AttributeType.MULTILINE: ColumnType.STRING,
    AttributeType.DATE: ColumnType.DATE,
    AttributeType.BOOLEAN: ColumnType.BOOLEAN,
    AttributeType.SELECT: ColumnType.OPTIONS,
    AttributeType.MULTI_SELECT: ColumnType.OPTIONS,
}
_MEMBER_OF: Final[Mapping[ColumnType, str]] = {
    ColumnType.STRING: "text",
    ColumnType.DATE: "date",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.OPTIONS: "options",
}
_SEVERAL: Final = (AttributeType.MULTILINE, AttributeType.MULTI_SELECT)
_NEVER_ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    GridFilterMatch.CONTAINS.value: frozenset(),
    GridFilterMatch.STARTS_WITH.value: frozenset({"contains"}),
    GridFilterMatch.EQUALS.value: frozenset({"contains", "startsWith"}),
}
_OF_ORDER: Final = "value"


def make_columns(rows: Sequence[Any]) -> AddedColumns:
    """The columns of the definitions that the list shows or is filtered by, in the order of forms."""
    columns, orders, personal = dict[str, GridColumn](), dict[FromClause, ColumnElement[bool]](), set[str]()
    for row in rows:
        if row.is_system or row.is_being_deleted or not (row.is_grid_column or row.is_grid_filter):
            continue
        order, key = _make_order(row), attribute_key(row.code)
        columns[key] = _make_column(row, order.c[_OF_ORDER])
        orders[order] = order.c.customer_id == ROW.customer_id
        if row.is_personal:
            personal.add(key)
    return AddedColumns(columns, orders, frozenset(personal))


def _identify(row: Any) -> tuple[Any, ...]:
    return row.id, row.version, row.is_being_deleted


ATTRIBUTE_COLUMNS: Final = ColumnSource(
    read=attributes_by_entity,
    key=AttributeEntity.CUSTOMER.value,
    statement=compile_statement(
        select(attribute)
        .where(attribute.c.entity == literal(AttributeEntity.CUSTOMER.value))
        .order_by(attribute.c.sort_order, attribute.c.id)
    ),
    identity=_identify,
    make=make_columns,
)


def _make_column(row: Any, sorted_by: ColumnElement[Any]) -> GridColumn:
    type_ = AttributeType(row.type)
    operators = _make_operators(type_, row.id)
    if type_ in (AttributeType.TEXT, AttributeType.TEXT_AREA, AttributeType.MULTILINE):
        left_out = _NEVER_ALLOWED[row.grid_filter_match]
        operators = {name: one for name, one in operators.items() if name not in left_out}
    return GridColumn(
        key=attribute_key(row.code),
        title=row.label,
        description=row.label,
        type=_TYPES[type_],
        value=_SHOWN[type_](row.id),
        sorted_by=sorted_by,
        member=_MEMBER_OF[_TYPES[type_]],
        operators=operators,
        is_filterable=row.is_grid_filter,
        is_sortable=row.is_grid_column and type_ not in _SEVERAL,
        is_exportable=row.is_grid_column,
        is_searched=row.is_searchable,
        is_indexed=True,
    )


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


def _make_operators(type_: AttributeType, attribute_id: int) -> Mapping[str, Operator]:
    find = _find_in(attribute_id, has_one=type_ not in _SEVERAL)
    match _TYPES[type_]:
        case ColumnType.STRING:
            return _of_texts(find)
        case ColumnType.DATE:
            return _of_days(find)
        case ColumnType.BOOLEAN:
            return {"eq": lambda _, answer: find(_value.value == ("true" if answer else "false")), **_of_any(find)}
        case _:
            return _of_options(find, attribute_id)


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


def _of_options(find: _Find, attribute_id: int) -> Mapping[str, Operator]:
    def has_any(_column: GridColumn, codes: Sequence[str]) -> Condition:
        wanted = literal(codes[0], Text()) if len(codes) == 1 else any_(literal(list(codes), ARRAY(Text())))
        return find(_value.value == wanted)

    def has_all(_column: GridColumn, codes: Sequence[str]) -> Condition:
        """An index finds those who have the first one; of them the options are counted, of which nobody has one twice."""
        wanted = list(dict.fromkeys(codes))
        has_first = find(_value.value == literal(wanted[0], Text()) if wanted else true())
        if len(wanted) < 2:
            return has_first
        is_wanted = _value.value == any_(literal(wanted, ARRAY(Text())))
        return and_(has_first, _count_in(attribute_id, is_wanted) == literal(len(wanted), BigInteger()))

    return {
        "hasAny": has_any,
        "hasAll": has_all,
        "hasNone": lambda column, codes: is_not_true(has_any(column, codes)),
        **_of_any(find),
    }


def _make_order(row: Any) -> FromClause:
    """The value that sorts of each customer who has one, which is that of one attribute, so that it can be joined."""
    chosen = (_value.attribute_id == literal(row.id, BigInteger()), _value.place == literal_column("0"))
    if AttributeType(row.type) is not AttributeType.SELECT:
        ordered = select(_value.customer_id, _value.value.label(_OF_ORDER)).where(*chosen)
    else:
        option = attribute_option.c
        of_value = and_(option.attribute_id == _value.attribute_id, option.code == _value.value)
        ordered = (
            select(_value.customer_id, cast(option.place, Integer()).label(_OF_ORDER))
            .select_from(customer_grid_attribute.join(attribute_option, of_value))
            .where(*chosen)
        )
    return ordered.subquery(f"order_of_{row.code}")


def _of_customer(attribute_id: int) -> ColumnElement[bool]:
    return and_(_given.customer_id == ROW.customer_id, _given.attribute_id == literal(attribute_id, BigInteger()))


def _show_one(column: ColumnElement[Any]) -> Callable[[int], ColumnElement[Any]]:
    def show(attribute_id: int) -> ColumnElement[Any]:
        one = (_of_customer(attribute_id), _given.place == literal_column("0"))
        return select(column).where(*one).correlate_except(customer_attribute).scalar_subquery()

    return show


def _show_lines(attribute_id: int) -> ColumnElement[Any]:
    lines = func.string_agg(_given.text_value, aggregate_order_by(literal_column("', '"), _given.place), type_=Text())
    return select(lines).where(_of_customer(attribute_id)).correlate_except(customer_attribute).scalar_subquery()


def _show_labels(attribute_id: int) -> ColumnElement[Any]:
    option = attribute_option.c
    labels = func.array_agg(aggregate_order_by(option.label, _given.place), type_=ARRAY(Text()))
    chosen = customer_attribute.join(
        attribute_option, and_(option.attribute_id == _given.attribute_id, option.code == _given.option_code)
    )
    shown = select(labels).select_from(chosen).where(_of_customer(attribute_id))
    return shown.correlate_except(customer_attribute, attribute_option).scalar_subquery()


_SHOWN: Final[Mapping[AttributeType, Callable[[int], ColumnElement[Any]]]] = {
    AttributeType.TEXT: _show_one(_given.text_value),
    AttributeType.TEXT_AREA: _show_one(_given.text_value),
    AttributeType.MULTILINE: _show_lines,
    AttributeType.DATE: _show_one(_given.date_value),
    AttributeType.BOOLEAN: _show_one(_given.boolean_value),
    AttributeType.SELECT: _show_labels,
    AttributeType.MULTI_SELECT: _show_labels,
}
