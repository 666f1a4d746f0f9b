import datetime as dt
from decimal import Decimal
from typing import Any

import strawberry

from customer_gql.commerce.pricing.rule_fields import rule_condition, rule_groups, rule_websites
from customer_gql.core.ids import encode_id
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.graph.scalars import graph_enum

from . import reads
from .tables import CatalogPriceAction

graph_enum(
    CatalogPriceAction,
    "What a catalog price rule does to a price.",
    {
        "BY_PERCENT": "Takes `amount` percent off the price.",
        "TO_PERCENT": "Leaves `amount` percent of the price.",
        "BY_AMOUNT": "Takes `amount` off the price, down to 0.",
        "TO_AMOUNT": "Lowers the price to `amount`.",
    },
)
CONDITION = (
    "JSON object with one entry: `all` or `any` with a list of conditions, `not` with one, `sku`, `category` or `type` with a list "
    'of texts, or `price` with `from` and `until`, as `{"price": {"from": "10.00"}}`. At most 100 conditions, nested at most 6 '
    "deep. Null is every product."
)
AMOUNT = "Percent, or an amount in major units of the currency of the websites, as `action` says."


@strawberry.type(description="A rule that gives products another price, on some websites, for some groups and days.")
class CatalogPriceRule:
    name: str = column("Name for staff.")
    version: int = column("Version, which increases with every change. Pass it as `expectedVersion` in an edit.")
    is_active: bool = column("Whether the rule applies at all.")
    from_on: dt.date | None = column("First day, by the time zone of each website; null for any.")
    until_on: dt.date | None = column("Last day; null for any.")
    priority: int = column("Rules apply from the lowest to the highest; of equal ones the older first.")
    stops_further_rules: bool = column("Whether later rules leave alone the products that this one applies to.")
    action: CatalogPriceAction = column("What is done to the price.")
    amount: Decimal = column(AMOUNT)

    @strawberry.field(description="Id of the rule. Starts with `cpr_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("cpr", self.id))

    condition = rule_condition(f"Products that the rule applies to. {CONDITION}")
    websites = rule_websites()
    groups = rule_groups()


@strawberry.type(description="Result of a mutation of a catalog price rule.")
class CatalogPriceRulePayload(Payload):
    rule_key: strawberry.Private[int | None] = None

    @strawberry.field(
        graphql_type=CatalogPriceRule | None,
        description="The rule as it is stored now; null when the mutation was refused.",
    )
    async def catalog_price_rule(self, info: Info) -> Any:
        return None if self.rule_key is None else await info.context.load(reads.rules_by_id, self.rule_key)


@strawberry.type(description="Result of creating a catalog price rule.")
class CatalogPriceRuleCreatePayload(CatalogPriceRulePayload):
    pass


@strawberry.type(description="Result of updating a catalog price rule.")
class CatalogPriceRuleUpdatePayload(CatalogPriceRulePayload):
    pass


@strawberry.type(description="Result of deleting a catalog price rule.")
class CatalogPriceRuleDeletePayload(Payload):
    deleted_catalog_price_rule_id: strawberry.ID | None = strawberry.field(
        description="The rule that was deleted; null when the mutation was refused.", default=None
    )
