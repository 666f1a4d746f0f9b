"""The store view in which staff sign in as a customer (docs/domain/support.md#support-18)."""

from typing import Final

from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.text import value_is_required
from customer_gql.core.viewer import Websites
from customer_gql.customers.accounts.sessions.reach import can_act_on_website
from customer_gql.customers.accounts.sessions.settings import LOGIN_AS_STORE_VIEW, MANUAL
from customer_gql.customers.profile.reads import find_mail_view
from customer_gql.database.statements import Connection, Row
from customer_gql.shop.settings.reads import setting
from customer_gql.shop.websites.reads import STORE_VIEW_NOT_FOUND, find_default_views, find_store_view

_CHOSEN_BY_SHOP: Final = Refusal(
    "impersonation.store_view_follows_account",
    "The store view is that of the account. Leave it out, or set accounts.login_as_store_view to MANUAL.",
    UserErrorCode.NOT_ALLOWED,
)
_OUT_OF_REACH: Final = Refusal(
    "impersonation.store_view_out_of_reach",
    "The customer cannot sign in in this store view. Choose another one.",
    UserErrorCode.NOT_ALLOWED,
)


async def choose_store_view(
    connection: Connection, account: Row, chosen: int | None, *, websites: Websites
) -> int | None:
    """The one that staff chose; None where the account decides. `RuleError` for one that does not fit, at `storeViewId`."""
    path = ["storeViewId"]
    is_manual = await setting(connection, LOGIN_AS_STORE_VIEW) == MANUAL
    if chosen is None:
        if is_manual:
            raise value_is_required(path)
        return None
    view = await find_store_view(connection, chosen, websites=websites)
    if not is_manual:
        raise _CHOSEN_BY_SHOP(path=path)
    if not view.is_active:
        raise STORE_VIEW_NOT_FOUND(path=path)
    is_home = view.website_id == account.website_id
    if not is_home and not await can_act_on_website(connection, account.id, view.website_id):
        raise _OUT_OF_REACH(path=path)
    return view.id


async def find_own_store_view(connection: Connection, account: Row) -> int | None:
    """The one of the account; the default one of its website where that is closed."""
    found = await find_mail_view(connection, account)
    try:
        view = await find_store_view(connection, found, websites=frozenset({account.website_id}))
    except RuleError:
        view = None
    if view is not None and view.is_active:
        return found
    return (await find_default_views(connection, [account.website_id])).get(account.website_id)
