"""Staff replace and read the table of shipping rates of a website; roots of the admin endpoint."""

from decimal import Decimal
from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.ids import decode_id
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.permissions import Permission
from customer_gql.graph.connections import After, Before, Connection, First, Last, make_window
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, DryRun, admin_field, admin_mutation

from .reads import pages_of_table_rates
from .types import ShippingTableRate
from .writes import MOST_DECIMALS, MOST_RATES, GivenRate, replace_table_rates


@strawberry.input(description="A rate of the table of shipping rates.")
class ShippingTableRateInput:
    minimum: Decimal = column(
        f"Weight, subtotal or number of items from which the rate applies, at most {MOST_DECIMALS} decimals."
    )
    price: Decimal = column("What shipping costs, in the currency of the website.")
    country_code: str | None = strawberry.field(
        description="ISO 3166-1 code of the country; null for every country.", default=None
    )
    region: str | None = strawberry.field(
        description="Code or name of the state or province; null for every one.", default=None
    )
    postcode: str | None = strawberry.field(
        description="One postcode, a start such as `902*`, or a range such as `90000-90999`; null for any.",
        default=None,
    )


@strawberry.input(description="The whole table of shipping rates of a website.")
class ShippingTableRatesReplaceInput:
    website_id: strawberry.ID = column("Id of the website.")
    rates: list[ShippingTableRateInput] = column(f"All rates of the table, at most {MOST_RATES}; empty for none.")


@strawberry.type(description="The table after it was replaced.")
class ShippingTableRatesReplacePayload(Payload):
    rate_count: int | None = strawberry.field(description="Number of rates; null when refused.", default=None)


@strawberry.type
class ShippingAdminQuery:
    @admin_field(
        permission=Permission.CONFIGURATION_MANAGE,
        graphql_type=Connection[ShippingTableRate] | None,
        description="The table of shipping rates of a website, in the order in which it was given. Null for a website that is "
        "unknown or outside of the viewer's role.",
    )
    async def shipping_table_rates(
        self,
        info: Info,
        website_id: Annotated[strawberry.ID, strawberry.argument(description="Id of the website.")],
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        window, key = make_window(first, after, last, before), decode_id(website_id, "web")
        if not info.context.viewer.reaches(key):
            return None
        return await pages_of_table_rates.load(info.context, key, window)


@strawberry.type
class ShippingAdminMutation:
    @admin_mutation(
        permission=Permission.CONFIGURATION_MANAGE,
        description="Replace the table of shipping rates of a website. The method `table_rate` uses it where "
        "`shipping.table_rate_enabled` says so, by what `shipping.table_rate_by` says: of the rates whose place fits, the closest "
        "place, and there the highest minimum that is reached. `INVALID` with the place of each rate that does not fit; then "
        "nothing changes. Writes the history of staff. Undone by replacing it again.",
        cost_per=("rates", 1),
    )
    async def shipping_table_rates_replace(
        self, info: Info, input: Annotated[ShippingTableRatesReplaceInput, INPUT], dry_run: DryRun = False
    ) -> ShippingTableRatesReplacePayload:
        viewer, key = info.context.viewer, parse_input_id(input.website_id, "web", ["websiteId"])
        given = [
            GivenRate(rate.country_code, rate.region, rate.postcode, rate.minimum, rate.price) for rate in input.rates
        ]
        async with info.context.transaction(dry_run=dry_run) as connection:
            await replace_table_rates(connection, key, given, websites=viewer.website_ids, by=actor_of(viewer))
        return ShippingTableRatesReplacePayload(rate_count=len(given))


ADMIN_QUERIES: Final = (ShippingAdminQuery,)
ADMIN_MUTATIONS: Final = (ShippingAdminMutation,)
