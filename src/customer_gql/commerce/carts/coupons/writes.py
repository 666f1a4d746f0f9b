"""Coupons of a cart: applied by code, of which few may be wrong (docs/domain/carts.md#carts-11)."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from customer_gql.commerce.carts.tables import cart
from customer_gql.commerce.carts.writes import CartOutcome, LockedCart, find_coupons, touch_cart
from customer_gql.commerce.pricing.cart_rules.coupons import fold_code
from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.viewer import ViewerKind
from customer_gql.database.statements import Connection, update_rows
from customer_gql.security.throttle import Budget, count_each_within, counter_key, peer_key, take_back

MOST_COUPONS: Final = 10
MOST_WRONG: Final = 10
"""Of one shopper in ten minutes."""
MOST_WRONG_FROM_ADDRESS: Final = 100
_WINDOW: Final = dt.timedelta(minutes=10)
_LONGEST: Final = 64

_INVALID: Final = Refusal("coupon.invalid", "This code does not apply here. Check it, or try another one.")
_TOO_MANY_GUESSES: Final = Refusal(
    "coupon.too_many_guesses", "Too many wrong codes were tried. Try again in ten minutes.", UserErrorCode.LIMIT_REACHED
)
_TOO_MANY: Final = Refusal(
    "coupon.too_many", "The cart has {limit} coupons, the maximum. Remove one first.", UserErrorCode.LIMIT_REACHED
)
_NOT_IN_CART: Final = Refusal("coupon.not_in_cart", "The cart has no such coupon.", UserErrorCode.NOT_FOUND)


async def count_guess(connection: Connection, owner: int, address: str | None) -> list[bytes]:
    """The counters of a try, to be taken back when the code is right. Raises `RuleError` beyond the limits. Commit before the code is
    looked at."""
    own, peer = counter_key("coupon", str(owner)), peer_key(ViewerKind.GUEST, "coupon", address)
    budgets = [Budget(own, MOST_WRONG, _WINDOW), Budget(peer, MOST_WRONG_FROM_ADDRESS, _WINDOW)]
    if not all(await count_each_within(connection, budgets)):
        raise _TOO_MANY_GUESSES(path=["code"])
    return [own, peer]


async def apply_coupon(
    connection: Connection, locked: LockedCart, *, code: str, guesses: Sequence[bytes], by: Actor
) -> CartOutcome:
    """Unknown, inactive and expired codes are told alike. The same code twice is one coupon."""
    key, codes = fold_code(code), list(locked.row.coupon_codes)
    if len(key) > _LONGEST or (await find_coupons(connection, locked, [key]))[key] is None:
        raise _INVALID(path=["code"])
    await take_back(connection, guesses)
    if key in codes:
        return CartOutcome(locked.key)
    if len(codes) >= MOST_COUPONS:
        raise _TOO_MANY(path=["code"], limit=MOST_COUPONS)
    await _store_codes(connection, locked, [*codes, key], by=by)
    return CartOutcome(locked.key)


async def remove_coupon(connection: Connection, locked: LockedCart, *, code: str, by: Actor) -> CartOutcome:
    key, codes = fold_code(code), list(locked.row.coupon_codes)
    if key not in codes:
        raise _NOT_IN_CART(path=["code"])
    await _store_codes(connection, locked, [one for one in codes if one != key], by=by)
    return CartOutcome(locked.key)


async def _store_codes(connection: Connection, locked: LockedCart, codes: Sequence[str], *, by: Actor) -> None:
    await update_rows(connection, cart, locked.of_cart, {"coupon_codes": codes})
    await touch_cart(connection, locked, by=by, fields=["coupons"])
