from typing import Any, Final

import orjson
from sqlalchemy import Text, bindparam, select

from customer_gql.database.statements import Connection, Row, compile_statement, fetch_rows
from customer_gql.loading.reads import all_by, one_by

from .tables import attribute, attribute_label, attribute_option, attribute_option_label, attribute_website

MAX_ATTRIBUTES: Final = 200
"""Attributes of an entity that staff can create."""

_in_order: Final = (attribute.c.sort_order, attribute.c.id)
attributes_by_id = one_by(select(attribute), attribute.c.id)
attributes_by_entity = all_by(select(attribute).order_by(*_in_order), attribute.c.entity)
labels_by_attribute = all_by(
    select(attribute_label).order_by(attribute_label.c.store_view_id), attribute_label.c.attribute_id
)
websites_by_attribute = all_by(
    select(attribute_website).order_by(attribute_website.c.website_id), attribute_website.c.attribute_id
)
options_by_attribute = all_by(
    select(attribute_option).where(~attribute_option.c.is_being_removed).order_by(attribute_option.c.place),
    attribute_option.c.attribute_id,
)
labels_by_option = all_by(
    select(attribute_option_label).order_by(attribute_option_label.c.store_view_id),
    attribute_option_label.c.attribute_id,
    attribute_option_label.c.option_code,
)

ALL_OF_ENTITY: Final = compile_statement(
    select(attribute).where(attribute.c.entity == bindparam("entity", type_=Text())).order_by(*_in_order)
)


async def read_definition(connection: Connection, row: Row) -> dict[str, Any]:
    """Everything that is stored of an attribute, as `validate_definition` gives it."""
    id = row.id
    labels = await fetch_rows(connection, select(attribute_label).where(attribute_label.c.attribute_id == id))
    websites = await fetch_rows(connection, select(attribute_website).where(attribute_website.c.attribute_id == id))
    return {
        **{column.name: row[column.name] for column in attribute.columns},
        "rules": parse_json(row.rules),
        "default_value": parse_json(row.default_value),
        "labels": {one.store_view_id: one.label for one in labels},
        "websites": {
            one.website_id: {
                "is_required": one.is_required,
                "is_visible": one.is_visible,
                "default_value": parse_json(one.default_value),
            }
            for one in websites
        },
        "options": await _read_options(connection, id),
    }


async def _read_options(connection: Connection, attribute_id: int) -> dict[str, dict[str, Any]]:
    of_attribute = (attribute_option.c.attribute_id == attribute_id, ~attribute_option.c.is_being_removed)
    rows = await fetch_rows(
        connection, select(attribute_option).where(*of_attribute).order_by(attribute_option.c.place)
    )
    options: dict[str, dict[str, Any]] = {
        row.code: {"place": row.place, "label": row.label, "labels": {}, "is_default": row.is_default} for row in rows
    }
    labels = attribute_option_label
    for row in await fetch_rows(connection, select(labels).where(labels.c.attribute_id == attribute_id)):
        if row.option_code in options:
            options[row.option_code]["labels"][row.store_view_id] = row.label
    return options


def parse_json(stored: Any) -> Any:
    return orjson.loads(stored) if isinstance(stored, str) else stored


def as_json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
