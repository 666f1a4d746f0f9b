"""What staff decide about forms: the attributes they show, and the order and labels of all fields
(docs/domain/public-facts.md#public-facts-9)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import BigInteger, Text, and_, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from customer_gql.customers.attributes.reads import parse_json
from customer_gql.customers.attributes.tables import (
    AttributeEntity,
    AttributeForm,
    AttributeType,
    attribute,
    attribute_label,
    attribute_option,
    attribute_option_label,
    attribute_website,
)
from customer_gql.customers.attributes.values.given import find_form_attributes
from customer_gql.database.statements import Connection, Row, compile_statement, fetch_rows

from .forms import ADDRESS_FORMS, ChoiceFacts, FieldFacts, FieldType, FormFacts, FormKind

_TYPES: Final[Mapping[str, FieldType]] = {
    AttributeType.TEXT.value: FieldType.TEXT,
    AttributeType.TEXT_AREA.value: FieldType.TEXT_AREA,
    AttributeType.MULTILINE.value: FieldType.LINES,
    AttributeType.DATE.value: FieldType.DATE,
    AttributeType.BOOLEAN.value: FieldType.BOOLEAN,
    AttributeType.SELECT.value: FieldType.SELECT,
    AttributeType.MULTI_SELECT.value: FieldType.MULTI_SELECT,
    AttributeType.FILE.value: FieldType.FILE,
    AttributeType.IMAGE.value: FieldType.IMAGE,
}
_FOLLOWS: Final = {"password": "email"}
"""Fields of a form that are no field of a record, and what they come after. Others come last."""

_view: Any = bindparam("view", type_=BigInteger())
_SYSTEM: Final = compile_statement(
    select(
        attribute.c.code, attribute.c.forms, func.coalesce(attribute_label.c.label, attribute.c.label).label("shown")
    )
    .select_from(
        attribute.outerjoin(
            attribute_label,
            and_(attribute_label.c.attribute_id == attribute.c.id, attribute_label.c.store_view_id == _view),
        )
    )
    .add_columns(attribute.c.sort_order, attribute.c.id, attribute.c.rules)
    .where(attribute.c.entity == bindparam("entity", type_=Text()), attribute.c.is_system)
)
_ids: Any = any_(bindparam("ids", type_=ARRAY(BigInteger())))
_LABELS: Final = compile_statement(
    select(attribute_label.c.attribute_id, attribute_label.c.label).where(
        attribute_label.c.attribute_id == _ids, attribute_label.c.store_view_id == _view
    )
)
_DEFAULTS: Final = compile_statement(
    select(attribute_website.c.attribute_id, attribute_website.c.default_value).where(
        attribute_website.c.attribute_id == _ids,
        attribute_website.c.website_id == bindparam("website", type_=BigInteger()),
        attribute_website.c.default_value.is_not(None),
    )
)
_OPTIONS: Final = compile_statement(
    select(
        attribute_option.c.attribute_id,
        attribute_option.c.code,
        attribute_option.c.is_default,
        func.coalesce(attribute_option_label.c.label, attribute_option.c.label).label("shown"),
    )
    .select_from(
        attribute_option.outerjoin(
            attribute_option_label,
            and_(
                attribute_option_label.c.attribute_id == attribute_option.c.attribute_id,
                attribute_option_label.c.option_code == attribute_option.c.code,
                attribute_option_label.c.store_view_id == _view,
            ),
        )
    )
    .where(attribute_option.c.attribute_id == _ids, ~attribute_option.c.is_being_removed)
    .order_by(attribute_option.c.attribute_id, attribute_option.c.place)
)


@dataclass(frozen=True, slots=True)
class FormAttributes:
    """The built-in fields of an entity by name, and the attributes that a form shows, each with its place."""

    system: Mapping[str, Row]
    custom: Sequence[tuple[tuple[int, int], FieldFacts]]


async def read_form_attributes(connection: Connection, kind: FormKind, website_id: int, view: Row) -> FormAttributes:
    entity = AttributeEntity.ADDRESS if kind in ADDRESS_FORMS else AttributeEntity.CUSTOMER
    system = await fetch_rows(connection, _SYSTEM, entity=entity.value, view=view.id)
    rows = await find_form_attributes(connection, entity, AttributeForm(kind.value), website_id)
    custom = await _describe_attributes(connection, rows, website_id, view.id) if rows else []
    return FormAttributes({row.code: row for row in system}, custom)


async def _describe_attributes(
    connection: Connection, rows: Sequence[Row], website_id: int, view_id: int
) -> list[tuple[tuple[int, int], FieldFacts]]:
    ids = [row.id for row in rows]
    labels = {one.attribute_id: one.label for one in await fetch_rows(connection, _LABELS, ids=ids, view=view_id)}
    own = await fetch_rows(connection, _DEFAULTS, ids=ids, website=website_id)
    defaults = {one.attribute_id: one.default_value for one in own}
    options = dict[int, list[Row]]()
    for one in await fetch_rows(connection, _OPTIONS, ids=ids, view=view_id):
        options.setdefault(one.attribute_id, []).append(one)
    return [
        (
            (row.sort_order, row.id),
            FieldFacts(
                code=row.code,
                label=labels.get(row.id, row.label),
                type=_TYPES[row.type],
                is_required=row.effective_is_required,
                options=[ChoiceFacts(one.code, one.shown) for one in options.get(row.id, ())],
                is_custom=True,
                rules=row.rules,
                default=_find_default(defaults.get(row.id, row.default_value), options.get(row.id, ())),
            ),
        )
        for row in rows
    ]


def _find_default(stored: Any, options: Collection[Row]) -> Any:
    chosen = [one.code for one in options if one.is_default]
    return {"options": chosen} if chosen else parse_json(stored)


def arrange_form(form: FormFacts, attributes: FormAttributes) -> FormFacts:
    """The form with its attributes, in the order and with the labels that staff decided, without the fields that they took
    out of it. A field that the mutation requires stays."""
    placed = list(attributes.custom)
    for number, field in enumerate(form.fields):
        row = attributes.system.get(_FOLLOWS.get(field.code, field.code))
        if row is None:
            placed.append(((1 << 62, number), field))
        elif form.kind.value in row.forms or field.is_required:
            is_same = row.code == field.code
            label = row.shown if is_same and row.shown is not None else field.label
            rules = row.rules if is_same and parse_json(row.rules) else field.rules
            placed.append(((row.sort_order, row.id), replace(field, label=label, rules=rules)))
    # Sorting keeps the order of fields in one place.
    return FormFacts(form.kind, [field for _, field in sorted(placed, key=lambda one: one[0])])
