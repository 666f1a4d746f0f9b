from collections.abc import Awaitable, Collection, Sequence
from typing import Any, Final

from sqlalchemy import Text, bindparam, func, select

from customer_gql.customers.profile.sharing import accounts_are_shared
from customer_gql.database.statements import Connection, fetch_rows
from customer_gql.loading.grids.search import matches_search, search_document, search_query
from customer_gql.loading.pages import Page, Pages, Sort, Window
from customer_gql.loading.reads import capped_by, one_by
from customer_gql.shop.countries.options import COUNTRIES, parse_countries
from customer_gql.shop.settings.reads import setting
from customer_gql.shop.websites.reads import ALL_WEBSITES

from .tables import address

MAX_LISTED: Final = 100
"""Addresses of a list without pages."""

addresses_by_id = one_by(select(address), address.c.customer_id, address.c.id)
addresses_by_customer = capped_by(select(address).order_by(address.c.id), MAX_LISTED, address.c.customer_id)
billing_addresses_by_customer = one_by(select(address).where(address.c.is_default_billing), address.c.customer_id)
shipping_addresses_by_customer = one_by(select(address).where(address.c.is_default_shipping), address.c.customer_id)

# A customer has few addresses compared with a shop, so that the primary key finds them and their documents are made here.
_TEXTS: Final = (
    func.concat_ws(" ", address.c.first_name, address.c.middle_name, address.c.last_name),
    address.c.company,
    func.concat_ws(" ", address.c.city, address.c.region),
    func.array_to_string(address.c.street, " "),
)
_DOCUMENT: Final = search_document(
    words=[func.fold_text(text, type_=Text()) for text in _TEXTS],
    postcodes=(func.fold_text(address.c.postcode, type_=Text()),),
    telephone=address.c.telephone_e164,
)
_OLDEST_FIRST: Final = Sort("OLDEST", (address.c.id,))
_BOOKS: Final = Pages(select(address), address.c.customer_id, sort=_OLDEST_FIRST)
_SEARCHED_BOOKS: Final = Pages(
    select(address).where(matches_search(_DOCUMENT, bindparam("search", type_=Text()))),
    address.c.customer_id,
    sort=_OLDEST_FIRST,
)


def load_address_book(context: Any, customer_id: int, window: Window, *, search: str | None) -> Awaitable[Page]:
    """A page of the address book, oldest first; raises `BadInput` for a search without words."""
    if search is None:
        return _BOOKS.load(context, customer_id, window)
    return _SEARCHED_BOOKS.load(context, customer_id, window, search=search_query(search))


async def allowed_countries(connection: Connection, website_id: int) -> Collection[str]:
    """Codes of the countries a website accepts; an empty collection accepts every country.

    Where accounts are shared, an address has to serve on every website (docs/domain/addresses.md#addresses-8).
    """
    is_shared = await accounts_are_shared(connection)
    websites = [row.id for row in await fetch_rows(connection, ALL_WEBSITES)] if is_shared else [website_id]
    return combine_countries([await setting(connection, COUNTRIES, website_id=id) for id in websites])


def combine_countries(settings: Sequence[str]) -> Collection[str]:
    """What the lists of several websites accept together."""
    lists = [parse_countries(listed) for listed in settings]
    return frozenset(code for listed in lists for code in listed) if all(lists) else frozenset()
