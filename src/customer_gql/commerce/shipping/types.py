from decimal import Decimal
from typing import Any

import strawberry

from customer_gql.core.ids import encode_id
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.scalars import Money, money
from customer_gql.shop.websites.reads import websites_by_id
from customer_gql.shop.websites.types import Website


@strawberry.type(description="A rate of the table by which a website computes what shipping costs.")
class ShippingTableRate:
    country_code: str | None = column("ISO 3166-1 code of the country; null for every country.")
    region: str | None = column("ISO 3166-2 code of the state or province; null for every one.")
    postcode: str | None = column(
        "One postcode, a start such as `902*`, or a range such as `90000-90999`; null for any."
    )
    minimum: Decimal = column("Weight, subtotal or number of items from which the rate applies.")
    price: Money = money("What shipping costs.", amount="price")
    website: Website = loaded(websites_by_id, key="website_id", description="Website whose table it is in.")

    @strawberry.field(description="Id of the rate. Starts with `str_`. Replacing the table gives its rates other ids.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("str", self.id))
