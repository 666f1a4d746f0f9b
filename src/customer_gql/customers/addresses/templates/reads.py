"""The templates in effect in store views, with the locales that name countries."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, or_, select

from customer_gql.core.errors import BadInput
from customer_gql.core.ids import decode_id
from customer_gql.customers.profile.reads import customers_by_id
from customer_gql.database.statements import equals_any
from customer_gql.loading.reads import all_by, one_by
from customer_gql.shop.settings.declaration import GLOBAL, STORE_VIEW, WEBSITE
from customer_gql.shop.settings.reads import WIDEST_FIRST, SettingValues
from customer_gql.shop.settings.tables import configuration_value as value
from customer_gql.shop.websites.reads import UNKNOWN_STORE_VIEW
from customer_gql.shop.websites.tables import store, store_view

from .formatting import format_address
from .settings import SETTINGS, TEMPLATES, AddressFormat

UNKNOWN_VIEW: Final = "storeViewId names no store view of this shop."
# A store view without a template of its own has one row, for its locale.
_templates_by_view = all_by(
    select(
        store_view.c.id,
        store_view.c.locale,
        value.c.path,
        value.c.scope,
        value.c.scope_id,
        value.c.value,
        value.c.version,
    )
    .select_from(
        store_view.join(store).outerjoin(
            value,
            and_(
                equals_any(value.c.path, [setting.path for setting in SETTINGS]),
                or_(
                    value.c.scope == GLOBAL.value,
                    and_(value.c.scope == WEBSITE.value, value.c.scope_id == store.c.website_id),
                    and_(value.c.scope == STORE_VIEW.value, value.c.scope_id == store_view.c.id),
                ),
            ),
        )
    )
    .order_by(WIDEST_FIRST),
    store_view.c.id,
)
_views_by_code = one_by(select(store_view.c.code, store_view.c.id), store_view.c.code)


class Templates(NamedTuple):
    shop: SettingValues
    locale: str


async def find_templates(context: Any, store_view_id: int) -> Templates | None:
    """None for an unknown store view."""
    rows = await context.load(_templates_by_view, store_view_id)
    if not rows:
        return None
    return Templates(SettingValues(row for row in rows if row.path is not None), rows[0].locale)


async def format_for_viewer(
    context: Any,
    address: Mapping[str, Any],
    format: AddressFormat,
    *,
    customer_id: int | None = None,
    own_view: int | None = None,
    wanted_view: str | None = None,
) -> str | None:
    """In the store view that is asked for, else in the one that the shopper visits, else in that of the record or of its
    customer."""
    view = await _find_view(context, wanted_view) or own_view
    if view is None and customer_id is not None:
        customer = await context.load(customers_by_id, customer_id)
        view = None if customer is None else customer.created_in_store_view_id
    templates = None if view is None else await find_templates(context, view)
    if templates is None:
        if wanted_view is not None:
            raise BadInput(UNKNOWN_VIEW)
        return None
    return format_address(templates.shop[TEMPLATES[format]], format, address, templates.locale)


async def _find_view(context: Any, wanted: str | None) -> int | None:
    if wanted is not None:
        return decode_id(wanted, "stv")
    code = context.caller.store_view
    if code is None or context.viewer.is_staff_or_service:
        return None
    found = await context.load(_views_by_code, code)
    if found is None:
        raise BadInput(UNKNOWN_STORE_VIEW)
    return found.id
