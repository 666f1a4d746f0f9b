"""Samples of carts for the tests that walk the whole graph."""

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
)
UNRECORDED = dict.fromkeys(_CHANGES, "of the cart; other systems are told by the event cart.changed")
