from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, Text, any_, bindparam, or_, select

from customer_gql.core.errors import BadInput, Refusal, UserErrorCode
from customer_gql.core.viewer import Websites
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Row, compile_statement, fetch_one, fetch_rows
from customer_gql.loading.coalescing import read_coalesced
from customer_gql.loading.kept_answers import read_kept
from customer_gql.loading.reader import Reader
from customer_gql.loading.reads import all_by, one_by

from .tables import store, store_view, website

websites_by_id = one_by(select(website), website.c.id)
stores_by_id = one_by(select(store), store.c.id)
stores_by_website = all_by(select(store).order_by(store.c.id), store.c.website_id)
_views = select(store_view, store.c.website_id, website.c.currency).select_from(store_view.join(store).join(website))
store_views_by_id = one_by(_views, store_view.c.id)
_active = store_view.c.is_active
active_store_views_by_id = one_by(_views.where(_active), store_view.c.id)
active_store_views_by_store = all_by(_views.where(_active).order_by(store_view.c.id), store_view.c.store_id)
active_store_views_by_website = all_by(_views.where(_active).order_by(store_view.c.id), store.c.website_id)
store_views_by_store = all_by(_views.order_by(store_view.c.id), store_view.c.store_id)
store_views_by_website = all_by(_views.order_by(store_view.c.id), store.c.website_id)
_by_id = select(website).where(website.c.id == bindparam("id", type_=BigInteger()))
_WEBSITE: Final = compile_statement(_by_id)
# Conflicts with the lock that a change of the currency takes, and with nothing else.
_KEPT_WEBSITE: Final = compile_statement(_by_id.with_for_update(key_share=True, read=True))
ALL_WEBSITES = compile_statement(select(website).order_by(website.c.id))
KEPT_WEBSITES = compile_statement(select(website).order_by(website.c.id).with_for_update(key_share=True, read=True))
"""All of them, whose currency cannot change until the transaction ends."""

WEBSITE_NOT_FOUND: Final = Refusal("website.not_found", "There is no such website.", UserErrorCode.NOT_FOUND)
STORE_NOT_FOUND: Final = Refusal("store.not_found", "There is no such store.", UserErrorCode.NOT_FOUND)
STORE_VIEW_NOT_FOUND: Final = Refusal("store_view.not_found", "There is no such store view.", UserErrorCode.NOT_FOUND)


async def find_website(
    connection: Connection, website_id: int, *, websites: Websites, keep_currency: bool = False
) -> Row:
    """The website an input names in `websiteId`, or the refusal; one outside of `websites` is unknown. With `keep_currency` the
    currency cannot change until the transaction ends."""
    found = await fetch_one(connection, _KEPT_WEBSITE if keep_currency else _WEBSITE, id=website_id)
    if found is None or (websites is not None and website_id not in websites):
        raise WEBSITE_NOT_FOUND(path=["websiteId"])
    return found


async def find_store_view(connection: Connection, store_view_id: int, *, websites: Websites) -> Row:
    """The store view an input names in `storeViewId`, with its `website_id`, or the refusal; one of a website outside of
    `websites` is unknown."""
    found = await fetch_one(connection, _views.where(store_view.c.id == store_view_id))
    if found is None or (websites is not None and found.website_id not in websites):
        raise STORE_VIEW_NOT_FOUND(path=["storeViewId"])
    return found


_DEFAULT_VIEWS = compile_statement(
    select(store.c.website_id, store_view.c.id)
    .join_from(store, store_view)
    .where(
        store.c.is_default,
        store_view.c.is_default,
        store.c.website_id == any_(bindparam("website_ids", type_=ARRAY(BigInteger()))),
    )
)


async def find_default_views(connection: Connection, website_ids: Collection[int]) -> dict[int, int]:
    """The default store view of each of the websites that has one."""
    rows = await fetch_rows(connection, _DEFAULT_VIEWS, website_ids=list(website_ids))
    return {row.website_id: row.id for row in rows}


UNKNOWN_STORE_VIEW: Final = "X-Store-View names no store view of this shop."
_websites_by_view = one_by(
    select(store_view.c.code, store.c.website_id).select_from(store_view.join(store)).where(_active), store_view.c.code
)
_code: Any = bindparam("code", type_=Text())
_website: Any = bindparam("website_id", type_=BigInteger())
_REQUESTED_VIEW = compile_statement(
    select(store_view, store.c.website_id, website.c.name.label("website_name"))
    .select_from(store_view.join(store).join(website))
    .where(
        _active,
        or_(
            store_view.c.code == _code,
            _code.is_(None)
            & or_(website.c.id == _website, _website.is_(None) & website.c.is_default)
            & store.c.is_default
            & store_view.c.is_default,
        ),
    )
)


async def find_requested_view(connection: Connection, code: str | None, *, website_id: int | None = None) -> Row:
    """The store view a storefront names in `X-Store-View`, with its website.

    Without a name the default one of the website, or of the default website.
    """
    found = await fetch_one(connection, _REQUESTED_VIEW, code=code, website_id=website_id)
    if found is None:
        raise BadInput(UNKNOWN_STORE_VIEW)
    return found


async def find_website_of_view(database: Database, code: str) -> int | None:
    """The website of a store view; every request that names one asks for it."""

    async def read() -> int | None:
        found = await read_coalesced(database, _websites_by_view, code)
        return None if found is None else found.website_id

    return await read_kept(database, ("website_of_view", code), read)


_default_website = one_by(select(website.c.is_default, website.c.id), website.c.is_default)


async def find_website_of_shopper(reader: Reader, code: str | None) -> int:
    """The website that a request of the storefront is about: that of the account, else that of the store view it names, else
    the default one."""
    if reader.viewer.website_id is not None:
        return reader.viewer.website_id
    if code is None:
        return (await reader.load(_default_website, True)).id
    found = await reader.load(_websites_by_view, code)
    if found is None:
        raise BadInput(UNKNOWN_STORE_VIEW)
    return found.website_id
