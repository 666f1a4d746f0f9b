import datetime as dt
from typing import Annotated, Any, Final

import strawberry

from customer_gql.commerce.catalog.reads import products_by_website_and_sku
from customer_gql.core.ids import decode_id
from customer_gql.core.permissions import Permission
from customer_gql.core.text import normalize_text
from customer_gql.graph.context import Info
from customer_gql.graph.roots import admin_field
from customer_gql.shop.groups.tables import NOT_LOGGED_IN
from customer_gql.shop.settings.time_zones import find_local_date, load_time_zone

from .prices import explain_price
from .reads import price_facts_by_product
from .types import PriceExplanation, Quantity, show_explanation, validate_quantity


@strawberry.type
class PricingAdminQuery:
    @admin_field(
        permission=Permission.PRICING_MANAGE,
        graphql_type=PriceExplanation | None,
        description="Every price that applies to a product, and the one that is charged; null when it is not sold on the website, "
        "or the viewer's role does not reach the website.",
    )
    async def price_explain(
        self,
        info: Info,
        sku: Annotated[str, strawberry.argument(description="Stock keeping unit of the product.")],
        website_id: Annotated[strawberry.ID, strawberry.argument(description="Id of the website.")],
        group_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Id of the customer group; that of guests by default."),
        ] = None,
        quantity: Quantity = 1,
        at: Annotated[
            dt.datetime | None,
            strawberry.argument(description="Time whose day in the time zone of the website decides; now by default."),
        ] = None,
    ) -> Any:
        context, website = info.context, decode_id(website_id, "web")
        group = NOT_LOGGED_IN if group_id is None else decode_id(group_id, "grp")
        validate_quantity(quantity)
        if not context.viewer.reaches(website):
            return None
        sold = await context.load(products_by_website_and_sku, (website, normalize_text(sku)))
        if sold is None:
            return None
        on = find_local_date(await load_time_zone(context, website), at)
        facts = await context.load(price_facts_by_product, sold.id, website=website, group=group, on=on)
        explained = explain_price(facts, quantity)
        return None if explained is None else show_explanation(explained, facts[0].currency)


ADMIN_QUERIES: Final = (PricingAdminQuery,)
