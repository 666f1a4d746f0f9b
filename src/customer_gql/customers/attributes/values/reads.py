"""Values as they are shown: of many customers or addresses by the same statements as of one."""

from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.errors import BadInput, NotFound
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer
from customer_gql.customers.attributes.reads import attributes_by_entity, websites_by_attribute
from customer_gql.customers.attributes.rules import Value
from customer_gql.customers.attributes.tables import (
    AttributeEntity,
    AttributeType,
    attribute_label,
    attribute_option,
    attribute_option_label,
)
from customer_gql.customers.attributes.uploads.files import FileValue, encode_file_id
from customer_gql.customers.attributes.uploads.links import make_link
from customer_gql.customers.attributes.uploads.reads import uploads_by_id
from customer_gql.loading.reads import all_by, one_by
from customer_gql.shop.websites.reads import UNKNOWN_STORE_VIEW
from customer_gql.shop.websites.tables import store_view

from .tables import address_attribute, customer_attribute

values_by_customer = all_by(
    select(customer_attribute).order_by(customer_attribute.c.attribute_id, customer_attribute.c.place),
    customer_attribute.c.customer_id,
)
values_by_address = all_by(
    select(address_attribute).order_by(address_attribute.c.attribute_id, address_attribute.c.place),
    address_attribute.c.customer_id,
    address_attribute.c.address_id,
)
_options = one_by(select(attribute_option), attribute_option.c.attribute_id, attribute_option.c.code)
_labels = one_by(select(attribute_label), attribute_label.c.attribute_id, attribute_label.c.store_view_id)
_option_labels = one_by(
    select(attribute_option_label),
    attribute_option_label.c.attribute_id,
    attribute_option_label.c.option_code,
    attribute_option_label.c.store_view_id,
)
_views_by_code = one_by(select(store_view.c.code, store_view.c.id, store_view.c.locale), store_view.c.code)
_READS: Final = {AttributeEntity.CUSTOMER: values_by_customer, AttributeEntity.ADDRESS: values_by_address}


@dataclass(frozen=True, slots=True)
class OptionFacts:
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class FileFacts:
    """`url` is a link for the one who sees the file."""

    id: str
    name: str
    media_type: str
    size_bytes: int
    url: str | None


@dataclass(frozen=True, slots=True)
class ValueFacts:
    """A stored value with what shows it. `is_masked` where the viewer may not see it."""

    code: str
    label: str
    type: AttributeType
    value: Value
    options: Sequence[OptionFacts]
    file: FileFacts | None
    locale: str | None
    is_masked: bool


def collect_value(type: AttributeType, rows: Sequence[Any]) -> Value:
    """The value that the rows of one attribute are, in their order."""
    match type:
        case AttributeType.DATE:
            return rows[0].date_value
        case AttributeType.BOOLEAN:
            return rows[0].boolean_value
        case AttributeType.SELECT | AttributeType.MULTI_SELECT:
            return [row.option_code for row in rows]
        case AttributeType.MULTILINE:
            return [row.text_value for row in rows]
        case AttributeType.TEXT | AttributeType.TEXT_AREA:
            return rows[0].text_value
        case AttributeType.FILE | AttributeType.IMAGE:
            return FileValue(rows[0].file_id, rows[0].text_value)


async def load_values(
    context: Any,
    entity: AttributeEntity,
    key: Any,
    *,
    website_id: int | None,
    codes: Collection[str] | None,
) -> list[ValueFacts]:
    """The values of a customer or address, in the order of forms. A storefront gets those that the website shows.

    Raises `NotFound` for a code that names no attribute, or one that the viewer is not shown.
    """
    is_staff = context.viewer.is_staff_or_service
    listed = await context.load(attributes_by_entity, entity.value)
    defined = {row.id: row for row in listed if not row.is_system and not row.is_being_deleted}
    if not is_staff:
        defined = await _keep_visible(context, defined, website_id)
    if codes is not None:
        unknown = set(codes).difference(row.code for row in defined.values())
        if unknown:
            raise NotFound(f"There is no attribute {min(unknown)!r}.")
        defined = {id: row for id, row in defined.items() if row.code in codes}
    if not defined:
        return []
    stored: dict[int, list[Any]] = {
        id: list(rows) for id, rows in groupby(await context.load(_READS[entity], key), attrgetter("attribute_id"))
    }
    view = None if is_staff else await _find_view_of_caller(context)
    is_blind = is_staff and Permission.CUSTOMERS_PII not in context.viewer.permissions
    # All are asked for before the first is awaited, so that ten attributes take as many statements as one.
    described = [
        _describe_value(context, row, stored[row.id], view, is_masked=is_blind and row.is_personal)
        for row in defined.values()
        if row.id in stored
    ]
    return [await one for one in described]


async def _keep_visible(context: Any, defined: Mapping[int, Any], website_id: int | None) -> dict[int, Any]:
    loads = [(row, context.load(websites_by_attribute, row.id)) for row in defined.values()]
    return {row.id: row for row, load in loads if is_visible(row, await load, website_id)}


def is_visible(row: Any, overrides: Iterable[Any], website_id: int | None) -> bool:
    own = next((one.is_visible for one in overrides if one.website_id == website_id), None)
    return row.is_visible if own is None else own


async def _find_view_of_caller(context: Any) -> Any:
    code = context.caller.store_view
    if code is None:
        return None
    found = await context.load(_views_by_code, code)
    if found is None:
        raise BadInput(UNKNOWN_STORE_VIEW)
    return found


def _describe_value(
    context: Any, row: Any, rows: Sequence[Any], view: Any, *, is_masked: bool
) -> Awaitable[ValueFacts]:
    """Asks at once for what shows the value."""
    codes = [one.option_code for one in rows if one.option_code is not None]
    label = None if view is None else context.load(_labels, (row.id, view.id))
    options = [context.load(_options, (row.id, code)) for code in codes]
    labels = [] if view is None else [context.load(_option_labels, (row.id, code, view.id)) for code in codes]
    upload = None if rows[0].file_id is None else context.load(uploads_by_id, rows[0].file_id)

    async def describe() -> ValueFacts:
        type, own = AttributeType(row.type), None if label is None else await label
        # A choice whose option was removed since its values were read is not shown.
        found = [one for one in [await option for option in options] if one is not None]
        translated = {one.option_code: one.label for one in [await each for each in labels] if one is not None}
        return ValueFacts(
            code=row.code,
            label=row.label if own is None else own.label,
            type=type,
            value=collect_value(type, rows),
            options=[OptionFacts(one.code, translated.get(one.code, one.label)) for one in found],
            file=None if upload is None else _describe_upload(await upload, rows[0].text_value, context.viewer),
            locale=None if view is None else view.locale,
            is_masked=is_masked,
        )

    return describe()


def _describe_upload(upload: Any, name: str, viewer: Viewer) -> FileFacts | None:
    """None for one that was deleted since the value was read."""
    if upload is None:
        return None
    url = make_link(upload.id, upload.link_key, viewer)
    return FileFacts(encode_file_id(upload.id, upload.secret), name, upload.media_type, upload.size_bytes, url)
