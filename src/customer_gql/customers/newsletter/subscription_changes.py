"""Subscriptions that one person changes, the customer or staff, and the mails that tell the customer (docs/domain/newsletter.md#newsletter-4)."""

from typing import Final

from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.viewer import Websites
from customer_gql.customers.profile.reads import is_address_proved
from customer_gql.customers.profile.sharing import accounts_are_shared
from customer_gql.customers.profile.writes import lock_customer
from customer_gql.database.statements import Connection, Row
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.shop.settings.reads import setting
from customer_gql.shop.websites.reads import find_store_view

from .opt_in import ENABLED
from .writes import begin_subscription, end_subscription, has_subscription

_NO_NEWSLETTER: Final = Refusal(
    "newsletter.not_offered", "This store view has no newsletter.", UserErrorCode.NOT_ALLOWED
)
_OTHER_WEBSITE: Final = Refusal(
    "newsletter.other_website", "The account belongs to another website.", UserErrorCode.NOT_ALLOWED
)


async def find_subscription_refusal(
    connection: Connection, account: Row, view: Row, *, subscribes: bool
) -> RuleError | None:
    """What forbids the account to subscribe or unsubscribe in a store view, which has its `website_id`."""
    if subscribes and not await setting(connection, ENABLED, store_view_id=view.id):
        return _NO_NEWSLETTER()
    if view.website_id != account.website_id and not await accounts_are_shared(connection):
        return _OTHER_WEBSITE()
    return None


async def change_own_subscription(
    connection: Connection, customer_id: int, view: Row, *, subscribes: bool, by: Actor
) -> bool:
    """Whether the subscription of the customer in the store view of the request changed."""
    account = await lock_customer(connection, customer_id, websites=None)
    refusal = await find_subscription_refusal(connection, account, view, subscribes=subscribes)
    if refusal is not None:
        raise refusal
    return await change_subscription(connection, account, view.id, subscribes=subscribes, by=by)


async def set_subscription(
    connection: Connection, customer_id: int, store_view_id: int, *, subscribes: bool, websites: Websites, by: Actor
) -> bool:
    """Whether staff changed the subscription in a store view that they name. What is stored can always be ended."""
    account = await lock_customer(connection, customer_id, websites=websites, path=["customerId"])
    if subscribes or not await has_subscription(connection, account.id, store_view_id):
        view = await find_store_view(connection, store_view_id, websites=websites)
        refusal = None
        if subscribes:
            refusal = await find_subscription_refusal(connection, account, view, subscribes=True)
        if refusal is not None:
            raise refusal.at(["storeViewId"])
    return await change_subscription(connection, account, store_view_id, subscribes=subscribes, by=by)


async def change_subscription(
    connection: Connection, account: Row, store_view_id: int, *, subscribes: bool, by: Actor
) -> bool:
    """Whether it changed; if so, a mail tells the customer."""
    change = begin_subscription if subscribes else end_subscription
    changed = await change(connection, account, store_view_id, by=by)
    if changed:
        await queue_mail(
            connection,
            template="newsletter_subscribed" if subscribes else "newsletter_unsubscribed",
            recipient=account.email,
            customer_id=account.id,
            store_view_id=store_view_id,
            placeholders={"firstName": account.first_name},
            is_proved=is_address_proved(account),
        )
    return changed
