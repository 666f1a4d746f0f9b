import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Annotated, Any, Final

import strawberry

from customer_gql.commerce.catalog.tables import ProductType
from customer_gql.core.actor import actor_of
from customer_gql.core.permissions import Permission
from customer_gql.database.statements import Connection
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, DryRun, admin_mutation
from customer_gql.graph.strict_scalars import BigInt
from customer_gql.staff.audit.writes import record_staff_event

from .engine import MAX_ROWS, GivenRow, Judged, refuse_row_count
from .prices import MAX_TIERS, GivenPrices, GivenTier, read_price_row, sync_prices
from .products import MAX_EXTERNAL_ID, MAX_NAME, MAX_SKU, GivenProduct, read_product_row, sync_products
from .stock import MAX_STOCK, GivenStock, read_stock_row, sync_stock
from .types import SyncPayload, count_outcomes, show_results

_VERSION: Final = "Version that the program gives: a higher one replaces the whole row, an equal one changes nothing, and a lower one is `STALE`."
_SYNC: Final = (
    f"1 to {MAX_ROWS:,} rows, else `REQUIRED` and `TOO_MANY`. Every row is taken or refused by itself, and has the outcome that it "
    "would have if the rows came one by one; repeating a call changes nothing. Only for all websites. Writes the history of staff."
)


@strawberry.input(description="Base price of a product.")
class ProductPriceInput:
    amount: Decimal = column("Amount, zero or more.")
    currency: str = column("ISO 4217 code of the currency of a website.")


@strawberry.input(description="A product, as the catalog of the shop knows it.")
class ProductSyncRow:
    external_id: str = column(f"Key of the product in the catalog, at most {MAX_EXTERNAL_ID} characters.")
    source_version: BigInt = column(_VERSION)
    sku: str = column(f"Stock keeping unit, at most {MAX_SKU} characters.")
    name: str = column(f"Name, at most {MAX_NAME} characters.")
    type: ProductType = strawberry.field(description="Kind of the product.", default=ProductType.SIMPLE)
    tax_class: str | None = strawberry.field(
        description="Name of the tax class; without one it is not taxed.", default=None
    )
    websites: list[str] = strawberry.field(
        description="Codes of the websites on which it is sold.", default_factory=list
    )
    is_salable: bool = strawberry.field(description="Whether it can be bought.", default=True)
    price: ProductPriceInput | None = strawberry.field(
        description="Base price on websites of its currency. Without one it is sold only where it has a price of its own.",
        default=None,
    )
    is_deleted: bool = strawberry.field(
        description="Whether the catalog has it no more: it is sold nowhere then, and orders keep it.", default=False
    )


@strawberry.input(description="Products to take over.")
class ProductUpsertInput:
    rows: list[ProductSyncRow] = column(f"The rows, at most {MAX_ROWS:,}.")


@strawberry.input(description="Stock of a product, as the warehouse of the shop knows it.")
class ProductStockSyncRow:
    sku: str = column("Stock keeping unit of the product.")
    source_version: BigInt = column(_VERSION)
    quantity: int | None = strawberry.field(
        description=f"Quantity in stock, at most {MAX_STOCK:,}; null for stock that is not tracked.", default=None
    )
    is_in_stock: bool = strawberry.field(description="Whether it can be bought.", default=True)


@strawberry.input(description="Stock to take over.")
class ProductStockUpsertInput:
    rows: list[ProductStockSyncRow] = column(f"The rows, at most {MAX_ROWS:,}.")


@strawberry.input(description="Price from a quantity on. Give either `price` or `percent`.")
class TierPriceSyncRow:
    quantity: int = strawberry.field(
        description="Quantity of a line from which it applies; a price of a group is one from 1 on.", default=1
    )
    group: str | None = strawberry.field(description="Name of the customer group; null for all groups.", default=None)
    price: Decimal | None = strawberry.field(
        description="Price of a unit, zero or more, in the currency of the website.", default=None
    )
    percent: Decimal | None = strawberry.field(
        description="Percentage off the price of the product, above 0 and at most 100, with at most 3 decimals.",
        default=None,
    )


