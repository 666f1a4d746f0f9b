import asyncio
from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.errors import BadInput
from customer_gql.core.text import normalize_text
from customer_gql.graph.context import Context, Info
from customer_gql.graph.grids.types import grid_field
from customer_gql.graph.roots import open_field
from customer_gql.shop.websites.reads import find_website_of_shopper

from .reads import products_by_website_and_sku
from .types import PRODUCT_GRID, Product

MAX_SKUS: Final = 100
_HERE: Final = "of the website of `X-Store-View`, or of the account that is signed in"


@strawberry.type
class ProductQuery:
    @open_field(
        graphql_type=Product | None,
        description=f"The product with this SKU {_HERE}; null when none is sold there under it.",
    )
    async def product(
        self, info: Info, sku: Annotated[str, strawberry.argument(description="Stock keeping unit, in its own case.")]
    ) -> Any:
        return await _find_product(info.context, sku)

    @open_field(
        graphql_type=list[Product | None],
        assumed=MAX_SKUS,
        description=f"The products with these SKUs {_HERE}, in the same order; null where none is sold there under it.",
    )
    async def products_by_sku(
        self,
        info: Info,
        skus: Annotated[list[str], strawberry.argument(description=f"At most {MAX_SKUS} stock keeping units.")],
    ) -> list[Any]:
        if len(skus) > MAX_SKUS:
            raise BadInput(f"skus: ask for at most {MAX_SKUS} at once, not {len(skus)}.", argument=["skus"])
        return await asyncio.gather(*[_find_product(info.context, sku) for sku in skus])


async def _find_product(context: Context, sku: str) -> Any:
    website_id = await find_website_of_shopper(context, context.caller.store_view)
    return await context.load(products_by_website_and_sku, (website_id, normalize_text(sku)))


@strawberry.type
class ProductAdminQuery:
    products: PRODUCT_GRID.connection | None = grid_field(  # pyright: ignore
        PRODUCT_GRID,
        description="Products of all websites: a grid with filter, search, sort and facets.",
    )


QUERIES: Final = (ProductQuery,)
ADMIN_QUERIES: Final = (ProductAdminQuery,)
