"""Products as the catalog of the shop sends them (docs/domain/sync.md#sync-3)."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import BigInteger, Boolean, Text, column as sql_column, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.commerce.catalog.tables import ProductType, product, product_website
from customer_gql.commerce.pricing.catalog_rules.rebuild import ask_for_rebuild
from customer_gql.core.errors import CollectedErrors, Refusal, RuleError, RuleErrors, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.core.money import validate_amount
from customer_gql.core.text import validate_line
from customer_gql.database.statements import (
    Connection,
    Statement,
    compile_statement,
    equals_any,
    execute_statement,
    fetch_rows,
    given_rows,
    insert_rows,
)
from customer_gql.shop.groups.tables import tax_class
from customer_gql.shop.websites.tables import website

from .engine import Accepted, GivenRow, Judged, judge_rows, lock_known, remember_rows
from .tables import SyncKind

MAX_EXTERNAL_ID: Final = 255
MAX_SKU: Final = 64
MAX_NAME: Final = 255
NO_CURRENCY: Final = "XXX"
"""Of a product without a price of its own: no website has it, so that it is sold only where it has a price (ISO 4217)."""
_SKU_TAKEN: Final = Refusal("sync.sku_taken", "Another product has this SKU.", UserErrorCode.TAKEN)
WEBSITE_UNKNOWN: Final = Refusal("sync.website_unknown", "There is no website {code}.", UserErrorCode.NOT_FOUND)
_WEBSITE_TWICE: Final = Refusal("sync.website_twice", "Enter each website once.")
_TAX_CLASS_UNKNOWN: Final = Refusal(
    "sync.tax_class_unknown", "There is no tax class of products with the name {name}.", UserErrorCode.NOT_FOUND
)
_PRICE_NEGATIVE: Final = Refusal("sync.price_negative", "Enter a price of zero or more.")
_CURRENCY_UNKNOWN: Final = Refusal("sync.currency_unknown", "No website has the currency {currency}.")


class GivenProduct(NamedTuple):
    """As a mutation takes it."""

    external_id: str
    source_version: int
    sku: str
    name: str
    type: ProductType
    tax_class: str | None
    websites: Sequence[str]
    is_salable: bool
    price: Decimal | None
    currency: str | None
    is_deleted: bool


def read_product_row(given: GivenProduct) -> GivenRow:
    """The row in its normal form, with what is wrong with it by itself."""
    refused, content = CollectedErrors(), dict[str, Any]()
    checks: dict[str, Any] = {
        "external_id": partial(validate_line, given.external_id, ["externalId"], MAX_EXTERNAL_ID, required=True),
        "sku": partial(validate_line, given.sku, ["sku"], MAX_SKU, required=True),
        "name": partial(validate_line, given.name, ["name"], MAX_NAME, required=True),
        "tax_class": partial(validate_line, given.tax_class, ["taxClass"], MAX_NAME),
        "price": partial(_read_price, given),
        "websites": partial(_read_codes, given.websites),
    }
    for name, check in checks.items():
        with refused.collecting():
            content[name] = check()
    content |= {"type": given.type.value, "is_salable": given.is_salable, "is_deleted": given.is_deleted}
    errors: Sequence[RuleError] = ()
    try:
        refused.raise_collected()
    except RuleErrors as several:
        errors = several.errors
    external_id = content.pop("external_id", None) or given.external_id[:MAX_EXTERNAL_ID]
    return GivenRow(external_id, given.source_version, content, errors)


def _read_price(given: GivenProduct) -> list[Any] | None:
    if given.price is None or given.currency is None:
        return None
    if len(given.currency) != 3 or not (given.currency.isascii() and given.currency.isupper()):
        raise _CURRENCY_UNKNOWN(path=["price", "currency"], currency=given.currency[:20])
    return [validate_price(given.price, given.currency, ["price", "amount"]), given.currency]


def validate_price(price: Decimal, currency: str, path: list[str]) -> int:
    """In minor units."""
    if price.is_finite() and price < 0:
        raise _PRICE_NEGATIVE(path=path)
    return 0 if price == 0 else validate_amount(price, currency, path=path)


def _read_codes(codes: Sequence[str]) -> list[str]:
    if len(set(codes)) < len(codes):
        raise _WEBSITE_TWICE(path=["websites"])
    return sorted(codes)


class _Shop(NamedTuple):
    """What rows name."""

    website_ids: Mapping[str, int]
    currencies: Collection[str]
    tax_classes: Mapping[str, int]


class _Products:
    """The products that rows are or collide with, as they are after the rows that were decided."""

    def __init__(self, shop: _Shop, rows: Sequence[Any]) -> None:
        self.shop = shop
        self.id_by_sku: dict[str, int] = {row.sku: row.id for row in rows}
        self.sku_by_id: dict[int, str] = {row.id: row.sku for row in rows}
        self.id_by_external_id: dict[str, int] = {row.external_id: row.id for row in rows if row.external_id}
        self.external_id_by_id: dict[int, str] = {id: key for key, id in self.id_by_external_id.items()}

    def decide(self, row: GivenRow, known_id: int | None) -> tuple[int, bool]:
        self._refuse_unknown(row.content)
        sku = row.content["sku"]
        holder = self.id_by_sku.get(sku)
        found = known_id if known_id is not None else self.id_by_external_id.get(row.external_id)
        if found is None and holder is not None and holder not in self.external_id_by_id:
            found = holder
        if holder is not None and holder != found:
            raise _SKU_TAKEN(path=["sku"])
        id = new_id() if found is None else found
        self.id_by_sku.pop(self.sku_by_id.get(id, ""), None)
        self.id_by_sku[sku], self.sku_by_id[id] = id, sku
        self.id_by_external_id[row.external_id], self.external_id_by_id[id] = id, row.external_id
        return id, found is None

    def _refuse_unknown(self, content: Mapping[str, Any]) -> None:
        refused = CollectedErrors()
        for place, code in enumerate(content["websites"]):
            with refused.collecting():
                if code not in self.shop.website_ids:
                    raise WEBSITE_UNKNOWN(path=["websites", str(place)], code=code[:64])
        with refused.collecting():
            name = content["tax_class"]
            if name is not None and name not in self.shop.tax_classes:
                raise _TAX_CLASS_UNKNOWN(path=["taxClass"], name=name)
        with refused.collecting():
            price = content["price"]
            if price is not None and price[1] not in self.shop.currencies:
                raise _CURRENCY_UNKNOWN(path=["price", "currency"], currency=price[1])
        refused.raise_collected()


async def sync_products(connection: Connection, rows: Sequence[GivenRow]) -> Judged:
    """Take the rows as if each came alone, and store what is new in a few statements."""
    known = await lock_known(connection, SyncKind.PRODUCT, rows)
    shop = await _read_shop(connection)
    skus = sorted({row.content["sku"] for row in rows if not row.errors})
    external_ids = sorted({row.external_id for row in rows})
    ids = sorted({one.record_id for one in known.values()})
    found = select(product.c.id, product.c.sku, product.c.external_id).where(
        or_(
            equals_any(product.c.sku, skus),
            equals_any(product.c.external_id, external_ids),
            equals_any(product.c.id, ids),
        )
    )
    products = _Products(shop, await fetch_rows(connection, found))
    before = dict(products.sku_by_id)
    judged = judge_rows(rows, known, products.decide)
    if judged.accepted:
        await _store_products(connection, shop, judged.accepted, before)
        await remember_rows(connection, SyncKind.PRODUCT, judged.accepted)
        await ask_for_rebuild(connection)
    return judged


async def _read_shop(connection: Connection) -> _Shop:
    websites = await fetch_rows(connection, select(website.c.id, website.c.code, website.c.currency))
    classes = await fetch_rows(
        connection, select(tax_class.c.id, tax_class.c.name).where(tax_class.c.kind == "PRODUCT")
    )
    return _Shop(
        {row.code: row.id for row in websites},
        {row.currency for row in websites},
        {row.name: row.id for row in classes},
    )


_given: Final = given_rows(
    "rows",
    sql_column("id", BigInteger),
    sql_column("sku", Text),
    sql_column("name", Text),
    sql_column("price", BigInteger),
    sql_column("currency", Text),
    sql_column("is_salable", Boolean),
    sql_column("external_id", Text),
    sql_column("type", Text),
    sql_column("tax_class_id", BigInteger),
)
_put = upsert(product).from_select(list(_given.c.keys()), select(*_given.c).order_by(_given.c.id))
_PUT: Final[Statement] = compile_statement(
    _put.on_conflict_do_update(
        index_elements=["id"],
        set_={name: _put.excluded[name] for name in _given.c.keys() if name != "id"},  # noqa: SIM118
    )
)


async def _store_products(
    connection: Connection, shop: _Shop, accepted: Mapping[str, Accepted], before: Mapping[int, str]
) -> None:
    contents = {one.record_id: {**one.row.content, "external_id": key} for key, one in accepted.items()}
    moved = sorted(id for id, content in contents.items() if before.get(id, content["sku"]) != content["sku"])
    if moved:
        # Free, so that products exchange SKUs in one statement.
        freed = update(product).where(equals_any(product.c.id, moved))
        await execute_statement(connection, freed.values(sku="\N{REPLACEMENT CHARACTER}" + product.c.id.cast(Text())))
    rows = [_describe_product(id, content, shop) for id, content in contents.items()]
    await execute_statement(connection, _PUT, rows=orjson.dumps(rows).decode())
    await execute_statement(
        connection, delete(product_website).where(equals_any(product_website.c.product_id, sorted(contents)))
    )
    sold = [
        {"product_id": id, "website_id": shop.website_ids[code]}
        for id, content in contents.items()
        if not content["is_deleted"]
        for code in content["websites"]
    ]
    await insert_rows(connection, product_website, sold)


def _describe_product(id: int, content: Mapping[str, Any], shop: _Shop) -> dict[str, Any]:
    price, currency = content["price"] or (0, NO_CURRENCY)
    name = content["tax_class"]
    return {
        "id": id,
        "sku": content["sku"],
        "name": content["name"],
        "price": price,
        "currency": currency,
        "is_salable": content["is_salable"] and not content["is_deleted"],
        "external_id": content["external_id"],
        "type": content["type"],
        "tax_class_id": None if name is None else shop.tax_classes[name],
    }
