"""Samples of orders placed here for the tests that walk the whole graph."""

NOT_PERSONAL = {
    "Order.shippingMethod": "a code of the shop",
    "Order.paymentMethod": "a code of the shop",
    "Order.couponCodes": "codes of the shop",
}
UNRECORDED = {"orderPlace": "of the order; other systems are told by the event order.placed"}
