"""Reviews, nearly all of products their writer bought, in the words of the writer's country where it has some."""

from dataclasses import dataclass
from typing import Final

from customer_gql.commerce.catalog.seed import pick_place, products_of
from customer_gql.customers.profile.shopper import AccountPlan, Shopper
from customer_gql.database.seeding import DAY, CustomerSeed, Rows, expand_weights, to_datetime

from .tables import review

_RATINGS: Final = expand_weights({5: 48, 4: 27, 3: 11, 2: 6, 1: 8})
_BOUGHT: Final = 0.92

_GOOD: Final = (
    "Exactly as described|Arrived two days early and fits as the size chart says.",
    "Worth every cent|I have used it on three trips by now and it still looks new.",
    "My new favourite|Light, quiet and well made. The seams are clean inside too.",
    "Great gift|Bought it for my father, who has not taken it off since.",
    "Solid quality|Survived a week of rain in Norway without a complaint.",
    "Would buy again|Good value, and the colour is even nicer than in the picture.",
    "Simple and good|Does what it should and nothing more. Recommended.",
    "Better than expected|At this price I expected less; my old one cost twice as much.",
)
_FAIR: Final = (
    "Good, with a catch|The material is fine, but it runs small: order one size up.",
    "Decent|Nothing special. It does the job for weekends.",
    "Okay for the price|The zip feels cheap, all else is fine so far.",
    "Not sure yet|Comfortable, but the colour differs from the picture.",
)
_POOR: Final = (
    "Disappointed|A seam came open after the second wash. Sent it back.",
    "Not as pictured|The colour is another one, and the parcel took three weeks.",
    "Too small|Two sizes smaller than what it says on the label.",
    "Broke quickly|Lasted for one tour. Customer service was kind, though.",
)
_ABROAD: Final = {
    "DE": ("Sehr zufrieden|Passt wie angegeben und wirkt hochwertig. Gerne wieder!",),
    "FR": ("Très bon achat|Conforme à la description, livraison rapide. Je recommande.",),
    "PL": ("Polecam|Świetna jakość, szybka wysyłka. Na pewno wrócę.",),
    "JP": ("とても満足|サイズもぴったりで、品質も良いです。また購入します。",),
}


@dataclass(frozen=True, kw_only=True)
class ReviewPlan(AccountPlan):
    reviews: tuple[str, ...] = ()
    """Their statuses."""


def add_reviews(s: Shopper[ReviewPlan], rows: Rows) -> None:
    reviewed = set[int]()
    s.approved_reviews = s.plan.reviews.count("APPROVED")
    for status in s.plan.reviews:
        place, since = _pick_product(s)
        if place in reviewed:
            place, since = pick_place(s.r), s.created
        if place in reviewed and not s.plan.shows_everything:
            continue
        reviewed.add(place)
        # A review that waits for a moderator has not waited for long.
        since = max(since, s.until - 9 * DAY) if status == "PENDING" else since
        _add_review(s, rows, place, since, status)


def _add_review(s: Shopper[ReviewPlan], rows: Rows, place: int, since: int, status: str) -> None:
    r, written = s.r, s.pick_moment(since)
    rating = _RATINGS[int(r() * 100)]
    title, detail = _pick_text(s, rating)
    nickname = s.first if r() < 0.6 else f"{s.first} {s.last[0]}."
    rows[review].append(
        {
            "customer_id": s.id,
            "id": s.make_id(written),
            "product_id": products_of(s.plan.site)[place].id,
            "store_view_id": s.view_id,
            "nickname": nickname,
            "title": title,
            "detail": detail,
            "rating": rating,
            "status": status,
            "created_at": to_datetime(written),
        }
    )
    s.latest = max(s.latest, written)


def _pick_product(s: Shopper[ReviewPlan]) -> tuple[int, int]:
    """Its place in the catalog, and since when its buyer can tell."""
    r, purchases = s.r, s.purchases
    if not purchases or r() > _BOUGHT:
        return pick_place(r), s.created
    purchase = purchases[int(r() * len(purchases))]
    return purchase.products[int(r() * len(purchase.products))], purchase.placed


def _pick_text(s: Shopper[ReviewPlan], rating: int) -> list[str]:
    """Title and detail."""
    texts = _GOOD if rating > 3 else _FAIR if rating > 2 else _POOR
    if rating > 3 and s.plan.country in _ABROAD and s.r() < 0.6:
        texts = _ABROAD[s.plan.country]
    return texts[int(s.r() * len(texts))].split("|")


SEED: Final = (CustomerSeed((review,), add_reviews),)
