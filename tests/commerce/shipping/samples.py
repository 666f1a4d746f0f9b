"""Samples of shipping for the tests that walk the whole graph."""

from support.calls import by_input

RATES = [{"countryCode": "US", "region": "CA", "postcode": "902*", "minimum": "1.5", "price": "7.25"}]
CALLS = {
    "shippingTableRates": [lambda ids: {"websiteId": ids["web"]}],
    "shippingTableRatesReplace": [by_input(lambda ids: {"websiteId": ids["web"], "rates": RATES})],
}
NOT_PERSONAL = {
    "ShippingTableRate.countryCode": "a code",
    "ShippingTableRate.region": "the code of a state",
    "ShippingTableRate.postcode": "of a place with a rate",
}
UNRECORDED = {"shippingTableRatesReplace": "in the history of staff"}
