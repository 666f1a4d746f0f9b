"""Samples of cart price rules for the tests that walk the whole graph."""

from typing import Any

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row
from support.calls import GROUP, by_input

RULE = encode_id("car", 1)
NEW = {
    "name": "Welcome",
    "websiteIds": [encode_id("web", 1)],
    "groupIds": [GROUP],
    "action": "PERCENT",
    "amount": "10",
    "isActive": False,
}

FURNISH = """INSERT INTO cart_price_rule (id, name, is_active, website_ids, group_ids, action, amount)
VALUES (1, 'Welcome', false, '{1}', '{3}', 'PERCENT', 10) ON CONFLICT DO NOTHING"""
CALLS = {
    "cartPriceRuleCreate": [by_input(lambda _ids: NEW)],
    "cartPriceRuleUpdate": [by_input(lambda _ids: {**NEW, "id": RULE, "expectedVersion": 1})],
    "cartPriceRuleDelete": [by_input(lambda _ids: {"id": RULE})],
    "couponsGenerate": [by_input(lambda _ids: {"ruleId": RULE, "count": 3})],
}
UNRECORDED = dict.fromkeys(CALLS, "in the history of staff")
NOT_PERSONAL = {
    "CartPriceRule.name": "a name for staff",
    "CartPriceRule.couponCode": "a code of the shop",
    "Coupon.code": "a code of the shop",
}


async def furnish(connection: Connection, _customer: Row) -> dict[str, Any]:
    """The rule that the samples name."""
    await connection.execute(FURNISH)
    return {}
