"""Samples of what other programs send, for the tests that walk the whole graph."""

from support.calls import by_input

ROW = {"externalId": "walk", "sourceVersion": "7", "sku": "WALK-1", "name": "Walk"}
PRICES = {
    "sku": "WALK-1",
    "website": "main",
    "sourceVersion": 1,
    "price": "5",
    "tiers": [{"quantity": 2, "percent": "10"}],
}
NOT_PERSONAL = dict.fromkeys(("SyncResult.externalId",), "a key of a product")
CALLS = {
    "productUpsert": [by_input(lambda _: {"rows": [ROW]})],
    "productPriceUpsert": [by_input(lambda _: {"rows": [PRICES]})],
    "productStockUpsert": [by_input(lambda _: {"rows": [{"sku": "WALK-1", "sourceVersion": 1, "quantity": 3}]})],
}
UNRECORDED = dict.fromkeys(CALLS, "of products, not of a customer")
