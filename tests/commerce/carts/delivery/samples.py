"""Samples of where carts go for the tests that walk the whole graph."""

NOT_PERSONAL = {
    "CartAddress.region": "a state or province",
    "CartAddress.countryCode": "a code",
    "CartShippingMethod.code": "a code of the shop",
    "CartShippingMethod.label": "a name of the shop",
    "CartPaymentMethod.code": "a code of the shop",
    "CartPaymentMethod.label": "a name of the shop",
}
_CHANGES = ("cartAddressesSet", "cartShippingMethodSet", "cartPaymentMethodSet")
UNRECORDED = dict.fromkeys(_CHANGES, "of the cart; other systems are told by the event cart.changed")
