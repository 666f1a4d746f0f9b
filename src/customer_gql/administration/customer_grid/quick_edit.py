"""Which fields can be edited in place, in a row of the customers grid (docs/domain/quick-edit.md#quick-edit-1)."""

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import literal, select

from customer_gql.administration.customer_editing.fields import FIELDS_BY_NAME, SHOWN_FIELDS, EditField
from customer_gql.core.errors import CollectedErrors, Refusal, RuleError, UserErrorCode
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer, Websites
from customer_gql.customers.attributes.tables import AttributeEntity, attribute
from customer_gql.customers.profile.writes import lock_customer
from customer_gql.database.statements import Connection, Row, compile_statement, fetch_rows
from customer_gql.loading.grids.columns import attribute_key
from customer_gql.shop.settings.declaration import GLOBAL, Setting
from customer_gql.shop.settings.reads import setting, settings_by_website

_SETS: Final[Mapping[str, tuple[str, ...]]] = {
    "SEVEN": ("email", "groupId", "telephone", "postcode", "websiteId", "taxVatNumber", "gender"),
    "FOUR": ("email", "websiteId", "taxVatNumber", "gender"),
}
_MORE: Final = ("company", "city", "fax", "billingFirstName", "billingLastName", "vatNumber")
_NAMES: Final = (*_SETS["SEVEN"], *_MORE)
QUICK_EDIT_FIELDS: Final[Mapping[str, EditField]] = {name: FIELDS_BY_NAME[name] for name in _NAMES}
_COLUMNS: Final = {"groupId": "group", "websiteId": "website"}
"""Columns of the grid that are named otherwise than their field."""

_FIELD_UNKNOWN: Final = Refusal(
    "setting.quick_edit_field_unknown",
    "Enter {sets:or}, or names of fields separated by `;`. Not among them: {unknown}.",
)
NOT_EDITABLE: Final = Refusal(
    "customer.not_quick_editable",
    "This field cannot be edited in place. Edit the customer instead.",
    UserErrorCode.NOT_ALLOWED,
)


def parse_fields(value: str) -> tuple[str, ...]:
    """The names of a value of the setting."""
    return _SETS.get(value) or tuple(name.strip() for name in value.split(";") if name.strip())


def _validate_fields(value: str) -> None:
    unknown = [name[:40] for name in parse_fields(value) if name not in _NAMES]
    if unknown:
        raise _FIELD_UNKNOWN(path=["value"], sets=list(_SETS), unknown=unknown[:5])


QUICK_EDITED: Final = Setting(
    "customers.quick_edit_fields",
    "SEVEN",
    GLOBAL,
    "Fields of customers that can be edited in place: SEVEN, FOUR, or names separated by `;`, among them "
    f"{', '.join(_MORE)}.",
    validate=_validate_fields,
    label="Fields of the quick edit",
)


_QUICK_EDITABLE: Final = compile_statement(
    select(attribute.c.code).where(
        attribute.c.entity == literal(AttributeEntity.CUSTOMER.value), attribute.c.is_quick_editable
    )
)


async def find_quick_edited_columns(connection: Connection, viewer: Viewer) -> frozenset[str]:
    """Keys of the columns of the grid that this viewer can edit in place, on one of the websites at least."""
    if Permission.CUSTOMERS_WRITE not in viewer.permissions:
        return frozenset()
    names = set(parse_fields(await setting(connection, QUICK_EDITED)))
    names -= await _find_fields_hidden_everywhere(connection, viewer.website_ids)
    if Permission.CUSTOMERS_CHANGE_EMAIL not in viewer.permissions:
        names.discard("email")
    attributes = await fetch_rows(connection, _QUICK_EDITABLE)
    return frozenset(_COLUMNS.get(name, name) for name in names) | {attribute_key(row.code) for row in attributes}


async def _find_fields_hidden_everywhere(connection: Connection, websites: Websites) -> set[str]:
    """Fields that no website which the viewer reaches asks for."""
    shops = await settings_by_website(connection, *SHOWN_FIELDS.values())
    reached = [shop for id, shop in shops.items() if websites is None or id in websites]
    return {name for name, shown in SHOWN_FIELDS.items() if all(shop[shown] == "NO" for shop in reached)}


async def lock_quick_edited(
    connection: Connection, customer_id: int, given: Collection[str], *, websites: Websites
) -> Row:
    """The customer, where the shop lets staff edit in place whatever is given. Raises `RuleErrors`, also for an unknown one."""
    try:
        customer = await lock_customer(connection, customer_id, websites=websites, with_settings=True)
    except RuleError:
        _refuse_other_fields(await _read_editable_fields(connection), given)
        raise
    _refuse_other_fields(await _read_editable_fields(connection), given)
    return customer


async def _read_editable_fields(connection: Connection) -> tuple[str, ...]:
    return parse_fields(await setting(connection, QUICK_EDITED))


def _refuse_other_fields(editable: Collection[str], given: Collection[str]) -> None:
    """Raises `RuleErrors` with each field that is given and not editable."""
    refused = CollectedErrors()
    for name in given:
        with refused.collecting():
            if name not in editable:
                raise NOT_EDITABLE(path=[name])
    refused.raise_collected()
