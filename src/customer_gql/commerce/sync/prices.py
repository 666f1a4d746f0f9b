"""Prices of products on websites as the catalog of the shop sends them, by SKU and website (docs/domain/sync.md#sync-5)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import BigInteger, Date, Integer, Numeric, column as sql_column, delete, insert, select

from customer_gql.commerce.catalog.tables import product
from customer_gql.commerce.pricing.catalog_rules.rebuild import ask_for_rebuild
from customer_gql.commerce.pricing.tables import product_price, product_tier_price
from customer_gql.core.errors import CollectedErrors, Refusal, RuleError, RuleErrors, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.core.text import validate_line, value_is_required
from customer_gql.database.statements import (
    Connection,
    Row,
    Statement,
    compile_statement,
    equals_any,
    execute_statement,
    fetch_rows,
    given_rows,
)
from customer_gql.shop.groups.tables import customer_group
from customer_gql.shop.websites.tables import website

from .engine import Accepted, GivenRow, Judged, judge_rows, lock_known, remember_rows
from .products import MAX_NAME, MAX_SKU, WEBSITE_UNKNOWN, validate_price
from .stock import MAX_STOCK, PRODUCT_MISSING
from .tables import SyncKind

MAX_TIERS: Final = 100
_MAX_PERCENT: Final = 100
_PERCENT_DECIMALS: Final = 3
_MAX_CODE: Final = 64
_SPECIAL_DAYS_WRONG: Final = Refusal("sync.special_days_wrong", "The special price ends before it begins.")
_TOO_MANY_TIERS: Final = Refusal("sync.too_many_tiers", "Send at most {limit} tiers in a row.", UserErrorCode.TOO_MANY)
_TIER_QUANTITY_WRONG: Final = Refusal("sync.tier_quantity_wrong", "Enter a quantity from 1 to {limit}.")
_TIER_VALUE_WRONG: Final = Refusal("sync.tier_value_wrong", "Enter either a price or a percentage.")
_TIER_TWICE: Final = Refusal("sync.tier_twice", "Enter each quantity once for a group.")
_PERCENT_WRONG: Final = Refusal(
    "sync.percent_wrong", "Enter a percentage above 0, at most {limit}, with at most {digits} decimals."
)
_GROUP_UNKNOWN: Final = Refusal(
    "sync.group_unknown", "There is no customer group with the name {name}.", UserErrorCode.NOT_FOUND
)


class GivenTier(NamedTuple):
    """As a mutation takes it."""

    quantity: int
    group: str | None
    price: Decimal | None
    percent: Decimal | None


class GivenPrices(NamedTuple):
    """As a mutation takes it."""

    sku: str
    website: str
    source_version: int
    price: Decimal | None
    special_price: Decimal | None
    special_from: dt.date | None
    special_until: dt.date | None
    tiers: Sequence[GivenTier]
    is_deleted: bool


def read_price_row(given: GivenPrices) -> GivenRow:
    """The row in its normal form, with what is wrong with it by itself. Which amounts are right, the currency of the website
    tells later."""
    refused, sku, code = CollectedErrors(), given.sku[:MAX_SKU], given.website[:_MAX_CODE]
    content: dict[str, Any] = {"is_deleted": given.is_deleted}
    with refused.collecting():
        sku = validate_line(given.sku, ["sku"], MAX_SKU, required=True) or sku
    with refused.collecting():
        code = validate_line(given.website, ["website"], _MAX_CODE, required=True) or code
    if not given.is_deleted:
        with refused.collecting():
            content |= _read_prices(given)
        with refused.collecting():
            content["tiers"] = _read_tiers(given.tiers)
    errors: Sequence[RuleError] = ()
    try:
        refused.raise_collected()
    except RuleErrors as several:
        errors = several.errors
    return GivenRow(sku, given.source_version, content, errors, scope=code)


def _read_prices(given: GivenPrices) -> dict[str, Any]:
    first, last = given.special_from, given.special_until
    if given.price is None:
        raise value_is_required(["price"])
    if first is not None and last is not None and first > last:
        raise _SPECIAL_DAYS_WRONG(path=["specialUntil"])
    return {
        "price": _write_number(given.price),
        "special_price": _write_number(given.special_price),
        "special_from": None if first is None else first.isoformat(),
        "special_until": None if last is None else last.isoformat(),
    }


def _read_tiers(given: Sequence[GivenTier]) -> list[list[Any]]:
    """Sorted, since their order means nothing: of each the group, the quantity, the price and the percentage."""
    if len(given) > MAX_TIERS:
        raise _TOO_MANY_TIERS(path=["tiers"], limit=MAX_TIERS)
    refused, tiers = CollectedErrors(), dict[tuple[str, int], list[Any]]()
    for place, tier in enumerate(given):
        path = ["tiers", str(place)]
        with refused.collecting():
            group = tier.group
            if group is not None:
                group = validate_line(group, [*path, "group"], MAX_NAME, required=True)
            _refuse_wrong_tier(tier, path)
            key = (group or "", tier.quantity)
            if key in tiers:
                raise _TIER_TWICE(path=path)
            tiers[key] = [group, tier.quantity, _write_number(tier.price), _write_number(tier.percent)]
    refused.raise_collected()
    return [tiers[key] for key in sorted(tiers)]


def _refuse_wrong_tier(tier: GivenTier, path: Sequence[str]) -> None:
    if not 1 <= tier.quantity <= MAX_STOCK:
        raise _TIER_QUANTITY_WRONG(path=[*path, "quantity"], limit=MAX_STOCK)
    if (tier.price is None) == (tier.percent is None):
        raise _TIER_VALUE_WRONG(path=path)
    percent = tier.percent
    if percent is not None:
        exponent = percent.as_tuple().exponent
        is_fine = isinstance(exponent, int) and -exponent <= _PERCENT_DECIMALS
        if not is_fine or not 0 < percent <= _MAX_PERCENT:
            raise _PERCENT_WRONG(path=[*path, "percent"], limit=_MAX_PERCENT, digits=_PERCENT_DECIMALS)


def _write_number(number: Decimal | None) -> str | None:
    """In its one spelling, so that 4.2 and 4.20 are the same content."""
    if number is None:
        return None
    written = f"{number:f}"
    return (written.rstrip("0").rstrip(".") if "." in written else written) if number else "0"


class _Prices:
    """What rows name, and the prices that the rows that were decided leave."""

    def __init__(self, ids: Mapping[str, int], websites: Sequence[Row], groups: Sequence[Row]) -> None:
        self.ids = ids
        self.websites = {row.code: row for row in websites}
        self.group_ids: dict[str | None, int | None] = {None: None} | {row.name: row.id for row in groups}
        self.prices_by_key: dict[str, dict[str, Any]] = {}

    def decide(self, row: GivenRow, known_id: int | None, *, present: set[tuple[int, int]]) -> tuple[int, bool]:
        site = self.websites.get(row.scope)
        if site is None:
            raise WEBSITE_UNKNOWN(path=["website"], code=row.scope)
        id = self.ids.get(row.external_id)
        if id is None:
            raise PRODUCT_MISSING(path=["sku"])
        self.prices_by_key[row.key] = self._price_row(row.content, site, id)
        return id, known_id is None and (id, site.id) not in present

    def _price_row(self, content: Mapping[str, Any], site: Row, id: int) -> dict[str, Any]:
        """In minor units and ids. Raises `RuleErrors`."""
        found: dict[str, Any] = {"product_id": id, "website_id": site.id, "price": None, "tiers": []}
        if content["is_deleted"]:
            return found
        refused = CollectedErrors()
        for name, field in (("price", "price"), ("special_price", "specialPrice")):
            with refused.collecting():
                found[name] = _read_amount(content[name], site.currency, [field])
        for place, tier in enumerate(content["tiers"]):
            with refused.collecting():
                found["tiers"].append(self._tier_row(tier, site.currency, ["tiers", str(place)]))
        refused.raise_collected()
        return found | {name: content[name] for name in ("special_from", "special_until")}

    def _tier_row(self, tier: Sequence[Any], currency: str, path: list[str]) -> dict[str, Any]:
        group, quantity, price, percent = tier
        if group not in self.group_ids:
            raise _GROUP_UNKNOWN(path=[*path, "group"], name=group)
        amount = _read_amount(price, currency, [*path, "price"])
        return {"group_id": self.group_ids[group], "quantity": quantity, "price": amount, "percent": percent}


def _read_amount(written: str | None, currency: str, path: list[str]) -> int | None:
    return None if written is None else validate_price(Decimal(written), currency, path)


async def sync_prices(connection: Connection, rows: Sequence[GivenRow]) -> Judged:
    """Take the rows as if each came alone. A SKU is that of a product that there is."""
    known = await lock_known(connection, SyncKind.PRICE, rows)
    prices = await _read_named(connection, rows)
    of_products = equals_any(product_price.c.product_id, sorted(set(prices.ids.values())))
    stored = await fetch_rows(
        connection, select(product_price.c.product_id, product_price.c.website_id).where(of_products)
    )
    present = {(row.product_id, row.website_id) for row in stored}
    decide = partial(prices.decide, present=present)
    judged = judge_rows(rows, known, decide, retryable=frozenset({PRODUCT_MISSING.key}))
    if judged.accepted:
        await _store_prices(connection, prices, judged.accepted)
        await remember_rows(connection, SyncKind.PRICE, judged.accepted)
        await ask_for_rebuild(connection)
    return judged


async def _read_named(connection: Connection, rows: Sequence[GivenRow]) -> _Prices:
    named = equals_any(product.c.sku, sorted({row.external_id for row in rows}))
    ids = {row.sku: row.id for row in await fetch_rows(connection, select(product.c.id, product.c.sku).where(named))}
    codes = equals_any(website.c.code, sorted({row.scope for row in rows if row.scope}))
    sites = select(website.c.id, website.c.code, website.c.currency).where(codes).order_by(website.c.id)
    names = {tier[0] for row in rows for tier in row.content.get("tiers", ()) if tier[0] is not None}
    groups = select(customer_group.c.id, customer_group.c.name).where(
        equals_any(customer_group.c.name, sorted(names)), customer_group.c.is_being_deleted.is_(False)
    )
    # Locked, so that no currency changes and no group goes before the prices are stored.
    return _Prices(
        ids,
        await fetch_rows(connection, sites.with_for_update(read=True)),
        await fetch_rows(connection, groups.order_by(customer_group.c.id).with_for_update(read=True)),
    )


_PAIR: Final = (sql_column("product_id", BigInteger), sql_column("website_id", BigInteger))
_pairs: Final = given_rows("rows", *_PAIR)
_DELETES: Final[Sequence[Statement]] = [
    compile_statement(delete(of).where(of.c.product_id == _pairs.c.product_id, of.c.website_id == _pairs.c.website_id))
    for of in (product_price, product_tier_price)
]
_prices: Final = given_rows(
    "rows",
    *_PAIR,
    sql_column("price", BigInteger),
    sql_column("special_price", BigInteger),
    sql_column("special_from", Date),
    sql_column("special_until", Date),
)
_tiers: Final = given_rows(
    "rows",
    sql_column("id", BigInteger),
    *_PAIR,
    sql_column("group_id", BigInteger),
    sql_column("quantity", Integer),
    sql_column("price", BigInteger),
    sql_column("percent", Numeric),
)
_INSERT_PRICES: Final[Statement] = compile_statement(
    insert(product_price).from_select(list(_prices.c.keys()), select(*_prices.c))
)
_INSERT_TIERS: Final[Statement] = compile_statement(
    insert(product_tier_price).from_select(list(_tiers.c.keys()), select(*_tiers.c))
)


async def _store_prices(connection: Connection, prices: _Prices, accepted: Mapping[str, Accepted]) -> None:
    rows = [prices.prices_by_key[key] for key in accepted]
    pairs = orjson.dumps([{name: row[name] for name in ("product_id", "website_id")} for row in rows]).decode()
    for statement in _DELETES:
        await execute_statement(connection, statement, rows=pairs)
    kept = [row for row in rows if row["price"] is not None]
    tiers = [
        {"id": new_id(), "product_id": row["product_id"], "website_id": row["website_id"], **tier}
        for row in kept
        for tier in row["tiers"]
    ]
    await execute_statement(connection, _INSERT_PRICES, rows=orjson.dumps(kept).decode())
    await execute_statement(connection, _INSERT_TIERS, rows=orjson.dumps(tiers).decode())
