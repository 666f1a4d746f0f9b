"""Reviews, nearly all of products their writer bought, in the words of the writer's country where it has some."""

from typing import Final

from customer_gql.demo.shop_products import POPULAR

from .rows import DAY, Rows, at, weighted
from .shoppers import Shopper

_RATINGS: Final = weighted({5: 48, 4: 27, 3: 11, 2: 6, 1: 8})
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


def add_reviews(s: Shopper, rows: Rows) -> None:
    r, reviewed = s.r, set[int]()
    for status in s.plan.reviews:
        product, since = _product(s)
        if product in reviewed:
            product, since = POPULAR[int(r() * len(POPULAR))], s.created
        if product in reviewed and not s.plan.order_statuses:
            continue
        reviewed.add(product)
        # What waits for a moderator has not waited for long.
        since = max(since, s.until - 9 * DAY) if status == "PENDING" else since
        written = s.moment(since)
        rating = _RATINGS[int(r() * 100)]
        title, detail = _text(s, rating)
        nickname = s.first if r() < 0.6 else f"{s.first} {s.last[0]}."
        rows["review"].append(
            (
                s.id,
                s.key(written),
                s.plan.site.products[product].id,
                s.view_id,
                nickname,
                title,
                detail,
                rating,
                status,
                at(written),
            )
        )
        s.latest = max(s.latest, written)


def _product(s: Shopper) -> tuple[int, int]:
    """Its place in the catalog, and since when its buyer can tell."""
    r, purchases = s.r, s.purchases
    if not purchases or r() > _BOUGHT:
        return POPULAR[int(r() * len(POPULAR))], s.created
    purchase = purchases[int(r() * len(purchases))]
    return purchase.products[int(r() * len(purchase.products))], purchase.placed


def _text(s: Shopper, rating: int) -> list[str]:
    texts = _GOOD if rating > 3 else _FAIR if rating > 2 else _POOR
    if rating > 3 and s.plan.country in _ABROAD and s.r() < 0.6:
        texts = _ABROAD[s.plan.country]
    return texts[int(s.r() * len(texts))].split("|")
