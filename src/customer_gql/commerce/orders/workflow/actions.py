"""The one table of what can be done to an order in each state, and what state follows (docs/domain/orders.md#orders-13).

Mutations judge by it before they write, and `capabilities` shows it, so that both agree.
"""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from customer_gql.commerce.orders.statuses.tables import OrderState
from customer_gql.core.errors import Refusal, RuleError, UserErrorCode

NOT_POSSIBLE: Final = Refusal(
    "order.state_not_possible",
    "This is not possible while the order is in the state {state}.",
    UserErrorCode.NOT_ALLOWED,
)
NOTHING_TO_CANCEL: Final = Refusal(
    "order.nothing_to_cancel",
    "Every item is invoiced, shipped or canceled already. Refund the order instead.",
    UserErrorCode.NOT_ALLOWED,
)
NOTHING_TO_INVOICE: Final = Refusal(
    "order.nothing_to_invoice", "Every item is invoiced or canceled already.", UserErrorCode.NOT_ALLOWED
)
NOTHING_TO_SHIP: Final = Refusal(
    "order.nothing_to_ship", "Every item is shipped or canceled already.", UserErrorCode.NOT_ALLOWED
)
ALREADY_ARCHIVED: Final = Refusal("order.archived", "The order is in the archive already.", UserErrorCode.NOT_ALLOWED)
NOT_ARCHIVED: Final = Refusal("order.not_archived", "The order is not in the archive.", UserErrorCode.NOT_ALLOWED)

_NEW, _UNPAID, _REVIEW = OrderState.NEW, OrderState.PENDING_PAYMENT, OrderState.PAYMENT_REVIEW
_PROCESSING, _HELD, _COMPLETE = OrderState.PROCESSING, OrderState.ON_HOLD, OrderState.COMPLETE
_CLOSED, _CANCELED = OrderState.CLOSED, OrderState.CANCELED


class OrderAction(enum.Enum):
    """By the name of the mutation, if it is one."""

    HOLD = "orderHold"
    UNHOLD = "orderUnhold"
    CANCEL = "orderCancel"
    COMMENT = "orderCommentAdd"
    UPDATE_ADDRESS = "orderAddressUpdate"
    INVOICE = "invoiceCreate"
    SHIP = "shipmentCreate"
    ARCHIVE = "orderArchive"
    RESTORE = "orderRestore"
    ACCEPT_PAYMENT = "orderPaymentAccept"
    DENY_PAYMENT = "orderPaymentDeny"
    # What the provider of a payment answers; no mutation.
    AUTHORIZE = "paymentAuthorize"
    REVIEW = "paymentReview"
    DECLINE = "paymentDecline"


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What decides about an order, its quantities summed up over the items."""

    state: OrderState
    held_state: OrderState | None
    is_archived: bool
    to_cancel: int
    to_invoice: int
    to_ship: int
    invoiced: int
    shipped: int

    @classmethod
    def of(cls, order: Any, sums: Any) -> "OrderFacts":
        """Of a row of `sales_order`, and the row that sums up its items; None without any."""
        quantities = ("to_cancel", "to_invoice", "to_ship", "invoiced", "shipped")
        counted = {name: 0 if sums is None else getattr(sums, name) for name in quantities}
        return cls(
            OrderState(order.state),
            None if order.held_state is None else OrderState(order.held_state),
            order.archived_at is not None,
            **counted,
        )


Condition = Callable[[OrderFacts], RuleError | None]
Next = Callable[[OrderFacts], OrderState]


@dataclass(frozen=True, slots=True)
class OrderRule:
    """The states that an action starts from, what else refuses it, and the state after it, judged by the facts after it."""

    states: frozenset[OrderState]
    next: Next
    condition: Condition = lambda _: None


def find_refusal(action: OrderAction, facts: OrderFacts) -> RuleError | None:
    """What refuses the action, whatever it is given."""
    rule = ORDER_RULES[action]
    if facts.state not in rule.states:
        return NOT_POSSIBLE(state=facts.state.value)
    return rule.condition(facts)


def find_next_state(action: OrderAction, facts: OrderFacts) -> OrderState:
    return ORDER_RULES[action].next(facts)


def _stay(facts: OrderFacts) -> OrderState:
    return facts.state


def _settle(facts: OrderFacts) -> OrderState:
    """The state that documents lead to: the first one to `PROCESSING`, the last one to `COMPLETE`."""
    if not facts.invoiced and not facts.shipped:
        return facts.state
    if facts.to_invoice or facts.to_ship:
        return facts.state if facts.state in {_COMPLETE, _CLOSED} else _PROCESSING
    return facts.state if facts.state is _CLOSED else _COMPLETE


def _settle_canceled(facts: OrderFacts) -> OrderState:
    """What was invoiced or shipped before is still finished."""
    return _settle(facts) if facts.invoiced or facts.shipped else _CANCELED


def _unless(is_possible: Callable[[OrderFacts], object], refused: Refusal) -> Condition:
    return lambda facts: None if is_possible(facts) else refused()


_OPEN: Final = frozenset({_NEW, _UNPAID, _PROCESSING})
_UNFINISHED: Final = _OPEN | {_REVIEW, _HELD}
_EVERY: Final = frozenset(OrderState)
ORDER_RULES: Final[Mapping[OrderAction, OrderRule]] = {
    OrderAction.HOLD: OrderRule(_OPEN, lambda _: _HELD),
    OrderAction.UNHOLD: OrderRule(frozenset({_HELD}), lambda facts: facts.held_state or _NEW),
    OrderAction.CANCEL: OrderRule(_OPEN, _settle_canceled, _unless(lambda facts: facts.to_cancel, NOTHING_TO_CANCEL)),
    OrderAction.COMMENT: OrderRule(_EVERY, _stay),
    OrderAction.UPDATE_ADDRESS: OrderRule(_UNFINISHED, _stay),
    OrderAction.INVOICE: OrderRule(_OPEN, _settle, _unless(lambda facts: facts.to_invoice, NOTHING_TO_INVOICE)),
    OrderAction.SHIP: OrderRule(
        _OPEN | {_COMPLETE, _CLOSED}, _settle, _unless(lambda facts: facts.to_ship, NOTHING_TO_SHIP)
    ),
    OrderAction.ARCHIVE: OrderRule(
        frozenset({_COMPLETE, _CLOSED}), _stay, _unless(lambda facts: not facts.is_archived, ALREADY_ARCHIVED)
    ),
    OrderAction.ACCEPT_PAYMENT: OrderRule(frozenset({_REVIEW}), lambda _: _PROCESSING),
    OrderAction.DENY_PAYMENT: OrderRule(frozenset({_REVIEW}), _settle_canceled),
    OrderAction.AUTHORIZE: OrderRule(frozenset({_UNPAID, _REVIEW}), lambda _: _PROCESSING),
    OrderAction.REVIEW: OrderRule(frozenset({_UNPAID}), lambda _: _REVIEW),
    OrderAction.DECLINE: OrderRule(frozenset({_UNPAID, _REVIEW, _HELD}), _settle_canceled),
    OrderAction.RESTORE: OrderRule(_EVERY, _stay, _unless(lambda facts: facts.is_archived, NOT_ARCHIVED)),
}
