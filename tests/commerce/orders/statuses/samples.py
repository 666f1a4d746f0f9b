"""Samples of the statuses of orders for the tests that walk the whole graph."""

import uuid

from customer_gql.core.ids import encode_id
from support.calls import by_input

FRAUD = encode_id("ost", 9)
STORE_VIEW = encode_id("stv", 1)
LABELS = [{"storeViewId": STORE_VIEW, "label": "Packed"}]
NOT_PERSONAL = {"OrderStatusLabel.label": "a label of the shop"}
CALLS = {
    "orderStatusCreate": [
        by_input(lambda _: {"code": f"c{uuid.uuid4().hex[:20]}", "label": "Packed", "labels": LABELS})
    ],
    "orderStatusUpdate": [by_input(lambda _: {"id": FRAUD, "label": "Suspected fraud", "labels": LABELS})],
    "orderStatusAssign": [by_input(lambda _: {"id": FRAUD, "state": "NEW"})],
    "orderStatusUnassign": [by_input(lambda _: {"id": FRAUD, "state": "PAYMENT_REVIEW"})],
}
UNRECORDED = dict.fromkeys(CALLS, "in the history of staff")
