"""Samples of taxes for the tests that walk the whole graph."""

import uuid
from typing import Any

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row
from support.calls import TAX_CLASS, by_input

RATE = encode_id("txr", 1)
RULE = encode_id("txu", 1)
GOODS = encode_id("tax", 2)
PLACE = {"countryCode": "US", "region": "CA", "postcode": "902*", "percent": "7.25"}
LISTS = {"customerClassIds": [TAX_CLASS], "productClassIds": [GOODS], "rateIds": [RATE]}

FURNISH = """INSERT INTO tax_rule (id, code, customer_class_ids, product_class_ids, rate_ids)
VALUES (1, 'of the samples', '{1}', '{2}', '{1}') ON CONFLICT DO NOTHING"""
CALLS = {
    "taxClassCreate": [by_input(lambda _ids: {"name": uuid.uuid4().hex, "kind": "PRODUCT"})],
    "taxClassUpdate": [by_input(lambda _ids: {"id": TAX_CLASS, "name": "Retail Customer", "expectedVersion": 1})],
    "taxClassDelete": [by_input(lambda _ids: {"id": TAX_CLASS})],
    "taxRateCreate": [by_input(lambda _ids: {"code": uuid.uuid4().hex, **PLACE})],
    "taxRateUpdate": [by_input(lambda _ids: {"id": RATE, "expectedVersion": 1, **PLACE})],
    "taxRateDelete": [by_input(lambda _ids: {"id": RATE})],
    "taxRuleCreate": [by_input(lambda _ids: {"code": uuid.uuid4().hex, **LISTS})],
    "taxRuleUpdate": [by_input(lambda _ids: {"id": RULE, "expectedVersion": 1, **LISTS})],
    "taxRuleDelete": [by_input(lambda _ids: {"id": RULE})],
}
NOT_PERSONAL = {
    "TaxRate.code": "a name of the shop",
    "TaxRate.countryCode": "a code",
    "TaxRate.region": "the code of a state",
    "TaxRate.postcode": "of a place with a rate",
    "TaxRule.code": "a name of the shop",
}
UNRECORDED = dict.fromkeys(CALLS, "in the history of staff")


async def furnish(connection: Connection, _customer: Row) -> dict[str, Any]:
    """The rule that the samples name."""
    await connection.execute(FURNISH)
    return {}
