"""Columns of attributes in the layouts of Adobe Commerce, as the import reads them (docs/domain/exports.md#exports-7)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Text, case, cast, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from customer_gql.customers.addresses.tables import address
from customer_gql.customers.attributes.reads import ALL_OF_ENTITY
from customer_gql.customers.attributes.tables import AttributeEntity, AttributeType
from customer_gql.customers.attributes.values.tables import TABLES
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, Row, fetch_rows
from customer_gql.loading.grids.columns import ColumnType

Columns = Sequence[tuple[str, ColumnType, ColumnElement[Any]]]
DefinedAttributes = Mapping[AttributeEntity, Sequence[Row]]


async def read_defined_attributes(connection: Connection) -> DefinedAttributes:
    """Those that have values, in the order of forms."""
    found = dict[AttributeEntity, list[Row]]()
    for entity in AttributeEntity:
        rows = await fetch_rows(connection, ALL_OF_ENTITY, entity=entity.value)
        found[entity] = [row for row in rows if not row.is_system and not row.is_being_deleted]
    return found


def make_attribute_columns(attributes: DefinedAttributes, entity: AttributeEntity, prefix: str = "") -> Columns:
    """Named by their codes. Choices are written as codes of options, which no label of another option can be."""
    columns: list[tuple[str, ColumnType, ColumnElement[Any]]] = []
    for row in attributes[entity]:
        kind, show = _SHOWN[AttributeType(row.type)]
        columns.append((prefix + row.code, kind, _read_value(entity, row.id, show)))
    return columns


def _read_value(
    entity: AttributeEntity, attribute_id: int, show: Callable[[Any], ColumnElement[Any]]
) -> ColumnElement[Any]:
    values = TABLES[entity]
    of_record = [values.c.customer_id == customer.c.id, values.c.attribute_id == literal(attribute_id, BigInteger())]
    if entity is AttributeEntity.ADDRESS:
        of_record.append(values.c.address_id == address.c.id)
    shown = select(show(values.c)).select_from(values).where(*of_record)
    return shown.correlate_except(values).scalar_subquery()


def _join(column: Callable[[Any], ColumnElement[Any]], separator: str) -> Callable[[Any], ColumnElement[Any]]:
    """All rows of a value, in their order."""

    def join(values: Any) -> ColumnElement[Any]:
        parts = aggregate_order_by(literal_column(separator), values.place)
        return func.string_agg(column(values), parts, type_=Text())

    return join


def _write_answer(values: Any) -> ColumnElement[Any]:
    return case((values.boolean_value, literal_column("'1'", Text())), else_=literal_column("'0'", Text()))


_TEXT: Final = (ColumnType.STRING, lambda values: values.text_value)
_LINES: Final = (ColumnType.STRING, _join(lambda values: values.text_value, "chr(10)"))
_CODES: Final = (ColumnType.ENUM, _join(lambda values: values.option_code, "','"))
_SHOWN: Final[Mapping[AttributeType, tuple[ColumnType, Callable[[Any], ColumnElement[Any]]]]] = {
    AttributeType.TEXT: _TEXT,
    AttributeType.TEXT_AREA: _TEXT,
    AttributeType.MULTILINE: _LINES,
    AttributeType.DATE: (ColumnType.ENUM, lambda values: cast(values.date_value, Text())),
    AttributeType.BOOLEAN: (ColumnType.ENUM, _write_answer),
    AttributeType.SELECT: _CODES,
    AttributeType.MULTI_SELECT: _CODES,
    AttributeType.FILE: _TEXT,
    AttributeType.IMAGE: _TEXT,
}
