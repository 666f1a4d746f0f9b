"""What people see in place of a stored value, in the language of the request (docs/domain/concurrent-edits.md#concurrent-edits-7).

Names of records are loads, so that all labels of an answer together cost one statement for each kind of record.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from customer_gql.core.ids import decode_id, decode_keys
from customer_gql.customers.addresses.reads import addresses_by_id
from customer_gql.customers.attributes.built_in.labels import label_of
from customer_gql.customers.history.stored_values import KINDS_BY_NAME, ValueKind, without_record
from customer_gql.graph.context import Context
from customer_gql.loading.reads import Read
from customer_gql.shop.countries.names import name_country
from customer_gql.shop.groups.reads import groups_by_id
from customer_gql.shop.websites.reads import store_views_by_id, websites_by_id
from customer_gql.staff.reads import roles_by_id, staff_by_id

FindLabel = Callable[[Context, str], Awaitable[str | None]]


async def label_stored_value(context: Context, name: str, value: str | None) -> str | None:
    """The label of a value as `core.concurrent_edits.value_text` writes it; the value itself where there is none."""
    find_label = _LABELS_BY_NAME.get(without_record(name))
    if value is None or find_label is None:
        return value
    return await find_label(context, value) or value


def _name_of(read: Read, prefix: str) -> FindLabel:
    async def find_name(context: Context, value: str) -> str | None:
        row = await context.load(read, decode_id(value, prefix))
        return None if row is None else row.name

    return find_name


async def _address_line(context: Context, value: str) -> str | None:
    row: Any = await context.load(addresses_by_id, decode_keys(value, "adr", 2))
    if row is None:
        return None
    place = " ".join(filter(None, (row.postcode, row.city)))
    return ", ".join((f"{row.first_name} {row.last_name}", *row.street, place))


async def _country_label(context: Context, value: str) -> str | None:
    return name_country(value, context.language)


async def _choice(context: Context, value: str) -> str | None:
    return label_of(value, context.language)


_LABELS: Final[Mapping[ValueKind, FindLabel]] = {
    ValueKind.GROUP: _name_of(groups_by_id, "grp"),
    ValueKind.WEBSITE: _name_of(websites_by_id, "web"),
    ValueKind.STORE_VIEW: _name_of(store_views_by_id, "stv"),
    ValueKind.STAFF: _name_of(staff_by_id, "stf"),
    ValueKind.ADDRESS: _address_line,
    ValueKind.COUNTRY: _country_label,
    ValueKind.CHOICE: _choice,
    ValueKind.YES_OR_NO: _choice,
}
_LABELS_BY_NAME: Final[Mapping[str, FindLabel]] = {
    **{name: _LABELS[kind] for name, kind in KINDS_BY_NAME.items()},
    "roleId": _name_of(roles_by_id, "rol"),  # of a staff user
}
