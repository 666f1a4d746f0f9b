"""Store credit: entries in order of time, each with the balance after it, which never falls below nothing."""

from dataclasses import dataclass
from typing import Final

from customer_gql.core.money import minor_digits
from customer_gql.customers.profile.shopper import AccountPlan, Purchase, Shopper
from customer_gql.database.seeding import CustomerSeed, Rows, to_datetime

from .tables import store_credit, store_credit_entry

_GIVEN: Final = ("Gift card redeemed", "Goodwill for a late delivery", "Welcome credit", "Credit from the old shop")
_NOTHING_USED: Final[tuple[int, str | None]] = (0, None)
_ADJUSTED: Final = ("Goodwill", "Correction after a call", "Loyalty thank-you", "Price match")


@dataclass(frozen=True, kw_only=True)
class CreditPlan(AccountPlan):
    credit: tuple[str, ...] = ()
    """Actions in order of time."""


def add_credit(s: Shopper[CreditPlan], rows: Rows) -> None:
    actions = s.plan.credit
    if not actions:
        return
    site, span = s.plan.site, s.until - s.created
    balance, used = 0, _NOTHING_USED
    when = s.created
    for ordinal, action in enumerate(actions, 1):
        when = s.created + int(span * (ordinal + 0.5 * s.r()) / (len(actions) + 1))
        amount, comment = _draw_movement(s, action, when, balance, used)
        balance += amount
        # What could not be used, given back or taken is booked as a gesture instead.
        kind = action if comment else "UPDATED"
        used = (-amount, comment) if kind == "USED" else _NOTHING_USED if kind == "REVERTED" else used
        rows[store_credit_entry].append(
            {
                "customer_id": s.id,
                "id": s.make_id(when),
                "website_id": site.id,
                "action": kind,
                "amount": amount,
                "balance_after": balance,
                "currency": site.currency,
                "comment": comment or _ADJUSTED[int(s.r() * len(_ADJUSTED))],
                "idempotency_key": f"{kind.lower()}:{ordinal}",
                "created_at": to_datetime(when),
            }
        )
    rows[store_credit].append(
        {
            "customer_id": s.id,
            "website_id": site.id,
            "balance": balance,
            "currency": site.currency,
            "updated_at": to_datetime(when),
        }
    )


def _draw_movement(
    s: Shopper[CreditPlan], action: str, when: int, balance: int, used: tuple[int, str | None]
) -> tuple[int, str | None]:
    """The amount, never 0, and the comment; no comment says that the action had no ground and became a gesture."""
    r, unit = s.r, 10 ** minor_digits(s.plan.site.currency)
    gesture = (5 + int(45 * r())) * unit
    if s.plan.site.currency == "JPY":
        gesture *= 100
    if action == "CREATED":
        return gesture, _GIVEN[int(r() * len(_GIVEN))]
    order = _order_before(s, when)
    if action == "USED" and balance and order:
        return -max(1, int(balance * (0.3 + 0.7 * r()))), f"Order {order.number}"
    if action == "REFUNDED" and order and order.grand_total:
        return max(1, int(order.grand_total * (0.2 + 0.5 * r()))), f"Order {order.number}, credit memo"
    if action == "REVERTED" and used[0]:
        return used[0], f"{used[1]}, credit returned"
    if action == "UPDATED" and r() < 0.3 and balance > 1:
        return -(balance // 2), "Taken back: booked twice"
    return gesture, None


def _order_before(s: Shopper[CreditPlan], when: int) -> Purchase | None:
    earlier = [purchase for purchase in s.purchases if purchase.placed <= when]
    return earlier[-1] if earlier else None


SEED: Final = (CustomerSeed((store_credit, store_credit_entry), add_credit),)
