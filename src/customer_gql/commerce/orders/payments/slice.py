from typing import Final

from customer_gql.messaging.jobs.work import Poll, Schedule

from .work import cancel_unpaid_orders, settle_payments
from .writes import void_payment

__all__ = ["ON_ORDER_CANCELED", "WORK"]

WORK: Final = (
    Poll("payments.settle", 2, settle_payments),
    Schedule("payments.cancel_unpaid", "*/5 * * * *", cancel_unpaid_orders),
)
ON_ORDER_CANCELED: Final = (void_payment,)
