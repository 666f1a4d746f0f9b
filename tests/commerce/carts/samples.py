"""Samples of carts for the tests that walk the whole graph."""

from typing import Any

from support.access_walk import Ids, Sample
from support.calls import by_input

NOT_PERSONAL = {
    "CartCoupon.code": "a code of the shop",
    "CartTotal.code": "a name of a step",
    "CartChange.before": "an amount or a quantity",
    "CartChange.after": "an amount or a quantity",
    "CartBlocker.key": "a name of a rule",
    "CartBlocker.path": "names of fields and ids",
    "ChosenProductOption.code": "of a product",
    "ChosenProductOption.value": "of a product",
}
_CHANGES = (
    "cartItemsAdd",
    "cartItemsUpdate",
    "cartItemsRemove",
    "cartClear",
    "cartChangesAccept",
    "cartCouponApply",
    "cartCouponRemove",
    "cartItemsImport",
    "cartMerge",
)
UNRECORDED = dict.fromkeys(_CHANGES, "of the cart; other systems are told by the event cart.changed")


def of_customer(**given: Any) -> list[Sample]:
    """What staff do to the cart of a customer: on the website of the account, and on one that they name."""
    here = by_input(lambda ids: {"customerId": ids["cus"], **read(given, ids)})
    there = by_input(lambda ids: {"customerId": ids["cus"], "websiteId": ids["web"], **read(given, ids)})
    return [here, there]


def read(given: dict[str, Any], ids: Ids) -> dict[str, Any]:
    return {name: value(ids) if callable(value) else value for name, value in given.items()}


CALLS = {
    "cartItemsAdd": of_customer(items=[{"sku": "X"}]),
    "cartItemsUpdate": of_customer(items=lambda ids: [{"id": ids["cit"], "quantity": 1}]),
    "cartItemsRemove": of_customer(ids=lambda ids: [ids["cit"]]),
    "cartClear": of_customer(),
    "cartCouponApply": of_customer(code="X"),
    "cartCouponRemove": of_customer(code="X"),
    "cartItemsImport": of_customer(csv="sku,qty\nX,1"),
}
