"""Samples of prices for the tests that walk the whole graph."""

from support.access_walk import Ids
from support.calls import GROUP


def explain(ids: Ids):
    return {"sku": "SKU-1", "websiteId": ids["web"], "groupId": GROUP, "quantity": 2, "at": "2026-12-24T12:00:00Z"}


CALLS = {"priceExplain": [explain]}
