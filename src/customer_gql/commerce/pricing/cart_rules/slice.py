from collections.abc import Sequence
from typing import Final

from sqlalchemy import any_, literal, select

from customer_gql.database.statements import Connection, fetch_value
from customer_gql.shop.websites.uses import Use

from .tables import cart_price_rule


async def find_rules_of_group(connection: Connection, group_id: int) -> Sequence[str]:
    rule = cart_price_rule.c
    found = select(rule.id).where(literal(group_id, rule.id.type) == any_(rule.group_ids)).limit(1)
    return [] if await fetch_value(connection, found) is None else ["cart price rules"]


GROUP_USES: Final = (find_rules_of_group,)
WEBSITE_USES: Final = (Use("cart price rules", cart_price_rule.c.website_ids, fixes_currency=True),)
