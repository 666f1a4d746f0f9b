from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.errors import Unauthenticated
from customer_gql.core.viewer import TOKEN_HAS_ENDED
from customer_gql.customers.profile.reads import customers_by_id
from customer_gql.graph.context import Context, Info
from customer_gql.graph.fields import column
from customer_gql.graph.grids.types import grid_field
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, guest_mutation
from customer_gql.shop.websites.reads import find_requested_view

from .reads import reviews_by_id
from .types import REVIEW_GRID, Review
from .writes import (
    MAX_DETAIL,
    MAX_NICKNAME,
    MAX_TITLE,
    MOST_PER_HOUR,
    count_review,
    create_review,
    find_reviewed_product,
    validate_review,
)


@strawberry.input(description="A review of a product.")
class ReviewCreateInput:
    sku: str = column("Stock keeping unit of the product, in its own case.")
    title: str = column(f"Title, at most {MAX_TITLE} characters.")
    detail: str = column(f"Text, at most {MAX_DETAIL:,} characters.", longest=MAX_DETAIL)
    rating: int = column("Rating from 1 (worst) to 5 (best).")
    nickname: str | None = strawberry.field(
        description=f"Name to sign with, at most {MAX_NICKNAME} characters. A customer's first name by default; required of a guest.",
        default=None,
    )


@strawberry.type(description="The review as it was written.")
class ReviewPayload(Payload):
    key: strawberry.Private[tuple[int, int] | None] = None

    @strawberry.field(
        graphql_type=Review | None,
        description="The review, which waits for staff and is shown to nobody else until then; null when refused.",
    )
    async def review(self, info: Info) -> Any:
        return None if self.key is None else await info.context.load(reviews_by_id, self.key)


@strawberry.type
class ReviewMutation:
    @guest_mutation(
        in_person=True,
        exclusive=True,
        description="Write a review of a product that is sold on the website of `X-Store-View`. It is `PENDING` until staff approve it. "
        f"`REQUIRED`, `TOO_LONG` and `INVALID` for the texts and the rating, `NOT_FOUND` for an unknown product, `NOT_ALLOWED` where "
        f"`reviews.enabled` or `reviews.guests_allowed` is off, `LIMIT_REACHED` beyond {MOST_PER_HOUR} an hour of a customer, or of the "
        "guests behind one network address. Causes the event `review.created`; no mail, and no history. Cannot be undone by shoppers.",
    )
    async def review_create(self, info: Info, input: Annotated[ReviewCreateInput, INPUT]) -> ReviewPayload:
        context, nickname = info.context, input.nickname
        if context.viewer.token_has_ended:
            raise Unauthenticated(TOKEN_HAS_ENDED)
        customer_id = context.viewer.customer_id
        if customer_id is not None and not (nickname or "").strip():
            nickname = await _find_first_name(context, customer_id)
        texts = {"title": input.title, "detail": input.detail, "nickname": nickname}
        given = validate_review(sku=input.sku, rating=input.rating, **texts)
        async with context.database.writes.acquire() as connection:
            caller = context.caller
            view = await find_requested_view(connection, caller.store_view, website_id=context.viewer.website_id)
            product_id = await find_reviewed_product(connection, given, view=view, is_guest=customer_id is None)
            await count_review(connection, customer_id, caller.address)
        stored = {"product_id": product_id, "customer_id": customer_id, "view": view}
        async with context.transaction() as connection:
            key = await create_review(connection, given, **stored, by=actor_of(context.viewer))
        return ReviewPayload(key=key)


async def _find_first_name(context: Context, customer_id: int) -> str | None:
    found = await context.load(customers_by_id, customer_id)
    return None if found is None else found.first_name


@strawberry.type
class ReviewAdminQuery:
    reviews: REVIEW_GRID.connection | None = grid_field(  # pyright: ignore
        REVIEW_GRID,
        description="Reviews by customers of the websites that the viewer's role reaches, those of deleted customers included: a "
        "grid with filter, search, sort and facets. Columns with personal data and a search need `customers.pii` too.",
    )


MUTATIONS: Final = (ReviewMutation,)
ADMIN_QUERIES: Final = (ReviewAdminQuery,)
