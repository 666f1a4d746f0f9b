"""Wishlists that others see: those of a code, and public ones of an owner (docs/domain/wishlists.md#wishlists-10)."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, Text, bindparam, or_, select

from customer_gql.commerce.wishlists.reads import WISHLIST
from customer_gql.commerce.wishlists.tables import WishlistVisibility, wishlist, wishlist_code
from customer_gql.core.text import normalize_text, sort_key
from customer_gql.core.values.emails import normalize_email
from customer_gql.customers.profile.sharing import accounts_are_shared, email_scope
from customer_gql.customers.profile.tables import CustomerStatus, customer, customer_email
from customer_gql.database.statements import Connection, Row, compile_statement, fetch_one, fetch_row, fetch_rows

MOST_FOUND: Final = 50
_MOST_WORDS: Final = 8
_NOBODY: Final = 0

_shared = (
    WISHLIST.add_columns(customer.c.first_name.label("owner_first_name"), customer.c.website_id)
    .join(customer, customer.c.id == wishlist.c.customer_id)
    .where(customer.c.status == CustomerStatus.ACTIVE.value)
)
_website: Any = bindparam("website", type_=BigInteger())
_here: Final = or_(_website.is_(None), customer.c.website_id == _website)
_OF_CODE: Final = compile_statement(
    _shared.where(
        wishlist.c.customer_id == bindparam("owner", type_=BigInteger()),
        wishlist.c.id == bindparam("list", type_=BigInteger()),
        wishlist.c.sharing_code == bindparam("code", type_=Text()),
        _here,
    )
)
_public = _shared.where(wishlist.c.visibility == WishlistVisibility.PUBLIC.value, _here)
_newest = _public.order_by(wishlist.c.updated_at.desc(), wishlist.c.customer_id, wishlist.c.id).limit(MOST_FOUND)
_OF_OWNER: Final = compile_statement(_newest.where(wishlist.c.customer_id == bindparam("owner", type_=BigInteger())))
_OF_NAME: Final = compile_statement(
    _newest.where(customer.c.name_sort_key == bindparam("names", type_=ARRAY(Text())).any_())
)
_OWNER_OF_EMAIL: Final = compile_statement(
    select(customer_email.c.customer_id).where(
        customer_email.c.email_normalised == bindparam("email", type_=Text()),
        customer_email.c.scope == bindparam("scope", type_=BigInteger()),
        customer_email.c.reserved_until.is_(None),
    )
)


async def find_shared_list(connection: Connection, code: str, website_id: int) -> Row | None:
    """The list of a code; None for one that is unknown or withdrawn, and on a website where the owner has no account."""
    found = await fetch_row(connection, wishlist_code, {"code": code})
    if found is None:
        return None
    website = await _find_reach(connection, website_id)
    of_code = {"owner": found.customer_id, "list": found.wishlist_id, "code": code}
    return await fetch_one(connection, _OF_CODE, **of_code, website=website)


async def find_public_of_email(connection: Connection, email: str, website_id: int) -> list[Row]:
    """The same work whether there is such an account or not."""
    scope = await email_scope(connection, website_id)
    owner = await fetch_one(connection, _OWNER_OF_EMAIL, email=normalize_email(email), scope=scope)
    website = await _find_reach(connection, website_id)
    key = _NOBODY if owner is None else owner.customer_id
    return await fetch_rows(connection, _OF_OWNER, owner=key, website=website)


async def find_public_of_name(connection: Connection, name: str, website_id: int) -> list[Row]:
    """Of the whole name, whatever its case; which words are the first name, a reader cannot know."""
    words = normalize_text(name).split()[:_MOST_WORDS]
    pairs = [(" ".join(words[place:]), " ".join(words[:place])) for place in range(1, len(words))]
    names: Sequence[str] = [sort_key(last, first) for last, first in pairs]
    website = await _find_reach(connection, website_id)
    return await fetch_rows(connection, _OF_NAME, names=names, website=website)


async def _find_reach(connection: Connection, website_id: int) -> int | None:
    """The website whose accounts work here; None for all of them."""
    return None if await accounts_are_shared(connection) else website_id
