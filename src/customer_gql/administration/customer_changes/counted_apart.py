"""How many customers came and went, in a distributed database: counts are on one machine, where no statement writes them beside rows
of customers. What changed is read first, then added. The lock on the derived rows of the customers keeps others from writing between."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import orjson
from sqlalchemy import ARRAY, BigInteger, DateTime, Numeric, Text, any_, bindparam, column, select

from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, compile_statement, execute_statement, fetch_rows, given_rows
from customer_gql.database.tables import TRANSACTION
from customer_gql.shop.daily_figures.tables import Measure
from customer_gql.shop.daily_figures.writes import add_figures, find_quarter

from .counts import add_changes
from .tables import customer_change

_ids: Any = bindparam("ids", type_=ARRAY(BigInteger()))
_HERE: Final = compile_statement(
    select(customer.c.id, customer.c.website_id, find_quarter(customer.c.created_at).label("quarter_at")).where(
        customer.c.id == any_(_ids)
    )
)
_WRITTEN: Final = compile_statement(
    select(customer_change.c.customer_id, customer_change.c.website_id, customer_change.c.is_removed).where(
        customer_change.c.customer_id == any_(_ids)
    )
)
_moved = given_rows("rows", column("website_id", BigInteger), column("change", BigInteger))
_ADD_MOVES: Final = compile_statement(
    add_changes(select(_moved.c.website_id, _moved.c.change, TRANSACTION.label("transaction_id")))
)
_figures = given_rows(
    "rows",
    column("quarter_at", DateTime(timezone=True)),
    column("website_id", BigInteger),
    column("measure", Text),
    column("currency", Text),
    column("amount", Numeric),
)
_ADD_FIGURES: Final = compile_statement(add_figures(select(*_figures.c)))


async def count_apart(connection: Connection, customer_ids: Sequence[int]) -> None:
    """Of these customers: what websites have of them more or less than is written down, and who signed up."""
    here = await fetch_rows(connection, _HERE, ids=customer_ids)
    written = await fetch_rows(connection, _WRITTEN, ids=customer_ids)
    moves = Counter(row.website_id for row in here)
    moves.subtract(row.website_id for row in written if not row.is_removed)
    moved = [{"website_id": id, "change": change} for id, change in sorted(moves.items()) if change]
    known = {row.customer_id for row in written}
    new = Counter((row.quarter_at.isoformat(), row.website_id) for row in here if row.id not in known)
    fixed = {"measure": Measure.SIGN_UPS.value, "currency": ""}
    figures = [
        {"quarter_at": at, "website_id": id, "amount": count, **fixed} for (at, id), count in sorted(new.items())
    ]
    for statement, rows in ((_ADD_MOVES, moved), (_ADD_FIGURES, figures)):
        if rows:
            await execute_statement(connection, statement, rows=orjson.dumps(rows).decode())
