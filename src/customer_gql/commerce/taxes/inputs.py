"""What staff send to manage taxes."""

from decimal import Decimal
from typing import Final

import strawberry

from customer_gql.graph.fields import column
from customer_gql.graph.payloads import EXPECTED_VERSION
from customer_gql.shop.groups.tables import TaxClassKind

_NAME: Final = "Name of at most 64 characters, unique whatever its case."
_COUNTRY: Final = "ISO 3166-1 code of the country."
_REGION: Final = "Code or name of the state or province; null for the whole country."
_POSTCODE: Final = "One postcode, a start such as `902*`, or a range such as `90000-90999`; null for any."
_PERCENT: Final = "Percentage of the amount, from 0 to 100, with at most 4 decimals."
_PRIORITY: Final = "Rules of one priority add up; those of a later one are taken of the amount with the tax before."
_CUSTOMERS: Final = "Ids of tax classes of the kind `CUSTOMER`, at least one."
_PRODUCTS: Final = "Ids of tax classes of the kind `PRODUCT`, at least one."
_RATES: Final = "Ids of tax rates, at least one; the closest to the address applies."


@strawberry.input(description="A new tax class.")
class TaxClassCreateInput:
    name: str = column(_NAME)
    kind: TaxClassKind = column("What it is for; that never changes.")


@strawberry.input(description="Changes of a tax class.")
class TaxClassUpdateInput:
    id: strawberry.ID = column("Id of the tax class.")
    name: strawberry.Maybe[str] = column(_NAME)
    expected_version: int | None = strawberry.field(description=EXPECTED_VERSION, default=None)


@strawberry.input(description="Tax class to delete.")
class TaxClassDeleteInput:
    id: strawberry.ID = column("Id of the tax class.")


@strawberry.input(description="A new tax rate.")
class TaxRateCreateInput:
    code: str = column(_NAME)
    country_code: str = column(_COUNTRY)
    percent: Decimal = column(_PERCENT)
    region: str | None = strawberry.field(description=_REGION, default=None)
    postcode: str | None = strawberry.field(description=_POSTCODE, default=None)


@strawberry.input(description="Changes of a tax rate. What is left out keeps its value.")
class TaxRateUpdateInput:
    id: strawberry.ID = column("Id of the rate.")
    code: strawberry.Maybe[str] = column(_NAME)
    country_code: strawberry.Maybe[str] = column(_COUNTRY)
    region: strawberry.Maybe[str | None] = column(_REGION)
    postcode: strawberry.Maybe[str | None] = column(_POSTCODE)
    percent: strawberry.Maybe[Decimal] = column(_PERCENT)
    expected_version: int | None = strawberry.field(description=EXPECTED_VERSION, default=None)


@strawberry.input(description="Tax rate to delete.")
class TaxRateDeleteInput:
    id: strawberry.ID = column("Id of the rate.")


@strawberry.input(description="A new tax rule.")
class TaxRuleCreateInput:
    code: str = column(_NAME)
    customer_class_ids: list[strawberry.ID] = column(_CUSTOMERS)
    product_class_ids: list[strawberry.ID] = column(_PRODUCTS)
    rate_ids: list[strawberry.ID] = column(_RATES)
    priority: int = strawberry.field(description=_PRIORITY, default=0)


@strawberry.input(description="Changes of a tax rule. What is left out keeps its value.")
class TaxRuleUpdateInput:
    id: strawberry.ID = column("Id of the rule.")
    code: strawberry.Maybe[str] = column(_NAME)
    priority: strawberry.Maybe[int] = column(_PRIORITY)
    customer_class_ids: strawberry.Maybe[list[strawberry.ID]] = column(_CUSTOMERS)
    product_class_ids: strawberry.Maybe[list[strawberry.ID]] = column(_PRODUCTS)
    rate_ids: strawberry.Maybe[list[strawberry.ID]] = column(_RATES)
    expected_version: int | None = strawberry.field(description=EXPECTED_VERSION, default=None)


@strawberry.input(description="Tax rule to delete.")
class TaxRuleDeleteInput:
    id: strawberry.ID = column("Id of the rule.")
