"""The attributes that a file may have columns of (docs/domain/import.md#import-34)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select

from customer_gql.core.text import fold_text
from customer_gql.customers.attributes.reads import parse_json
from customer_gql.customers.attributes.rules import ValueRules
from customer_gql.customers.attributes.tables import (
    AttributeEntity,
    AttributeType,
    InputFilter,
    attribute,
    attribute_option,
    attribute_website,
)
from customer_gql.database.statements import Connection, Row, compile_statement, fetch_rows

_DEFINED: Final = compile_statement(
    select(attribute)
    .where(~attribute.c.is_system, ~attribute.c.is_being_deleted)
    .order_by(attribute.c.entity, attribute.c.sort_order, attribute.c.id)
)
_WEBSITES: Final = compile_statement(
    select(attribute_website.c.attribute_id, attribute_website.c.website_id, attribute_website.c.is_required).where(
        attribute_website.c.is_required.is_not(None)
    )
)
_OPTIONS: Final = compile_statement(
    select(attribute_option.c.attribute_id, attribute_option.c.code, attribute_option.c.label)
    .where(~attribute_option.c.is_being_removed)
    .order_by(attribute_option.c.attribute_id, attribute_option.c.place)
)


@dataclass(frozen=True, slots=True)
class ImportAttribute:
    """What is known of an attribute when cells are read."""

    code: str
    label: str
    rules: ValueRules
    is_required: bool
    required_on: Mapping[int, bool] = field(default_factory=dict)
    """By website, where one decides for itself."""
    codes: frozenset[str] = frozenset()
    codes_by_label: Mapping[str, str] = field(default_factory=dict)
    """The options that a label says without doubt, by the folded label."""

    def is_required_on(self, website_id: int | None) -> bool:
        return self.required_on.get(website_id or 0, self.is_required)

    def find_option(self, text: str) -> str | None:
        """The code of an option that a text names by its code or label."""
        return text if text in self.codes else self.codes_by_label.get(fold_text(text))


ImportAttributes = Mapping[AttributeEntity, Mapping[str, ImportAttribute]]
"""By entity and code, in the order of forms."""


async def read_import_attributes(connection: Connection) -> ImportAttributes:
    found: dict[AttributeEntity, dict[str, ImportAttribute]] = {entity: {} for entity in AttributeEntity}
    defined = await fetch_rows(connection, _DEFINED)
    if not defined:
        return found
    required, options = dict[int, dict[int, bool]](), dict[int, list[Row]]()
    for one in await fetch_rows(connection, _WEBSITES):
        required.setdefault(one.attribute_id, {})[one.website_id] = one.is_required
    for one in await fetch_rows(connection, _OPTIONS):
        options.setdefault(one.attribute_id, []).append(one)
    for row in defined:
        of_row = options.get(row.id, [])
        found[AttributeEntity(row.entity)][row.code] = ImportAttribute(
            code=row.code,
            label=row.label,
            rules=ValueRules(AttributeType(row.type), parse_json(row.rules), InputFilter(row.input_filter)),
            is_required=row.is_required,
            required_on=required.get(row.id, {}),
            codes=frozenset(one.code for one in of_row),
            codes_by_label=_index_labels(of_row),
        )
    return found


def _index_labels(options: Sequence[Row]) -> dict[str, str]:
    """Without labels that several options have."""
    by_label = dict[str, list[str]]()
    for one in options:
        by_label.setdefault(fold_text(one.label), []).append(one.code)
    return {label: codes[0] for label, codes in by_label.items() if len(codes) == 1}
