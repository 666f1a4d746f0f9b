"""Carts: the open one, and for a few customers the one that became their last order."""

from dataclasses import dataclass
from typing import Final

from customer_gql.commerce.catalog.seed import pick_places, products_of
from customer_gql.customers.profile.shopper import AccountPlan, Shopper
from customer_gql.database.seeding import DAY, MINUTE, CustomerSeed, Rows, expand_weights, to_datetime

from .tables import cart, cart_item

_LINES: Final = expand_weights({1: 34, 2: 27, 3: 18, 4: 11, 5: 6, 6: 4})
_QUANTITIES: Final = expand_weights({1: 80, 2: 14, 3: 4, 5: 2})


@dataclass(frozen=True, kw_only=True)
class CartPlan(AccountPlan):
    has_cart: bool = False


def add_carts(s: Shopper[CartPlan], rows: Rows) -> None:
    if s.purchases and s.r() < 0.05:
        placed = s.purchases[-1].placed
        _add_cart(s, rows, max(s.created, placed - 40 * MINUTE), placed, is_active=False)
    if s.plan.has_cart:
        updated = s.until - int((s.until - s.created) * s.r() ** 2)
        _add_cart(s, rows, max(s.created, updated - int(3 * DAY * s.r())), updated, is_active=True)
        s.latest = max(s.latest, updated)


def _add_cart(s: Shopper[CartPlan], rows: Rows, created: int, updated: int, *, is_active: bool) -> None:
    r, cart_id, products = s.r, s.make_id(created), products_of(s.plan.site)
    rows[cart].append(
        {
            "customer_id": s.id,
            "id": cart_id,
            "website_id": s.plan.site.id,
            "store_view_id": s.view_id,
            "currency": s.plan.site.currency,
            "is_active": is_active,
            "created_at": to_datetime(created),
            "updated_at": to_datetime(updated),
        }
    )
    for place in pick_places(r, _LINES[int(r() * 100)]):
        added = created + int((updated - created) * r())
        rows[cart_item].append(
            {
                "customer_id": s.id,
                "cart_id": cart_id,
                "id": s.make_id(added),
                "product_id": products[place].id,
                "quantity": _QUANTITIES[int(r() * 100)],
                "added_at": to_datetime(added),
            }
        )


SEED: Final = (CustomerSeed((cart, cart_item), add_carts),)
