"""What a customer of the demo shop is and has, decided before any row is made: the proportions of the shop.

Of all customers: 70 % have addresses (1 to 40, mean 1.6), 60 % orders (1 to 150, mean 3, most have one), 25 % an open
cart, 30 % wishlists, 20 % reviews, 12 % store credit, 45 % reward points, 50 % newsletter rows, 90 % an activity.
"""

import random
from dataclasses import dataclass
from typing import Final

from customer_gql.commerce.carts.seed import CartPlan
from customer_gql.commerce.orders.seed import OrderPlan
from customer_gql.commerce.reviews.seed import ReviewPlan
from customer_gql.commerce.reward_points.seed import PointsPlan
from customer_gql.commerce.store_credit.seed import CreditPlan
from customer_gql.commerce.wishlists.seed import WishlistPlan
from customer_gql.customers.addresses.seed import AddressPlan
from customer_gql.customers.newsletter.seed import SubscriptionPlan
from customer_gql.database.seeding import expand_weights
from customer_gql.shop.groups.seed import BUSINESS, VIP, WHOLESALE
from customer_gql.shop.websites.seed import BASE, BRITAIN, EUROPE, JAPAN, Site

_HOMES: Final = expand_weights(
    {
        (BASE, "US"): 46,
        (BASE, "CA"): 7,
        (BASE, "AU"): 3,
        (EUROPE, "DE"): 9,
        (EUROPE, "FR"): 6,
        (EUROPE, "NL"): 3,
        (EUROPE, "IT"): 3,
        (EUROPE, "ES"): 3,
        (EUROPE, "PL"): 2,
        (BRITAIN, "GB"): 12,
        (JAPAN, "JP"): 6,
    }
)
_GENDERS: Final = expand_weights({"FEMALE": 40, "MALE": 38, "NOT_SPECIFIED": 6, None: 16})
_TYPES: Final = expand_weights({"INDIVIDUAL": 955, "COMPANY_USER": 30, "COMPANY_ADMIN": 15})
_PRIVATE_GROUPS: Final = expand_weights({1: 90, 3: 7, VIP: 3})
_COMPANY_GROUPS: Final = expand_weights({WHOLESALE: 60, BUSINESS: 40})
# None stands for more than four.
_ADDRESSES: Final = expand_weights({1: 660, 2: 205, 3: 80, 4: 40, None: 15})
_WISHLISTS: Final = expand_weights({1: 75, 2: 18, 3: 7})
_REVIEWS: Final = expand_weights({1: 60, 2: 22, 3: 10, 4: 5, 6: 3})
_REVIEW_STATUSES: Final = expand_weights({"APPROVED": 80, "PENDING": 12, "NOT_APPROVED": 8})
_CREDIT_LENGTHS: Final = expand_weights({1: 40, 2: 25, 3: 15, 4: 10, 5: 6, 6: 4})
_CREDIT_MOVES: Final = expand_weights({"USED": 45, "UPDATED": 25, "REFUNDED": 20, "REVERTED": 10})
_SUBSCRIPTIONS: Final = expand_weights({"SUBSCRIBED": 70, "UNSUBSCRIBED": 22, "NOT_ACTIVE": 8})

# Of a Pareto distribution cut off at the maximum; the exponents give the means above.
_MOST_ORDERS: Final = 150
_ORDERS_EXPONENT: Final = -1 / 1.28
_MOST_ADDRESSES: Final = 40
_MOST_WISHES: Final = 30
_WISHES_EXPONENT: Final = -1 / 1.0


@dataclass(frozen=True, kw_only=True)
class Plan(
    AddressPlan,
    SubscriptionPlan,
    OrderPlan,
    CartPlan,
    WishlistPlan,
    ReviewPlan,
    CreditPlan,
    PointsPlan,
):
    """What a customer has in every slice. A slice without a base here decides by itself, in its own seed."""


def draw_plan(draw: random.Random) -> Plan:
    r = draw.random
    site, country = _HOMES[int(r() * len(_HOMES))]
    kind = _TYPES[int(r() * len(_TYPES))]
    buys = r() < 0.6
    confirmed = r() < 0.96
    return Plan(
        site=site,
        country=country,
        gender=_GENDERS[int(r() * len(_GENDERS))],
        group_id=_draw_group(draw, kind, site),
        customer_type=kind,
        is_active=r() < 0.97,
        is_email_confirmed=confirmed,
        lock=_pick_lock(r()),
        addresses=_draw_addresses(draw) if r() < (0.9 if buys else 0.4) else 0,
        orders=_draw_pareto(draw, _ORDERS_EXPONENT, _MOST_ORDERS) if buys else 0,
        has_cart=r() < 0.25,
        wishlists=_draw_wishlists(draw) if r() < 0.3 else (),
        reviews=_draw_reviews(draw) if r() < (0.32 if buys else 0.02) else (),
        credit=_draw_credit(draw, buys) if r() < 0.12 else (),
        has_points=r() < 0.45,
        subscriptions=_draw_subscriptions(draw, confirmed, len(site.views)) if r() < 0.5 else (),
        has_activity=r() < 0.9,
        is_online=r() < 0.004,
    )


def _draw_group(draw: random.Random, kind: str, site: Site) -> int:
    if kind == "INDIVIDUAL":
        return _PRIVATE_GROUPS[int(draw.random() * len(_PRIVATE_GROUPS))]
    group = _COMPANY_GROUPS[int(draw.random() * len(_COMPANY_GROUPS))]
    # The shop keeps its business group out of Japan.
    return WHOLESALE if site is JAPAN else group


def _pick_lock(share: float) -> str | None:
    return "now" if share < 0.004 else "over" if share < 0.012 else None


def _draw_pareto(draw: random.Random, exponent: float, most: int) -> int:
    return min(most, int((1 - draw.random()) ** exponent))


def _draw_addresses(draw: random.Random) -> int:
    count = _ADDRESSES[int(draw.random() * len(_ADDRESSES))]
    return min(_MOST_ADDRESSES, 4 + _draw_pareto(draw, -1.0, _MOST_ADDRESSES)) if count is None else count


def _draw_wishlists(draw: random.Random) -> tuple[int, ...]:
    lists = _WISHLISTS[int(draw.random() * len(_WISHLISTS))]
    return tuple(_draw_pareto(draw, _WISHES_EXPONENT, _MOST_WISHES) for _ in range(lists))


def _draw_reviews(draw: random.Random) -> tuple[str, ...]:
    count = _REVIEWS[int(draw.random() * len(_REVIEWS))]
    return tuple(_REVIEW_STATUSES[int(draw.random() * len(_REVIEW_STATUSES))] for _ in range(count))


def _draw_credit(draw: random.Random, buys: bool) -> tuple[str, ...]:
    """Customers who never ordered have used nothing and got nothing back."""
    moves = _CREDIT_LENGTHS[int(draw.random() * len(_CREDIT_LENGTHS))] - 1
    later = (_CREDIT_MOVES[int(draw.random() * len(_CREDIT_MOVES))] for _ in range(moves))
    return ("CREATED", *(move if buys else "UPDATED" for move in later))


def _draw_subscriptions(draw: random.Random, confirmed: bool, views: int) -> tuple[str, ...]:
    if not confirmed:
        return ("UNCONFIRMED",)
    count = 2 if views > 1 and draw.random() < 0.25 else 1
    return tuple(_SUBSCRIPTIONS[int(draw.random() * len(_SUBSCRIPTIONS))] for _ in range(count))