@strawberry.input(description="All prices of a product on a website, as the catalog of the shop knows them.")
class ProductPriceSyncRow:
    sku: str = column("Stock keeping unit of the product.")
    website: str = column("Code of the website. Amounts are in its currency.")
    source_version: BigInt = column(_VERSION)
    price: Decimal | None = strawberry.field(
        description="Base price on the website, zero or more; required unless the prices are withdrawn.", default=None
    )
    special_price: Decimal | None = strawberry.field(
        description="Special price, zero or more; null for none.", default=None
    )
    special_from: dt.date | None = strawberry.field(
        description="First day of the special price, by the time zone of the website; null for any.", default=None
    )
    special_until: dt.date | None = strawberry.field(
        description="Last day of the special price, by the time zone of the website; null for any.", default=None
    )
    tiers: list[TierPriceSyncRow] = strawberry.field(
        description=f"Tiers on the website, at most {MAX_TIERS}; they replace those before.", default_factory=list
    )
    is_deleted: bool = strawberry.field(
        description="Whether the product has no prices of its own on the website any more; the rest of the row is not read then.",
        default=False,
    )


@strawberry.input(description="Prices to take over.")
class ProductPriceUpsertInput:
    rows: list[ProductPriceSyncRow] = column(f"The rows, at most {MAX_ROWS:,}.")


Take = Callable[[Connection, Sequence[GivenRow]], Awaitable[Judged]]


@strawberry.type
class SyncAdminMutation:
    @admin_mutation(
        permission=Permission.COMMERCE_SYNC,
        all_websites=True,
        exclusive=True,
        cost_per=("rows", 2),
        description="Take over products of the catalog of the shop. A product that has the SKU and no external id yet becomes the one "
        f"that is sent. {_SYNC}",
    )
    async def product_upsert(
        self, info: Info, input: Annotated[ProductUpsertInput, INPUT], dry_run: DryRun = False
    ) -> SyncPayload:
        refuse_row_count(len(input.rows))
        rows = [read_product_row(_read_product(row)) for row in input.rows]
        return await _take_rows(info, "PRODUCTS_SYNCED", rows, sync_products, dry_run=dry_run)

    @admin_mutation(
        permission=Permission.COMMERCE_SYNC,
        all_websites=True,
        exclusive=True,
        cost_per=("rows", 2),
        description="Take over the prices of products on websites. Each row is all prices of one product on one website, tiers too; "
        f"tiers for all websites stay. A row of a product that has not come yet is refused, and can be sent again later. {_SYNC}",
    )
    async def product_price_upsert(
        self, info: Info, input: Annotated[ProductPriceUpsertInput, INPUT], dry_run: DryRun = False
    ) -> SyncPayload:
        refuse_row_count(len(input.rows))
        rows = [read_price_row(_read_prices(row)) for row in input.rows]
        return await _take_rows(info, "PRICES_SYNCED", rows, sync_prices, dry_run=dry_run)

    @admin_mutation(
        permission=Permission.COMMERCE_SYNC,
        all_websites=True,
        exclusive=True,
        cost_per=("rows", 2),
        description="Take over the stock of products. Limits of a purchase and orders ahead of a delivery stay as they are. A row of a "
        f"product that has not come yet is refused, and can be sent again later. {_SYNC}",
    )
    async def product_stock_upsert(
        self, info: Info, input: Annotated[ProductStockUpsertInput, INPUT], dry_run: DryRun = False
    ) -> SyncPayload:
        refuse_row_count(len(input.rows))
        rows = [
            read_stock_row(GivenStock(row.sku, row.source_version, row.quantity, row.is_in_stock)) for row in input.rows
        ]
        return await _take_rows(info, "STOCK_SYNCED", rows, sync_stock, dry_run=dry_run)


def _read_product(row: ProductSyncRow) -> GivenProduct:
    price = row.price
    return GivenProduct(
        row.external_id,
        row.source_version,
        row.sku,
        row.name,
        row.type,
        row.tax_class,
        row.websites,
        row.is_salable,
        None if price is None else price.amount,
        None if price is None else price.currency,
        row.is_deleted,
    )


def _read_prices(row: ProductPriceSyncRow) -> GivenPrices:
    return GivenPrices(
        row.sku,
        row.website,
        row.source_version,
        row.price,
        row.special_price,
        row.special_from,
        row.special_until,
        [GivenTier(tier.quantity, tier.group, tier.price, tier.percent) for tier in row.tiers],
        row.is_deleted,
    )


async def _take_rows(info: Info, kind: str, rows: Sequence[GivenRow], take: Take, *, dry_run: bool) -> SyncPayload:
    by = actor_of(info.context.viewer)
    async with info.context.transaction(dry_run=dry_run) as connection:
        judged = await take(connection, rows)
        if judged.accepted:
            counts: dict[str, Any] = {
                name: (None, count) for name, count in count_outcomes(judged.results).items() if count
            }
            await record_staff_event(connection, kind, by=by, changes=counts)
    return show_results(judged)


ADMIN_MUTATIONS: Final = (SyncAdminMutation,)
