import asyncio
from decimal import Decimal
from typing import Any

import strawberry

from customer_gql.core.ids import encode_id
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.grids.types import extend_node
from customer_gql.graph.payloads import Payload
from customer_gql.shop.groups.reads import tax_classes_by_id
from customer_gql.shop.groups.types import TaxClass

from . import reads

_VERSION = "Version, which increases with every change. Pass it as `expectedVersion` in an edit."
_AS_STORED = "as it is stored now; null when the mutation was refused."
_GONE = "that was deleted; null when the mutation was refused."


@strawberry.type
class TaxClassSection:
    version: int = column(_VERSION, admin=True)


extend_node(TaxClass, TaxClassSection)


@strawberry.type(description="A tax rate of a place.")
class TaxRate:
    code: str = column("Name, unique whatever its case; shown with the tax.")
    version: int = column(_VERSION)
    country_code: str = column("ISO 3166-1 code of the country.")
    region: str | None = column("ISO 3166-2 code of the state or province; null for the whole country.")
    postcode: str | None = column(
        "One postcode, a start such as `902*`, or a range such as `90000-90999`; null for any."
    )
    percent: Decimal = column("Percentage of the amount.")

    @strawberry.field(description="Id of the rate. Starts with `txr_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("txr", self.id))


@strawberry.type(
    description="A rule that says which rates apply to which purchases. Of each rule the rate of the closest place applies."
)
class TaxRule:
    code: str = column("Name, unique whatever its case.")
    version: int = column(_VERSION)
    priority: int = column(
        "Rules of one priority add up; those of a later one are taken of the amount with the tax before."
    )

    @strawberry.field(description="Id of the rule. Starts with `txu_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("txu", self.id))

    @strawberry.field(
        graphql_type=list[TaxClass], description="Tax classes of customers it is for.", metadata={"assumed": 3}
    )
    async def customer_classes(self: Any, info: Info) -> list[Any]:
        return await _load_all(info, tax_classes_by_id, self.customer_class_ids)

    @strawberry.field(
        graphql_type=list[TaxClass], description="Tax classes of products it is for.", metadata={"assumed": 3}
    )
    async def product_classes(self: Any, info: Info) -> list[Any]:
        return await _load_all(info, tax_classes_by_id, self.product_class_ids)

    @strawberry.field(
        graphql_type=list[TaxRate], description="Rates of which the closest applies.", metadata={"assumed": 50}
    )
    async def rates(self: Any, info: Info) -> list[Any]:
        return await _load_all(info, reads.rates_by_id, self.rate_ids)


async def _load_all(info: Info, read: Any, ids: list[int]) -> list[Any]:
    found = await asyncio.gather(*[info.context.load(read, id) for id in ids])
    return [row for row in found if row is not None]


@strawberry.type(description="Result of a mutation of a tax class.")
class TaxClassPayload(Payload):
    class_key: strawberry.Private[int | None] = None

    @strawberry.field(graphql_type=TaxClass | None, description=f"The tax class {_AS_STORED}")
    async def tax_class(self, info: Info) -> Any:
        return None if self.class_key is None else await info.context.load(tax_classes_by_id, self.class_key)


@strawberry.type(description="Result of a mutation of a tax rate.")
class TaxRatePayload(Payload):
    rate_key: strawberry.Private[int | None] = None

    @strawberry.field(graphql_type=TaxRate | None, description=f"The rate {_AS_STORED}")
    async def tax_rate(self, info: Info) -> Any:
        return None if self.rate_key is None else await info.context.load(reads.rates_by_id, self.rate_key)


@strawberry.type(description="Result of a mutation of a tax rule.")
class TaxRulePayload(Payload):
    rule_key: strawberry.Private[int | None] = None

    @strawberry.field(graphql_type=TaxRule | None, description=f"The rule {_AS_STORED}")
    async def tax_rule(self, info: Info) -> Any:
        return None if self.rule_key is None else await info.context.load(reads.rules_by_id, self.rule_key)


@strawberry.type(description="Result of creating a tax class.")
class TaxClassCreatePayload(TaxClassPayload):
    pass


@strawberry.type(description="Result of updating a tax class.")
class TaxClassUpdatePayload(TaxClassPayload):
    pass


@strawberry.type(description="Result of deleting a tax class.")
class TaxClassDeletePayload(Payload):
    deleted_tax_class_id: strawberry.ID | None = strawberry.field(description=f"The tax class {_GONE}", default=None)


@strawberry.type(description="Result of creating a tax rate.")
class TaxRateCreatePayload(TaxRatePayload):
    pass


@strawberry.type(description="Result of updating a tax rate.")
class TaxRateUpdatePayload(TaxRatePayload):
    pass


@strawberry.type(description="Result of deleting a tax rate.")
class TaxRateDeletePayload(Payload):
    deleted_tax_rate_id: strawberry.ID | None = strawberry.field(description=f"The rate {_GONE}", default=None)


@strawberry.type(description="Result of creating a tax rule.")
class TaxRuleCreatePayload(TaxRulePayload):
    pass


@strawberry.type(description="Result of updating a tax rule.")
class TaxRuleUpdatePayload(TaxRulePayload):
    pass


@strawberry.type(description="Result of deleting a tax rule.")
class TaxRuleDeletePayload(Payload):
    deleted_tax_rule_id: strawberry.ID | None = strawberry.field(description=f"The rule {_GONE}", default=None)
