"""Reviews that shoppers write wait for staff (docs/domain/reviews.md#reviews-6)."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from customer_gql.commerce.catalog.reads import products_by_website_and_sku
from customer_gql.core.actor import Actor
from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.text import normalize_text, validate_line, validate_lines
from customer_gql.core.viewer import ViewerKind
from customer_gql.database.statements import Connection, Row, insert_row
from customer_gql.messaging.events.writes import Event, emit
from customer_gql.security.throttle import count_within, peer_key, write_key
from customer_gql.shop.settings.reads import settings_at

from .settings import ENABLED, GUESTS_ALLOWED
from .tables import ReviewStatus, review

MAX_NICKNAME: Final = 128
MAX_TITLE: Final = 255
MAX_DETAIL: Final = 10_000
MOST_PER_HOUR: Final = 5
_HOUR: Final = dt.timedelta(hours=1)

_DISABLED: Final = Refusal("review.disabled", "This shop takes no reviews.", UserErrorCode.NOT_ALLOWED)
_NO_GUESTS: Final = Refusal(
    "review.sign_in_required", "Sign in to write a review of this product.", UserErrorCode.NOT_ALLOWED
)
_RATING_WRONG: Final = Refusal("review.rating_wrong", "Choose a rating from 1 to 5.")
_TOO_MANY: Final = Refusal(
    "review.too_many",
    "{limit} reviews were written within an hour, the maximum. Try again later.",
    UserErrorCode.LIMIT_REACHED,
)
_PRODUCT_NOT_FOUND: Final = Refusal(
    "review.product_not_found", "No product is sold here under this SKU.", UserErrorCode.NOT_FOUND
)


@dataclass(frozen=True, slots=True)
class NewReview:
    sku: str
    nickname: str
    title: str
    detail: str
    rating: int


def validate_review(*, sku: str, nickname: str | None, title: str, detail: str, rating: int) -> NewReview:
    """Raises `RuleErrors` with everything that is wrong."""
    refused, texts = CollectedErrors(), dict[str, str]()
    with refused.collecting():
        texts["nickname"] = validate_line(nickname, ["nickname"], MAX_NICKNAME, required=True) or ""
    with refused.collecting():
        texts["title"] = validate_line(title, ["title"], MAX_TITLE, required=True) or ""
    with refused.collecting():
        texts["detail"] = validate_lines(detail, ["detail"], MAX_DETAIL, required=True) or ""
    with refused.collecting():
        if not 1 <= rating <= 5:
            raise _RATING_WRONG(path=["rating"])
    refused.raise_collected()
    return NewReview(normalize_text(sku), rating=rating, **texts)


async def find_reviewed_product(connection: Connection, given: NewReview, *, view: Row, is_guest: bool) -> int:
    """The key of the product, where the shop lets this shopper review it. Raises `RuleError`."""
    shop = await settings_at(connection, ENABLED, GUESTS_ALLOWED, store_view_id=view.id)
    if not shop[ENABLED]:
        raise _DISABLED()
    if is_guest and not shop[GUESTS_ALLOWED]:
        raise _NO_GUESTS()
    read = products_by_website_and_sku
    found = await connection.fetchrow(read.statement.sql, *read.arguments([(view.website_id, given.sku)], {}))
    if found is None:
        raise _PRODUCT_NOT_FOUND(path=["sku"])
    return found["id"]


async def count_review(connection: Connection, customer_id: int | None, address: str | None) -> None:
    """Of one customer, or of guests behind one network. Raises `RuleError` beyond the limit. Commit before the review is stored."""
    guests = peer_key(ViewerKind.GUEST, "review", address)
    key = guests if customer_id is None else write_key(customer_id, "review")
    if not await count_within(connection, key, limit=MOST_PER_HOUR, window=_HOUR):
        raise _TOO_MANY(limit=MOST_PER_HOUR)


async def create_review(
    connection: Connection, given: NewReview, *, product_id: int, customer_id: int | None, view: Row, by: Actor
) -> tuple[int, int]:
    """Its key. A guest is nobody's account: the row stands under an id of its own."""
    owner, key = new_id() if customer_id is None else customer_id, new_id()
    values = {"customer_id": owner, "id": key, "product_id": product_id, "store_view_id": view.id}
    values |= {"is_guest": customer_id is None, "status": ReviewStatus.PENDING.value, "rating": given.rating}
    texts = {"nickname": given.nickname, "title": given.title, "detail": given.detail}
    await insert_row(connection, review, {**values, **texts})
    event = Event("review.created", encode_id("rev", owner, key), customer_id=customer_id, website_id=view.website_id)
    await emit(connection, [event], by=by)
    return owner, key
