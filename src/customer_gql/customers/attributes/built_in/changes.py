"""What of a definition can change: less of a built-in field, and nothing of one that is being deleted
(docs/domain/attributes.md#attributes-7)."""

from collections.abc import Mapping
from typing import Any, Final

from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.customers.attributes.definition_rows import COLUMNS
from customer_gql.customers.attributes.definitions import (
    NOT_FOR_TYPE,
    find_field_refusal,
    find_part_refusals as find_part_refusals_of,
)
from customer_gql.customers.attributes.system_fields import NEEDED_CODES
from customer_gql.customers.attributes.tables import AttributeEntity, AttributeType
from customer_gql.database.statements import Row

from .rules import find_rules_of_field

IS_SYSTEM: Final = Refusal(
    "attribute.is_system", "This field is built in and cannot be changed in this way.", UserErrorCode.NOT_ALLOWED
)
_FORM_NEEDS_FIELD: Final = Refusal(
    "attribute.form_needs_field",
    "No record can be made without this field. Leave it in its forms.",
    UserErrorCode.NOT_ALLOWED,
)
_OF_SYSTEM_FIELDS: Final = ("label", "labels", "sort_order", "forms", "rules")
BEING_DELETED: Final = Refusal("attribute.being_deleted", "This attribute is being deleted.", UserErrorCode.NOT_ALLOWED)


def refuse_fixed(row: Row, given: Mapping[str, Any]) -> None:
    """Of a built-in field the shop decides how forms show it and what it takes; some of them no form can do without."""
    if row.is_being_deleted:
        raise BEING_DELETED(path=["id"])
    if not row.is_system:
        return
    refused = CollectedErrors()
    for name in given:
        with refused.collecting():
            if find_update_refusal(row, name) is not None:
                raise IS_SYSTEM(path=[COLUMNS.get(name, name)])
    for name, value in given.get("rules", {}).items():
        with refused.collecting():
            if value is not None and name not in (known := find_rules_of_field(row.code)) and known:
                raise NOT_FOR_TYPE(path=["rules", name])
    with refused.collecting():
        if (
            "forms" in given
            and row.code in NEEDED_CODES
            and not set(row.forms) <= {form.value for form in given["forms"]}
        ):
            raise _FORM_NEEDS_FIELD(path=["forms"])
    refused.raise_collected()


def find_update_refusal(row: Row, name: str) -> Refusal | None:
    """What refuses a new value of this column of a definition, whatever it is."""
    if row.is_being_deleted:
        return BEING_DELETED
    if row.is_system:
        can_change = name in _OF_SYSTEM_FIELDS and (name != "rules" or find_rules_of_field(row.code))
        return None if can_change else IS_SYSTEM
    return find_field_refusal(AttributeEntity(row.entity), AttributeType(row.type), name)


def find_part_refusals(row: Row) -> Mapping[str, Refusal | None]:
    """The same of each rule and form, as `rules.minLength` and `forms.SIGN_UP`."""
    parts = find_part_refusals_of(AttributeEntity(row.entity), AttributeType(row.type))
    whole = {name: find_update_refusal(row, name.partition(".")[0]) for name in parts}
    known = {f"rules.{name}" for name in find_rules_of_field(row.code)}
    of_field = {
        name: NOT_FOR_TYPE for name in parts if row.is_system and name.startswith("rules.") and name not in known
    }
    return {name: whole[name] or of_field.get(name) or refusal for name, refusal in parts.items()}


def find_delete_refusal(row: Row) -> Refusal | None:
    return IS_SYSTEM if row.is_system else None
