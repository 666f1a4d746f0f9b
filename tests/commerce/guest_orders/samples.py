"""Samples of orders of guests for the tests that walk the whole graph."""

UNRECORDED = dict.fromkeys(
    ("guestOrderCancelRequest", "guestOrderCancelConfirm"),
    "of the order; other systems are told by the event order.state_changed",
)
