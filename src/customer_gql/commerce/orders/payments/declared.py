"""What slices do about payments, joined by `schema.slices`; it imports nothing that reads tables, because that imports it before all
of them are known."""

from typing import Any, Final

ON_PAYMENT_TAKEN: Final[list[Any]] = []
"""Each called with the connection and the locked order, once the provider has taken a payment or looks at it."""
ON_PAYMENT_LOST: Final[list[Any]] = []
"""Each called alike, before an order is canceled because its payment was declined."""
ON_PAYMENT_CAPTURED: Final[list[Any]] = []
"""Each called with the key of the invoice besides, once the provider has captured what it charges."""
PAYMENT_HOOKS: Final = {
    "ON_PAYMENT_TAKEN": ON_PAYMENT_TAKEN,
    "ON_PAYMENT_LOST": ON_PAYMENT_LOST,
    "ON_PAYMENT_CAPTURED": ON_PAYMENT_CAPTURED,
}
"""By the names under which slices declare them."""
