"""Samples of store credit for the tests that walk the whole graph."""

from support.calls import KEY, about, of_website, with_fresh_key
from support.changes import Changes, by_staff

CALLS = {"storeCreditAdjust": [about("cus", amount="1.00", **KEY), with_fresh_key(of_website(amount="1.00"))]}
CHANGES: Changes = {
    "storeCreditAdjust": [(by_staff(amount="1.00", **KEY), "STORE_CREDIT_ADJUSTED", {"storeCredit"})],
}
