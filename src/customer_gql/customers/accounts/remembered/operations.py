"""The customer that a device remembers, by the token in `X-Persistent-Token`; roots of the storefront."""

from typing import Final

import strawberry

from customer_gql.customers.accounts.email_operations import find_store_view_of_request
from customer_gql.customers.accounts.sessions.remembered import find_remembered, forget_remembered
from customer_gql.customers.accounts.sessions.settings import REMEMBER_CART, REMEMBER_ME
from customer_gql.graph.context import Info
from customer_gql.graph.roots import guest_mutation, open_field
from customer_gql.shop.settings.reads import settings_at

from .types import Remembered, RememberedForgetPayload


@strawberry.type
class RememberedQuery:
    @open_field(
        graphql_type=Remembered | None,
        description="The customer that this device remembers, by `persistentToken` of `signIn` in the header `X-Persistent-Token`. "
        "Null for a token that is over, of an account that is not active, or of another website than that of the store view in "
        "`X-Store-View` (the default one without it).",
    )
    async def remembered(self, info: Info) -> Remembered | None:
        token = info.context.persistent_token
        if token is None:
            return None
        view = await find_store_view_of_request(info)
        async with info.context.database.reads.acquire() as connection:
            shop = await settings_at(connection, REMEMBER_ME, REMEMBER_CART, website_id=view.website_id)
            found = await find_remembered(connection, token, website_id=view.website_id)
        if found is None or not shop[REMEMBER_ME]:
            return None
        cart_key = (found.customer_id, view.website_id) if shop[REMEMBER_CART] else None
        return Remembered(first_name=found.first_name, cart_key=cart_key)


@strawberry.type
class RememberedMutation:
    @guest_mutation(
        unlimited=True,
        description="End what the token in the header `X-Persistent-Token` shows, for who is not the one the device greets. Ends no "
        "session. Cannot be undone; sign in again with `isRemembered`.",
    )
    async def remembered_forget(self, info: Info) -> RememberedForgetPayload:
        if info.context.persistent_token is not None:
            async with info.context.transaction() as connection:
                await forget_remembered(connection, info.context.persistent_token)
        return RememberedForgetPayload()


QUERIES: Final = (RememberedQuery,)
MUTATIONS: Final = (RememberedMutation,)
