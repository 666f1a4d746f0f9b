"""Reward points: what was earned and spent, in order of time, and what ran out, oldest first."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from customer_gql.customers.profile.shopper import AccountPlan, Purchase, Shopper
from customer_gql.database.seeding import DAY, HOUR, CustomerSeed, Rows, ShopSeed, to_datetime
from customer_gql.shop.groups.seed import VIP
from customer_gql.shop.websites.seed import BASE, EUROPE, JAPAN, Site

from .tables import reward_points, reward_points_entry, reward_points_rate

_FOR_REGISTRATION: Final = 100
_FOR_NEWSLETTER: Final = 25
_FOR_REVIEW: Final = 50
_FOR_INVITATION: Final = 75
_LATEST_PURCHASES: Final = 12
_COMMENTS: Final = {"ADMIN_UPDATE": "Thank you for your patience", "EXPIRED": None}

# Amounts where the plan gives the actions; spending is cut to the balance.
_GIVEN: Final = {
    "REGISTRATION": _FOR_REGISTRATION,
    "NEWSLETTER": _FOR_NEWSLETTER,
    "PURCHASE": 180,
    "REVIEW": _FOR_REVIEW,
    "REDEEMED": -150,
    "REFUNDED": 60,
    "INVITATION_CUSTOMER": _FOR_INVITATION,
    "INVITATION_ORDER": 120,
    "REVERTED": -40,
    "EXPIRED": -30,
    "ADMIN_UPDATE": 50,
}


# Points of the other websites do not expire.
_LASTING: Final = {BASE.id: 365 * DAY, EUROPE.id: 365 * DAY}


@dataclass(frozen=True, kw_only=True)
class PointsPlan(AccountPlan):
    has_points: bool = False
    points: tuple[str, ...] = ()
    """Actions in order of time. Without them, points are earned by what the customer did."""


@dataclass(slots=True)
class _Event:
    when: int
    action: str
    points: int
    comment: str | None = None
    order_id: int | None = None


@dataclass(slots=True)
class _Lot:
    """Points earned together, and how many of them are left."""

    expires: int
    left: int


def add_points(s: Shopper[PointsPlan], rows: Rows) -> None:
    if not s.plan.has_points:
        return
    events = _planned_events(s) if s.plan.points else _earned_events(s)
    ledger = _Ledger(s, rows)
    for event in events:
        ledger.expire(event.when)
        ledger.book(event)
    ledger.expire(s.until)
    rows[reward_points].append(
        {
            "customer_id": s.id,
            "website_id": s.plan.site.id,
            "balance": ledger.balance,
            "updated_at": to_datetime(ledger.changed),
        }
    )


def _planned_events(s: Shopper[PointsPlan]) -> list[_Event]:
    actions = s.plan.points
    span = s.until - s.created
    return [
        _Event(
            s.created + int(span * (step + s.r() * 0.8) / len(actions)), action, _GIVEN[action], _COMMENTS.get(action)
        )
        for step, action in enumerate(actions)
    ]


def _earned_events(s: Shopper[PointsPlan]) -> list[_Event]:
    r = s.r
    events = [_Event(s.created, "REGISTRATION", _FOR_REGISTRATION)]
    if s.is_subscribed:
        events.append(_Event(s.pick_moment(), "NEWSLETTER", _FOR_NEWSLETTER))
    for purchase in s.purchases[-_LATEST_PURCHASES:]:
        events += _of_purchase(s, purchase)
    for _ in range(s.approved_reviews):
        events.append(_Event(s.pick_moment(), "REVIEW", _FOR_REVIEW))
    if r() < 0.06:
        events.append(_Event(s.pick_moment(), "INVITATION_CUSTOMER", _FOR_INVITATION))
        if r() < 0.4:
            events.append(_Event(s.pick_moment(events[-1].when), "INVITATION_ORDER", _FOR_INVITATION))
    if r() < 0.08:
        events.append(_Event(s.pick_moment(), "ADMIN_UPDATE", 50 if r() < 0.7 else -50, _COMMENTS["ADMIN_UPDATE"]))
    events.sort(key=lambda event: event.when)
    return events


def _of_purchase(s: Shopper[PointsPlan], purchase: Purchase) -> list[_Event]:
    """One in eight is paid with points in part; what was canceled or sent back is undone."""
    of_order = (f"Order {purchase.number}", purchase.id)
    redeemed = 40 + int(160 * s.r()) if s.r() < 0.12 else 0
    events = [_Event(purchase.placed, "REDEEMED", -redeemed, *of_order)] if redeemed else []
    later = min(s.until, purchase.placed + int((1 + 70 * s.r()) * HOUR))
    if purchase.status == "CANCELED":
        return [*events, _Event(later, "REVERTED", redeemed, *of_order)] if redeemed else []
    if purchase.status not in {"COMPLETE", "CLOSED"}:
        return events
    # A point for each unit of money, in yen for each hundred.
    points = purchase.grand_total // 100
    if points:
        events.append(_Event(later, "PURCHASE", points, *of_order))
    if purchase.status == "CLOSED" and redeemed:
        events.append(_Event(min(s.until, later + 5 * DAY), "REFUNDED", redeemed, *of_order))
    return events


class _Ledger:
    """Spends the oldest points first, and books what is left of a lot away when its time comes."""

    def __init__(self, s: Shopper[PointsPlan], rows: Rows) -> None:
        self.balance = 0
        self.changed = s.created
        self._shopper = s
        self._add = rows[reward_points_entry].append
        self._lots: deque[_Lot] = deque()
        self._count = 0
        self._lasting = _LASTING.get(s.plan.site.id)
        # What was not redeemed for want of points cannot be given back.
        self._redeemed: dict[str | None, int] = {}

    def book(self, event: _Event) -> None:
        points = max(event.points, -self.balance)
        if event.action == "REDEEMED":
            self._redeemed[event.comment] = -points
        elif event.comment and event.comment in self._redeemed and event.action in {"REVERTED", "REFUNDED"}:
            points = self._redeemed[event.comment]
        if points:
            expires = event.when + self._lasting if self._lasting and points > 0 else None
            if points < 0:
                self._spend(-points)
            elif expires:
                self._lots.append(_Lot(expires, points))
            self._entry(event, points, expires)

    def expire(self, when: int) -> None:
        while self._lots and self._lots[0].expires <= when:
            lot = self._lots.popleft()
            if lot.left:
                self._entry(_Event(lot.expires, "EXPIRED", -lot.left), -lot.left, None)

    def _spend(self, points: int) -> None:
        for lot in self._lots:
            taken = min(points, lot.left)
            lot.left -= taken
            points -= taken

    def _entry(self, event: _Event, points: int, expires: int | None) -> None:
        s = self._shopper
        self.balance += points
        self.changed = event.when
        self._count += 1
        self._add(
            {
                "customer_id": s.id,
                "id": s.make_id(event.when),
                "website_id": s.plan.site.id,
                "action": event.action,
                "points": points,
                "balance_after": self.balance,
                "comment": event.comment,
                "idempotency_key": f"points:{self._count}",
                "actor": "SYSTEM",
                "actor_id": 0,
                "order_id": event.order_id,
                "created_at": to_datetime(event.when),
                "expires_at": to_datetime(expires) if expires else None,
            }
        )


def add_rates(_opened: datetime, rows: Rows) -> None:
    """For all websites in dollars, for one website, for one without minor units, and for one group on one website."""
    rows[reward_points_rate].append(_rate(1, amount=500, currency=BASE.currency))
    rows[reward_points_rate].append(_rate(2, amount=400, currency=EUROPE.currency, site=EUROPE))
    rows[reward_points_rate].append(_rate(3, amount=500, currency=JAPAN.currency, site=JAPAN))
    rows[reward_points_rate].append(_rate(4, amount=800, currency=BASE.currency, site=BASE, group_id=VIP))


def _rate(
    id: int, *, amount: int, currency: str, site: Site | None = None, group_id: int | None = None
) -> dict[str, Any]:
    """What 100 points are worth, in minor units."""
    website_id = None if site is None else site.id
    rate = {"points": 100, "amount": amount, "currency": currency}
    return {"id": id, "website_id": website_id, "group_id": group_id, **rate}


SEED: Final = (
    ShopSeed((reward_points_rate,), add_rates),
    CustomerSeed((reward_points, reward_points_entry), add_points),
)
