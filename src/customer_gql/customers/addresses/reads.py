from collections.abc import Collection

from sqlalchemy import select

from customer_gql.customers.profile.sharing import accounts_are_shared
from customer_gql.database.statements import Connection, fetch_rows
from customer_gql.loading.reads import all_by, one_by
from customer_gql.shop.settings.reads import setting
from customer_gql.shop.websites.reads import ALL_WEBSITES

from .settings import COUNTRIES, parse_countries
from .tables import address

MAX_ADDRESSES = 100

addresses_by_id = one_by(select(address), address.c.customer_id, address.c.id)
addresses_by_customer = all_by(select(address).order_by(address.c.id), address.c.customer_id)
billing_addresses_by_customer = one_by(select(address).where(address.c.is_default_billing), address.c.customer_id)
shipping_addresses_by_customer = one_by(select(address).where(address.c.is_default_shipping), address.c.customer_id)


async def allowed_countries(connection: Connection, website_id: int) -> Collection[str]:
    """Codes of the countries a website accepts; an empty collection accepts every country.

    Where accounts are shared, an address has to serve on every website (docs/domain/addresses.md#addresses-8).
    """
    is_shared = await accounts_are_shared(connection)
    websites = [row.id for row in await fetch_rows(connection, ALL_WEBSITES)] if is_shared else [website_id]
    lists = [parse_countries(await setting(connection, COUNTRIES, website_id=id)) for id in websites]
    return frozenset().union(*lists) if all(lists) else frozenset()
