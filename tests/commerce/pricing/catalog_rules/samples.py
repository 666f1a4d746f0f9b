"""Samples of catalog price rules for the tests that walk the whole graph."""

from typing import Any

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row
from support.calls import GROUP, by_input

RULE = encode_id("cpr", 1)
WEBSITE = encode_id("web", 1)
NEW = {
    "name": "Sale",
    "websiteIds": [WEBSITE],
    "groupIds": [GROUP],
    "action": "BY_PERCENT",
    "amount": "10",
    "isActive": False,
    "fromOn": "2026-12-01",
    "untilOn": "2026-12-24",
    "condition": {"sku": ["SKU-1"]},
}

FURNISH = """INSERT INTO catalog_price_rule (id, name, is_active, website_ids, group_ids, action, amount)
VALUES (1, 'Sale', false, '{1}', '{3}', 'BY_PERCENT', 10) ON CONFLICT DO NOTHING"""
CALLS = {
    "catalogPriceRuleCreate": [by_input(lambda _ids: NEW)],
    "catalogPriceRuleUpdate": [by_input(lambda _ids: {**NEW, "id": RULE, "expectedVersion": 1})],
    "catalogPriceRuleDelete": [by_input(lambda _ids: {"id": RULE})],
}
UNRECORDED = dict.fromkeys(CALLS, "in the history of staff")
NOT_PERSONAL = {"CatalogPriceRule.name": "a name for staff"}


async def furnish(connection: Connection, _customer: Row) -> dict[str, Any]:
    """The rule that the samples name."""
    await connection.execute(FURNISH)
    return {}
