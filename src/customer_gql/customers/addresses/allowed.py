"""Countries a shop takes addresses in: those of the website, or of all websites where accounts are shared (docs/domain/addresses.md#addresses-8)."""

from typing import Final

from customer_gql.customers.profile.sharing import accounts_are_shared
from customer_gql.database.statements import Connection, fetch_rows
from customer_gql.shop.settings.declaration import WEBSITE, Setting
from customer_gql.shop.settings.reads import setting
from customer_gql.shop.websites.reads import ALL_WEBSITES

COUNTRIES: Final = Setting(
    "addresses.countries", "", WEBSITE, "Two-letter codes of the countries allowed, parted by `,`; empty allows all."
)


async def allowed_countries(connection: Connection, website_id: int) -> frozenset[str]:
    """Codes of the countries; none for every country there is."""
    is_shared = await accounts_are_shared(connection)
    websites = [row.id for row in await fetch_rows(connection, ALL_WEBSITES)] if is_shared else [website_id]
    lists = [_parse_codes(await setting(connection, COUNTRIES, website_id=id)) for id in websites]
    return frozenset().union(*lists) if all(lists) else frozenset()


def _parse_codes(listed: str) -> frozenset[str]:
    return frozenset(code.strip().upper() for code in listed.split(",") if code.strip())
