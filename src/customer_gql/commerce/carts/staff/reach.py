"""Carts and wishlists of customers that staff reach (docs/domain/carts.md#carts-18)."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.viewer import Websites
from customer_gql.customers.profile.sharing import accounts_are_shared
from customer_gql.customers.profile.writes import lock_customer
from customer_gql.database.statements import Connection, Row
from customer_gql.graph.context import Context
from customer_gql.shop.websites.reads import WEBSITE_NOT_FOUND, find_default_views, find_store_view, find_website

from .inputs import CustomerCartInput

_NO_VIEW: Final = Refusal(
    "cart.website_has_no_store_view",
    "This website has no default store view. Give it one first.",
    UserErrorCode.NOT_ALLOWED,
)


class ReachedCustomer(NamedTuple):
    """A locked customer, and the store view with its `website_id` that a change by staff is made in."""

    id: int
    view: Row


async def reach_customer(
    connection: Connection,
    customer_id: int,
    website_id: int | None,
    *,
    websites: Websites,
    path: Sequence[str] = ("customerId",),
) -> ReachedCustomer:
    """On a website, that of the account by default; another one only while accounts work everywhere. Raises `RuleError`."""
    account = await lock_customer(connection, customer_id, websites=websites, path=path)
    wanted = account.website_id if website_id is None else website_id
    if wanted != account.website_id:
        await find_website(connection, wanted, websites=websites)
        if not await accounts_are_shared(connection):
            raise WEBSITE_NOT_FOUND(path=["websiteId"])
    views = await find_default_views(connection, [wanted])
    if wanted not in views:
        raise _NO_VIEW(path=["websiteId"])
    return ReachedCustomer(customer_id, await find_store_view(connection, views[wanted], websites=None))


async def reach_customer_of_viewer(
    context: Context, connection: Connection, given: CustomerCartInput
) -> ReachedCustomer:
    customer_id = parse_input_id(given.customer_id, "cus", ["customerId"])
    website_id = None if given.website_id is None else parse_input_id(given.website_id, "web", ["websiteId"])
    return await reach_customer(connection, customer_id, website_id, websites=context.viewer.website_ids)
