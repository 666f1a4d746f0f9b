from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from customer_gql.database.statements import Connection, fetch_value
from customer_gql.shop.websites.uses import Use

from .tables import product_price, product_tier_price


async def find_tiers_of_group(connection: Connection, group_id: int) -> Sequence[str]:
    tier = product_tier_price.c
    found = await fetch_value(connection, select(tier.id).where(tier.group_id == group_id).limit(1))
    return [] if found is None else ["tier prices"]


GROUP_USES: Final = (find_tiers_of_group,)
WEBSITE_USES: Final = (
    Use("prices of products", product_price.c.website_id, fixes_currency=True),
    Use("tier prices", product_tier_price.c.website_id, fixes_currency=True),
)
