from functools import partial
from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.errors import validate_together
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.permissions import Permission
from customer_gql.customers.profile.types import CustomerPayload
from customer_gql.customers.profile.writes import lock_customer
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, admin_mutation, customer_mutation, guest_mutation
from customer_gql.shop.websites.reads import find_requested_view

from . import opt_in, writes
from .reads import subscriptions_by_customer, subscriptions_by_id
from .subscription_changes import change_own_subscription, change_subscription, set_subscription
from .types import NewsletterSubscription


@strawberry.type(description="The subscription after the change.")
class NewsletterPayload(CustomerPayload):
    key: strawberry.Private[tuple[int, int] | None] = None
    is_changed: bool = strawberry.field(
        description="Whether the subscription changed; false when refused.", default=False
    )

    @strawberry.field(
        graphql_type=NewsletterSubscription | None,
        description="The subscription as stored now; null when there never was one.",
    )
    async def subscription(self, info: Info) -> Any:
        return None if self.key is None else await info.context.load(subscriptions_by_id, self.key)

    @strawberry.field(
        graphql_type=list[NewsletterSubscription],
        description="Every subscription of the customer as stored now. Without a sign-in the one of the link alone; "
        "empty when refused.",
    )
    async def subscriptions(self, info: Info) -> Any:
        if self.customer_id is not None:
            return await info.context.load(subscriptions_by_customer, self.customer_id)
        return [] if self.key is None else [await info.context.load(subscriptions_by_id, self.key)]


@strawberry.input(description="The token of a confirmation link.")
class NewsletterConfirmInput:
    token: str = column("Token from the link in the mail.")


@strawberry.type
class NewsletterMutation:
    @guest_mutation(
        exclusive=True,
        in_person=True,
        description="Confirm a subscription that was requested at sign-up, in a store view that requires a "
        "confirmation. The link works once, for 24 hours. `INVALID` for a token that is unknown, used or expired, or when the "
        "subscription no longer waits for one. Sends a mail and writes history. Undone by `newsletterUnsubscribe`.",
    )
    async def newsletter_confirm(
        self, info: Info, input: Annotated[NewsletterConfirmInput, INPUT]
    ) -> NewsletterPayload:
        async with info.context.transaction() as connection:
            key, changed = await opt_in.confirm_subscription(
                connection, input.token, address=info.context.viewer.address
            )
        return NewsletterPayload(key=key, is_changed=changed)

    @customer_mutation(
        in_person=True,
        description="Subscribe to the newsletter of the store view in `X-Store-View` (without it, the default one). The "
        "customer's own address needs no confirmation; an unconfirmed account has to be confirmed first. `NOT_ALLOWED` when the store view "
        "has no newsletter or belongs to another website. Sends a mail and writes history. Undone by `newsletterUnsubscribe`.",
    )
    async def newsletter_subscribe(self, info: Info) -> NewsletterPayload:
        return await _change_subscription(info, subscribes=True)

    @customer_mutation(
        in_person=True,
        description="End the subscription to the newsletter of a store view: the one given, also of a website that the "
        "account has left, else the one in `X-Store-View` (without it, the default one). `NOT_FOUND` when the customer "
        "never subscribed in the one given, `NOT_ALLOWED` when the one in the header belongs to another website. Sends a mail and writes history. Undone by `newsletterSubscribe`.",
    )
    async def newsletter_unsubscribe(
        self,
        info: Info,
        store_view_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Store view of one of the customer's subscriptions."),
        ] = None,
    ) -> NewsletterPayload:
        if store_view_id is None:
            return await _change_subscription(info, subscribes=False)
        return await _end_own_subscription(info, parse_input_id(store_view_id, "stv", ["storeViewId"]))


async def _end_own_subscription(info: Info, store_view_id: int) -> NewsletterPayload:
    """What the customer once began can always be ended, wherever the account works now."""
    assert info.context.viewer.customer_id is not None
    async with info.context.transaction() as connection:
        account = await lock_customer(connection, info.context.viewer.customer_id, websites=None)
        await writes.require_subscription(connection, account.id, store_view_id, ["storeViewId"])
        by = actor_of(info.context.viewer)
        changed = await change_subscription(connection, account, store_view_id, subscribes=False, by=by)
    return NewsletterPayload(customer_id=account.id, key=(account.id, store_view_id), is_changed=changed)


async def _change_subscription(info: Info, *, subscribes: bool) -> NewsletterPayload:
    context = info.context
    assert context.viewer.customer_id is not None
    async with context.transaction() as connection:
        view = await find_requested_view(connection, context.caller.store_view, website_id=context.viewer.website_id)
        changed = await change_own_subscription(
            connection, context.viewer.customer_id, view, subscribes=subscribes, by=actor_of(context.viewer)
        )
    customer_id = context.viewer.customer_id
    return NewsletterPayload(customer_id=customer_id, key=(customer_id, view.id), is_changed=changed)


@strawberry.input(description="The wanted state of a subscription.")
class CustomerSubscriptionSetInput:
    customer_id: strawberry.ID = column("Id of the customer.")
    store_view_id: strawberry.ID = column("Id of the store view whose newsletter it is.")
    is_subscribed: bool = column("Whether the customer gets it from now on.")


@strawberry.type
class NewsletterAdminMutation:
    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Begin or end the subscription of a customer to the newsletter of a store view. An account that is not "
        "confirmed has to be confirmed first, and waits. Beginning is `NOT_ALLOWED` when the store view has no newsletter or "
        "belongs to a website where the account does not work; ending always works. `NOT_FOUND` for an unknown customer or "
        "store view. Sends a mail and writes history. Undone by the opposite.",
    )
    async def customer_subscription_set(
        self, info: Info, input: Annotated[CustomerSubscriptionSetInput, INPUT]
    ) -> NewsletterPayload:
        viewer = info.context.viewer
        key = validate_together(
            {
                "customer": partial(parse_input_id, input.customer_id, "cus", ["customerId"]),
                "view": partial(parse_input_id, input.store_view_id, "stv", ["storeViewId"]),
            }
        )
        async with info.context.transaction() as connection:
            changed = await set_subscription(
                connection,
                key["customer"],
                key["view"],
                subscribes=input.is_subscribed,
                websites=viewer.website_ids,
                by=actor_of(viewer),
            )
        return NewsletterPayload(customer_id=key["customer"], key=(key["customer"], key["view"]), is_changed=changed)


MUTATIONS: Final = (NewsletterMutation,)
ADMIN_MUTATIONS: Final = (NewsletterAdminMutation,)
