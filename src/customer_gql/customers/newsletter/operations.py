from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.input_ids import parse_input_id
from customer_gql.customers.profile.reads import is_address_proved
from customer_gql.customers.profile.sharing import accounts_are_shared
from customer_gql.customers.profile.types import CustomerPayload
from customer_gql.customers.profile.writes import lock_customer
from customer_gql.database.statements import Connection, Row
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, customer_mutation, guest_mutation
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.shop.settings.reads import setting
from customer_gql.shop.websites.reads import find_requested_view

from . import opt_in, writes
from .opt_in import ENABLED
from .reads import subscriptions_by_customer, subscriptions_by_id
from .types import NewsletterSubscription

_NO_NEWSLETTER: Final = Refusal(
    "newsletter.not_offered", "This store view has no newsletter.", UserErrorCode.NOT_ALLOWED
)
_OTHER_WEBSITE: Final = Refusal(
    "newsletter.other_website", "The account belongs to another website.", UserErrorCode.NOT_ALLOWED
)


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
        changed = await writes.end_subscription(connection, account, store_view_id, by=actor_of(info.context.viewer))
        if changed:
            await _announce_change(connection, account, store_view_id, subscribes=False)
    return NewsletterPayload(customer_id=account.id, key=(account.id, store_view_id), is_changed=changed)


async def _change_subscription(info: Info, *, subscribes: bool) -> NewsletterPayload:
    context = info.context
    assert context.viewer.customer_id is not None
    async with context.transaction() as connection:
        view = await find_requested_view(connection, context.caller.store_view, website_id=context.viewer.website_id)
        if subscribes and not await setting(connection, ENABLED, store_view_id=view.id):
            raise _NO_NEWSLETTER()
        account = await lock_customer(connection, context.viewer.customer_id, websites=None)
        if view.website_id != account.website_id and not await accounts_are_shared(connection):
            raise _OTHER_WEBSITE()
        change = writes.begin_subscription if subscribes else writes.end_subscription
        changed = await change(connection, account, view.id, by=actor_of(context.viewer))
        if changed:
            await _announce_change(connection, account, view.id, subscribes=subscribes)
    return NewsletterPayload(customer_id=account.id, key=(account.id, view.id), is_changed=changed)


async def _announce_change(connection: Connection, account: Row, store_view_id: int, *, subscribes: bool) -> None:
    await queue_mail(
        connection,
        template="newsletter_subscribed" if subscribes else "newsletter_unsubscribed",
        recipient=account.email,
        customer_id=account.id,
        store_view_id=store_view_id,
        placeholders={"firstName": account.first_name},
        is_proved=is_address_proved(account),
    )


MUTATIONS: Final = (NewsletterMutation,)
