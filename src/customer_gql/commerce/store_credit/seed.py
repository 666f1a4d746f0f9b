"""Store credit: entries in order of time, each with the balance after it, which never falls below nothing."""

from dataclasses import dataclass
from typing import Final

from customer_gql.core.money import minor_digits
from customer_gql.customers.profile.shopper import AccountPlan, Purchase, Shopper
from customer_gql.database.seeding import CustomerSeed, Rows, to_datetime

from .tables import store_credit, store_credit_entry

_GIVEN: Final = ("Gift card redeemed", "Goodwill for a late delivery", "Welcome credit", "Credit from the old shop")


@dataclass(frozen=True, slots=True)
class _Movement:
    """`amount` is never 0. Without a comment the action had no ground and becomes a gesture."""

    amount: int
    comment: str | None = None
    order_id: int | None = None


_NOTHING_USED: Final = _Movement(0)
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
        movement = _draw_movement(s, action, when, balance, used)
        balance += movement.amount
        # What could not be used, given back or taken is booked as a gesture instead.
        kind = action if movement.comment else "UPDATED"
        used = movement if kind == "USED" else _NOTHING_USED if kind == "REVERTED" else used
        rows[store_credit_entry].append(
            {
                "customer_id": s.id,
                "id": s.make_id(when),
                "website_id": site.id,
                "action": kind,
                "amount": movement.amount,
                "balance_after": balance,
                "currency": site.currency,
                "comment": movement.comment or _ADJUSTED[int(s.r() * len(_ADJUSTED))],
                "idempotency_key": f"credit:{ordinal}",
                "actor": "SYSTEM",
                "actor_id": 0,
                "order_id": movement.order_id,
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


def _draw_movement(s: Shopper[CreditPlan], action: str, when: int, balance: int, used: _Movement) -> _Movement:
    r, unit = s.r, 10 ** minor_digits(s.plan.site.currency)
    gesture = (5 + int(45 * r())) * unit
    if s.plan.site.currency == "JPY":
        gesture *= 100
    if action == "CREATED":
        return _Movement(gesture, _GIVEN[int(r() * len(_GIVEN))])
    order = _order_before(s, when)
    if action == "USED" and balance and order:
        return _Movement(-max(1, int(balance * (0.3 + 0.7 * r()))), f"Order {order.number}", order.id)
    if action == "REFUNDED" and order and order.grand_total:
        refund = max(1, int(order.grand_total * (0.2 + 0.5 * r())))
        return _Movement(refund, f"Order {order.number}, credit memo", order.id)
    if action == "REVERTED" and used.amount:
        return _Movement(-used.amount, f"{used.comment}, credit returned", used.order_id)
    if action == "UPDATED" and r() < 0.3 and balance > 1:
        return _Movement(-(balance // 2), "Taken back: booked twice")
    return _Movement(gesture)


def _order_before(s: Shopper[CreditPlan], when: int) -> Purchase | None:
    earlier = [purchase for purchase in s.purchases if purchase.placed <= when]
    return earlier[-1] if earlier else None


SEED: Final = (CustomerSeed((store_credit, store_credit_entry), add_credit),)
