import datetime as dt
from typing import Annotated, Any, Final

import strawberry

from customer_gql.commerce.carts.owners import find_view_of_shopper
from customer_gql.commerce.wishlists.operations import WishlistPayload, find_own_lists, show_outcome
from customer_gql.commerce.wishlists.settings import ENABLED
from customer_gql.core.actor import actor_of
from customer_gql.core.values.emails import MAX_EMAIL
from customer_gql.graph.access.address_budget import count_call_of_address
from customer_gql.graph.context import Context, Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, customer_mutation, open_field
from customer_gql.shop.settings.reads import settings_at

from .reads import MOST_FOUND, find_public_of_email, find_public_of_name, find_shared_list
from .types import SharedWishlist
from .writes import SHARES_PER_HOUR, read_share, share_list

SEARCHES: Final = 30
"""From one network address in ten minutes, behind which a whole office may be."""
_LONGEST: Final = MAX_EMAIL


@strawberry.input(description="A wishlist to send to others.")
class WishlistShareInput:
    id: strawberry.ID | None = strawberry.field(
        description="Id of the wishlist; the default one if left out.", default=None
    )
    emails: list[str] = column("E-mail addresses of the recipients, at most `wishlists.share_max_emails`.")
    message: str | None = strawberry.field(
        description="What the customer writes to them, at most `wishlists.share_max_text` characters.", default=None
    )


@strawberry.input(one_of=True, description="The owner of public wishlists, named in exactly one way.")
class WishlistOwnerRef:
    owner_email: strawberry.Maybe[str] = column("E-mail address of the account.")
    owner_name: strawberry.Maybe[str] = column("First and last name, whole; their case does not count.")


@strawberry.type
class SharedWishlistQuery:
    @open_field(
        graphql_type=SharedWishlist | None,
        description="A wishlist that its owner shows to others: a public one, or one that was sent by mail. Null for a code that is "
        "unknown or withdrawn.",
    )
    async def shared_wishlist(
        self, info: Info, sharing_code: Annotated[str, strawberry.argument(description="Code of the wishlist.")]
    ) -> Any:
        context = info.context
        async with context.database.reads.acquire() as connection:
            website_id = await _find_website(connection, context)
            if website_id is None or len(sharing_code) > _LONGEST:
                return None
            return await find_shared_list(connection, sharing_code, website_id)

    @open_field(
        graphql_type=list[SharedWishlist] | None,
        assumed=3,
        description=f"Public wishlists of an owner on the website of `X-Store-View`, newest first; at most {MOST_FOUND}. Empty where "
        f"nobody or nothing is found. From one network address {SEARCHES} searches in ten minutes are answered, then `RATE_LIMITED` "
        "says how long to wait.",
    )
    async def public_wishlists(
        self, info: Info, by: Annotated[WishlistOwnerRef, strawberry.argument(description="The owner.")]
    ) -> Any:
        context = info.context
        await _count_search(context)
        async with context.database.reads.acquire() as connection:
            website_id = await _find_website(connection, context)
            if website_id is None:
                return []
            if by.owner_email is not None:
                return await find_public_of_email(connection, by.owner_email.value[:_LONGEST], website_id)
            assert by.owner_name is not None
            return await find_public_of_name(connection, by.owner_name.value[:_LONGEST], website_id)


async def _count_search(context: Context) -> None:
    await count_call_of_address(
        context,
        "public_wishlists",
        limit=SEARCHES,
        window=dt.timedelta(minutes=10),
        message="Too many searches came from this network address.",
    )


async def _find_website(connection: Any, context: Context) -> int | None:
    """None where the shop offers no wishlists."""
    view = await find_view_of_shopper(connection, context)
    is_enabled = (await settings_at(connection, ENABLED, store_view_id=view.id))[ENABLED]
    return view.website_id if is_enabled else None


@strawberry.type
class WishlistShareMutation:
    @customer_mutation(
        in_person=True,
        exclusive=True,
        description="Mail a wishlist to others, with its code, which opens it until the owner sets it to `PRIVATE`. `INVALID` with the "
        "place of an address that cannot be one, `TOO_MANY` and `TOO_LONG` beyond the limits of the shop, `NOT_FOUND` for a wishlist of "
        f"another customer, `NOT_ALLOWED` where the shop offers no wishlists, `LIMIT_REACHED` after {SHARES_PER_HOUR} times an hour. "
        "Causes the event `wishlist.changed` and the mails; no history of the customer. `wishlistUpdate` to `PRIVATE` withdraws the code.",
    )
    async def wishlist_share(self, info: Info, input: Annotated[WishlistShareInput, INPUT]) -> WishlistPayload:
        context = info.context
        owner, view = await find_own_lists(context)
        async with context.database.writes.acquire() as connection:
            share = await read_share(connection, input.id, input.emails, input.message, store_view_id=view.id)
        async with context.transaction() as connection:
            outcome = await share_list(connection, owner, share, view=view, by=actor_of(context.viewer))
        return show_outcome(context, outcome)


QUERIES: Final = (SharedWishlistQuery,)
MUTATIONS: Final = (WishlistShareMutation,)
