"""Changes of what a shopper looked at and compared: each under the lock of the shopper's row (docs/domain/comparisons.md#comparisons-2)."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson
from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.commerce.carts.reads import fetch_by_keys
from customer_gql.commerce.carts.writes import PRODUCT_NOT_FOUND
from customer_gql.commerce.catalog.reads import products_by_website_and_sku
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import CollectedErrors
from customer_gql.core.text import normalize_text
from customer_gql.customers.accounts.sign_in.hooks import SignInFacts
from customer_gql.database.statements import (
    Connection,
    Row,
    delete_rows,
    execute_statement,
    fetch_one,
    update_rows,
)
from customer_gql.security.tokens import hash_token

from .reads import KEPT, BrowsedProduct, read_lists
from .tables import LISTS, customer_browsing, visitor_browsing

Lists: TypeAlias = Mapping[str, Sequence[BrowsedProduct]]


@dataclass(frozen=True, slots=True)
class BrowsingShopper:
    """Whose row of which table."""

    of: Table
    key: Mapping[str, Any]

    async def lock_row(self, connection: Connection) -> Row | None:
        named = [self.of.c[name] == value for name, value in self.key.items()]
        return await fetch_one(connection, select(self.of).where(*named).with_for_update())


def customer_shopper(customer_id: int) -> BrowsingShopper:
    return BrowsingShopper(customer_browsing, {"customer_id": customer_id})


def visitor_shopper(token: str) -> BrowsingShopper:
    return BrowsingShopper(visitor_browsing, {"token_hash": hash_token(token)})


async def find_products(
    connection: Connection, website_id: int, skus: Sequence[str], *, path: Sequence[str] | None = None
) -> list[int]:
    """Products that are sold on the website, in the order of the SKUs. `path` is where a single one stands. Raises `RuleErrors`."""
    keys = [(website_id, normalize_text(sku)) for sku in skus]
    found = await fetch_by_keys(connection, products_by_website_and_sku, sorted(set(keys)))
    refused = CollectedErrors()
    for place, key in enumerate(keys):
        with refused.collecting():
            if found[key] is None:
                raise PRODUCT_NOT_FOUND(path=path or ["skus", str(place)])
    refused.raise_collected()
    return [found[key].id for key in keys]


async def add_products(
    connection: Connection, shopper: BrowsingShopper, names: Iterable[str], product_ids: Sequence[int]
) -> None:
    """To the beginning of these lists; what is there already moves there."""
    now, into = read_clock().isoformat(), set(names)
    given = [BrowsedProduct(id, now) for id in reversed(product_ids)]

    def edit(lists: Lists) -> Lists:
        return {name: merge_lists(given, lists[name]) if name in into else lists[name] for name in LISTS}

    await _change(connection, shopper, edit)


async def remove_products(
    connection: Connection, shopper: BrowsingShopper, product_ids: Sequence[int] | None = None
) -> None:
    """From what is being compared, or all of that; it stays among what was compared."""
    gone = None if product_ids is None else set(product_ids)

    def edit(lists: Lists) -> Lists:
        kept = [one for one in lists["listed"] if gone is not None and one.product_id not in gone]
        return {**lists, "listed": kept}

    await _change(connection, shopper, edit)


async def join_visitor(connection: Connection, signed_in: SignInFacts) -> None:
    """What a visitor did is the customer's from the sign-in on."""
    if signed_in.visitor is None:
        return
    visitor = visitor_shopper(signed_in.visitor)
    row = await visitor.lock_row(connection)
    if row is None:
        return
    given = read_lists(row)

    def edit(lists: Lists) -> Lists:
        return {name: merge_lists(given[name], lists[name]) for name in LISTS}

    await _change(connection, customer_shopper(signed_in.customer_id), edit)
    await delete_rows(connection, visitor.of, visitor.key)


def merge_lists(*lists: Iterable[BrowsedProduct]) -> list[BrowsedProduct]:
    """Each product once, at its newest time, newest first; of equal times in the given order."""
    every = [one for given in lists for one in given]
    newest = dict[int, BrowsedProduct]()
    for one in sorted(every, key=lambda one: dt.datetime.fromisoformat(one.at), reverse=True):
        newest.setdefault(one.product_id, one)
    return list(newest.values())[:KEPT]


async def _change(connection: Connection, shopper: BrowsingShopper, edit: Callable[[Lists], Lists]) -> None:
    made = upsert(shopper.of).values(**shopper.key, updated_at=read_clock())
    await execute_statement(connection, made.on_conflict_do_nothing(index_elements=list(shopper.key)))
    row = await shopper.lock_row(connection)
    if row is None:  # a visitor who signed in meanwhile
        return
    lists = edit(read_lists(row))
    stored = {name: orjson.dumps([one._asdict() for one in lists[name]]).decode() for name in LISTS}
    await update_rows(connection, shopper.of, shopper.key, {**stored, "updated_at": read_clock()})
