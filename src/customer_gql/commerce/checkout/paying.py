"""The payment of an order that was placed a moment ago (docs/domain/payments.md#payments-4)."""

import enum
from collections.abc import Sequence
from typing import Any, Final

import strawberry

from customer_gql.commerce.orders.payments.asking import authorize_payment, read_payment, wait_for_answer
from customer_gql.commerce.orders.payments.tables import OrderPaymentState
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.database.pools import Database
from customer_gql.graph.fields import column
from customer_gql.graph.scalars import graph_enum

DECLINED: Final = Refusal(
    "payment.declined",
    "The payment was declined. Choose another way to pay, and order again.",
    UserErrorCode.NOT_ALLOWED,
)
_VOIDED: Final = frozenset({OrderPaymentState.VOIDING, OrderPaymentState.VOIDED})
"""Without a reference of the provider it never heard of the payment, so that it was never paid."""


class PaymentActionKind(enum.Enum):
    REDIRECT = "REDIRECT"
    WAIT = "WAIT"


graph_enum(
    PaymentActionKind,
    "What a shopper does after ordering.",
    {
        "REDIRECT": "Confirm the payment on the page of the provider.",
        "WAIT": "Wait: the provider has not answered yet, and is asked again. A repeat of the request tells its answer.",
    },
)


@strawberry.type(description="What a shopper does so that an order is paid.")
class PaymentAction:
    kind: PaymentActionKind = column("What to do.")
    url: str | None = column("Page of the provider; null without one.")


async def pay_order(database: Database, key: Sequence[int], token: str | None) -> PaymentAction | None:
    """With the token, of the request that placed the order; a repeat waits for the answer that another one gets. Raises `RuleError`."""
    if token is not None:
        await authorize_payment(database, key, token)
    else:
        await wait_for_answer(database, key)
    payment: Any = await read_payment(database, key)
    if payment is None:
        return None
    state = OrderPaymentState(payment.state)
    if state is OrderPaymentState.DECLINED or (state in _VOIDED and payment.reference is None):
        raise DECLINED()
    if state is OrderPaymentState.REDIRECT:
        return PaymentAction(kind=PaymentActionKind.REDIRECT, url=payment.url)
    return PaymentAction(kind=PaymentActionKind.WAIT, url=None) if state is OrderPaymentState.PENDING else None
