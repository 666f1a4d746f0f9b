import datetime as dt
from typing import Final

import strawberry

from customer_gql.commerce.orders.reads import is_order_reachable
from customer_gql.commerce.payments.ports import PaymentOutcome
from customer_gql.core.permissions import Permission
from customer_gql.graph.access.guards import guarded_type
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id
from customer_gql.graph.scalars import Money, graph_enum, money

from . import reads
from .tables import OrderPaymentState, PaymentStep

graph_enum(
    OrderPaymentState,
    "State of a payment by a provider.",
    {
        "PENDING": "The provider is asked, or its answer was lost and is asked for again.",
        "REDIRECT": "The shopper has to confirm it with the provider.",
        "REVIEW": "The provider looks at it.",
        "AUTHORIZED": "The provider holds the amount.",
        "DECLINED": "The provider refused it.",
        "VOIDING": "The provider is asked to give back what it holds.",
        "VOIDED": "The provider holds nothing any more.",
    },
)
graph_enum(
    PaymentStep,
    "A step of a payment.",
    {
        "AUTHORIZE": "The provider was asked to hold the amount.",
        "STATUS": "The provider was asked what became of it.",
        "WEBHOOK": "The provider told of a change, and was asked about it.",
        "STAFF": "Staff decided about it, or canceled the order.",
        "CAPTURE": "The provider was asked to take what an invoice charges.",
        "VOID": "The provider was asked to give back what it holds.",
    },
)
graph_enum(
    PaymentOutcome,
    "Answer of a provider.",
    {
        "AUTHORIZED": "It holds the amount.",
        "REVIEW": "It looks at the payment.",
        "DECLINED": "It refused.",
        "REDIRECT": "The shopper has to confirm the payment.",
        "CAPTURED": "It took the amount.",
        "VOIDED": "It holds nothing any more.",
        "REFUNDED": "It gave the amount back.",
        "UNKNOWN": "It has never heard of the payment.",
    },
)


@guarded_type(requires=Permission.ORDERS_READ, description="A step of a payment, with what the provider answered.")
class PaymentTransaction:
    step: PaymentStep = column("What was done.")
    outcome: PaymentOutcome | None = column("What the provider answered; null for what was begun.")
    reference: str | None = column("By which the provider knows the payment.")
    created_at: dt.datetime = column("Time of the step.")


@guarded_type(requires=Permission.ORDERS_READ, description="The payment of an order by a provider.")
class OrderPayment(Node):
    id: strawberry.ID = node_id(
        "pay",
        reads.payments_by_id,
        "customer_id",
        "order_id",
        "id",
        visible_to_staff=is_order_reachable,
        permission=Permission.ORDERS_READ,
        description="Id of the payment, by which the provider knows it.",
    )
    method: str = column("Code of the method.")
    state: OrderPaymentState = column("State of the payment.")
    amount: Money = money("What the provider was asked to hold.", amount="amount")
    captured_total: Money = money("What the provider took of it.", amount="captured_total")
    reference: str | None = column("By which the provider knows the payment; null before its answer.")
    created_at: dt.datetime = column("Time at which the order was placed.")
    transactions: list[PaymentTransaction] = loaded(
        reads.steps_by_payment,
        key=("customer_id", "order_id", "id"),
        limited=True,
        description="Steps, newest first, at most `first` of them.",
    )


@strawberry.type
class OrderPaymentSection:
    payments: list[OrderPayment] = loaded(
        reads.payments_by_order,
        key=("customer_id", "id"),
        description="Payments by a provider, oldest first; none for an order that is paid outside of the shop.",
        admin=True,
    )


ORDER_SECTIONS: Final = (OrderPaymentSection,)
