"""Columns of attributes, made of what staff define (docs/domain/attributes.md#attributes-12)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from customer_gql.administration.customer_grid.tables import customer_grid_attribute
from customer_gql.customers.attributes.definitions import CHOICES
from customer_gql.customers.attributes.reads import attributes_by_entity, options_by_attribute
from customer_gql.customers.attributes.tables import (
    AttributeEntity,
    AttributeType,
    attribute,
    attribute_option,
)
from customer_gql.customers.attributes.values.tables import customer_attribute
from customer_gql.database.statements import Connection, compile_statement, fetch_rows
from customer_gql.graph.context import Context
from customer_gql.graph.grids.added_columns import AddedColumns, ColumnSource
from customer_gql.loading.grids.columns import GridColumn, attribute_key

from .attribute_operators import MEMBER_OF, SEVERAL, TYPES, make_operators
from .entries import ROW

_value: Final = customer_grid_attribute.c
_given: Final = customer_attribute.c
_OF_ORDER: Final = "value"


def make_columns(rows: Sequence[Any], options: Mapping[int, Collection[str]]) -> AddedColumns:
    """The columns of the definitions that the list shows or is filtered by, in the order of forms. `options` are the codes of
    those of choices."""
    columns, orders, personal = dict[str, GridColumn](), dict[FromClause, ColumnElement[bool]](), set[str]()
    for row in rows:
        if row.is_system or row.is_being_deleted or not (row.is_grid_column or row.is_grid_filter):
            continue
        order, key = _make_order(row), attribute_key(row.code)
        columns[key] = _make_column(row, order.c[_OF_ORDER], options.get(row.id, ()))
        orders[order] = order.c.customer_id == ROW.customer_id
        if row.is_personal:
            personal.add(key)
    return AddedColumns(columns, orders, frozenset(personal))


def _identify(row: Any) -> tuple[Any, ...]:
    return row.id, row.version, row.is_being_deleted


def _find_choices(rows: Sequence[Any]) -> list[int]:
    """Attributes with options. A change of one of those changes the version of the attribute."""
    return [row.id for row in rows if AttributeType(row.type) in CHOICES and (row.is_grid_column or row.is_grid_filter)]


async def _load_options(context: Context, rows: Sequence[Any]) -> Mapping[int, Collection[str]]:
    loads = [(id, context.load(options_by_attribute, id)) for id in _find_choices(rows)]
    return {id: frozenset(one.code for one in await load) for id, load in loads}


async def _fetch_options(connection: Connection, rows: Sequence[Any]) -> Mapping[int, Collection[str]]:
    found = dict[int, set[str]]()
    for one in await fetch_rows(connection, _OPTIONS, ids=_find_choices(rows)):
        found.setdefault(one.attribute_id, set()).add(one.code)
    return found


_OPTIONS: Final = compile_statement(
    select(attribute_option.c.attribute_id, attribute_option.c.code).where(
        attribute_option.c.attribute_id == any_(bindparam("ids", type_=ARRAY(BigInteger()))),
        ~attribute_option.c.is_being_removed,
    )
)
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
    load_parts=_load_options,
    fetch_parts=_fetch_options,
)


def _make_column(row: Any, sorted_by: ColumnElement[Any], options: Collection[str]) -> GridColumn:
    type_ = AttributeType(row.type)
    return GridColumn(
        key=attribute_key(row.code),
        title=row.label,
        description=row.label,
        type=TYPES[type_],
        value=_SHOWN[type_](row.id),
        sorted_by=sorted_by,
        member=MEMBER_OF[TYPES[type_]],
        operators=make_operators(row, options),
        is_filterable=row.is_grid_filter,
        is_sortable=row.is_grid_column and type_ not in SEVERAL,
        is_exportable=row.is_grid_column,
        is_searched=row.is_searchable,
        is_facetable=row.is_grid_column and type_ in (*CHOICES, AttributeType.BOOLEAN),
        compared=_list_codes(row.id) if type_ in CHOICES else None,
        sql_label=_label_option(row.id) if type_ in CHOICES else None,
        is_indexed=True,
    )


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


def _list_codes(attribute_id: int) -> ColumnElement[Any]:
    """What facets count."""
    codes = func.array_agg(aggregate_order_by(_given.option_code, _given.place), type_=ARRAY(Text()))
    return select(codes).where(_of_customer(attribute_id)).correlate_except(customer_attribute).scalar_subquery()


def _label_option(attribute_id: int) -> Callable[[ColumnElement[Any]], ColumnElement[Any]]:
    def label(code: ColumnElement[Any]) -> ColumnElement[Any]:
        option = attribute_option.c
        of_code = (option.attribute_id == literal(attribute_id, BigInteger()), option.code == code)
        return select(option.label).where(*of_code).correlate_except(attribute_option).scalar_subquery()

    return label


_SHOWN: Final[Mapping[AttributeType, Callable[[int], ColumnElement[Any]]]] = {
    AttributeType.TEXT: _show_one(_given.text_value),
    AttributeType.TEXT_AREA: _show_one(_given.text_value),
    AttributeType.MULTILINE: _show_lines,
    AttributeType.DATE: _show_one(_given.date_value),
    AttributeType.BOOLEAN: _show_one(_given.boolean_value),
    AttributeType.SELECT: _show_labels,
    AttributeType.MULTI_SELECT: _show_labels,
    AttributeType.FILE: _show_one(_given.text_value),
    AttributeType.IMAGE: _show_one(_given.text_value),
}
