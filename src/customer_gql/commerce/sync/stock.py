"""Stock as the warehouse of the shop sends it, by SKU (docs/domain/sync.md#sync-4)."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import BigInteger, Boolean, Integer, column as sql_column, select
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.commerce.catalog.tables import product, product_stock
from customer_gql.core.errors import CollectedErrors, Refusal, RuleError, RuleErrors, UserErrorCode
from customer_gql.core.text import validate_line
from customer_gql.database.statements import (
    Connection,
    Statement,
    compile_statement,
    equals_any,
    execute_statement,
    fetch_rows,
    given_rows,
)

from .engine import Accepted, GivenRow, Judged, judge_rows, lock_known, remember_rows
from .products import MAX_SKU
from .tables import SyncKind

MAX_STOCK: Final = 2_000_000_000
PRODUCT_MISSING: Final = Refusal(
    "sync.product_missing", "No product has this SKU yet. Send the product first.", UserErrorCode.NOT_FOUND
)
_QUANTITY_WRONG: Final = Refusal("sync.quantity_wrong", "Enter a quantity from 0 to {limit!s}, or null for no limit.")


class GivenStock(NamedTuple):
    """As a mutation takes it."""

    sku: str
    source_version: int
    quantity: int | None
    is_in_stock: bool


def read_stock_row(given: GivenStock) -> GivenRow:
    """The row in its normal form, with what is wrong with it by itself."""
    refused, sku = CollectedErrors(), given.sku[:MAX_SKU]
    with refused.collecting():
        sku = partial(validate_line, given.sku, ["sku"], MAX_SKU, required=True)() or sku
    with refused.collecting():
        if given.quantity is not None and not 0 <= given.quantity <= MAX_STOCK:
            raise _QUANTITY_WRONG(path=["quantity"], limit=MAX_STOCK)
    errors: Sequence[RuleError] = ()
    try:
        refused.raise_collected()
    except RuleErrors as several:
        errors = several.errors
    content = {"quantity": given.quantity, "is_in_stock": given.is_in_stock}
    return GivenRow(sku, given.source_version, content, errors)


async def sync_stock(connection: Connection, rows: Sequence[GivenRow]) -> Judged:
    """Take the rows as if each came alone. A SKU is that of a product that there is."""
    known = await lock_known(connection, SyncKind.STOCK, rows)
    skus = sorted({row.external_id for row in rows})
    named = select(product.c.id, product.c.sku).where(equals_any(product.c.sku, skus))
    ids = {row.sku: row.id for row in await fetch_rows(connection, named)}
    stocked = select(product_stock.c.product_id).where(equals_any(product_stock.c.product_id, sorted(ids.values())))
    # In the order in which orders lock them.
    locked = await fetch_rows(connection, stocked.order_by(product_stock.c.product_id).with_for_update())
    present = {row.product_id for row in locked}

    def decide(row: GivenRow, _known_id: int | None) -> tuple[int, bool]:
        id = ids.get(row.external_id)
        if id is None:
            raise PRODUCT_MISSING(path=["sku"])
        is_new = id not in present
        present.add(id)
        return id, is_new

    judged = judge_rows(rows, known, decide, retryable=frozenset({PRODUCT_MISSING.key}))
    if judged.accepted:
        await _store_stock(connection, judged.accepted)
        await remember_rows(connection, SyncKind.STOCK, judged.accepted)
    return judged


_given: Final = given_rows(
    "rows",
    sql_column("product_id", BigInteger),
    sql_column("quantity", Integer),
    sql_column("is_in_stock", Boolean),
)
_put = upsert(product_stock).from_select(list(_given.c.keys()), select(*_given.c).order_by(_given.c.product_id))
_PUT: Final[Statement] = compile_statement(
    _put.on_conflict_do_update(
        index_elements=["product_id"], set_={name: _put.excluded[name] for name in ("quantity", "is_in_stock")}
    )
)


async def _store_stock(connection: Connection, accepted: Mapping[str, Accepted]) -> None:
    rows: list[dict[str, Any]] = [{"product_id": one.record_id, **one.row.content} for one in accepted.values()]
    await execute_statement(connection, _PUT, rows=orjson.dumps(rows).decode())
