"""How many customers each website has, kept by those who write customers (docs/domain/customer-changes.md#customer-changes-7).

The statement that writes down who came and went adds the difference to `customer_count`, in the same transaction and from the
same snapshot. So the sum is exact at any moment, and what is wrong about it was wrong before: a correction needs no lock.
"""

from typing import Any, Final

import structlog
from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    any_,
    bindparam,
    cast,
    delete,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import Insert, insert

from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import (
    AnySelect,
    Connection,
    compile_statement,
    execute_statement,
    fetch_rows,
)
from customer_gql.database.tables import TRANSACTION
from customer_gql.messaging.jobs.work import Tools

from .tables import customer_change, customer_count

log = structlog.get_logger()
_websites: Final = bindparam("websites", type_=ARRAY(BigInteger()))


def add_moves(ids: ColumnElement[Any], now: FromClause) -> CTE:
    """Adds what `now` has more of these customers on each website than is written down."""
    came = select(now.c.website_id, literal_column("1").label("change")).where(~now.c.is_removed)
    went = select(customer_change.c.website_id, literal_column("-1").label("change")).where(
        customer_change.c.customer_id == any_(ids), ~customer_change.c.is_removed
    )
    return add_changes(_add_up(union_all(came, went).subquery("moved"))).cte("counted")


def _add_up(rows: FromClause) -> AnySelect:
    total = cast(func.sum(rows.c.change), BigInteger())
    added_up = select(rows.c.website_id, total.label("change"), TRANSACTION.label("transaction_id"))
    return added_up.group_by(rows.c.website_id).having(total != literal_column("0"))


def add_changes(changes: AnySelect) -> Insert:
    """A transaction that counts several times, as an import does, has one row for each website."""
    put = insert(customer_count).from_select(["website_id", "change", "transaction_id"], changes)
    return put.on_conflict_do_update(
        index_elements=list(customer_count.primary_key.columns),
        set_={"change": customer_count.c.change + put.excluded.change},
    )


CUSTOMER_COUNT: Final = compile_statement(
    select(
        func.coalesce(cast(func.sum(customer_count.c.change), BigInteger()), literal_column("0")).label("total")
    ).where(or_(_websites.is_(None), customer_count.c.website_id == any_(_websites)))
)
"""How many customers these websites have, or all of them."""

_repeated = (
    select(customer_count.c.website_id)
    .group_by(customer_count.c.website_id)
    .having(func.count() > literal_column("1"))
    .scalar_subquery()
)
_folded = (
    delete(customer_count)
    .where(customer_count.c.website_id.in_(_repeated))
    .returning(customer_count.c.website_id, customer_count.c.change)
    .cte("folded")
)
_FOLD: Final = compile_statement(add_changes(_add_up(_folded)))


async def fold_counts(tools: Tools) -> None:
    """Put the sum of a website's rows in their place. Nobody else changes or deletes them, and who adds one waits for nobody."""
    async with tools.database.transaction() as connection:
        await execute_statement(connection, _FOLD)


_there = select(customer.c.website_id, func.count().label("change")).group_by(customer.c.website_id)
_kept = select(customer_count.c.website_id, -customer_count.c.change)
_WRONG: Final = _add_up(union_all(_there, _kept).subquery("wrong"))
_FIND_WRONG: Final = compile_statement(_WRONG)
_CORRECT: Final = compile_statement(add_changes(_WRONG).returning(customer_count.c.website_id, customer_count.c.change))
# Two corrections one after the other; those who write customers go on beside it.
_ONE_AT_A_TIME: Final = f"LOCK TABLE {customer_count.name} IN SHARE UPDATE EXCLUSIVE MODE"


async def find_wrong_counts(connection: Connection) -> dict[int, int]:
    """How many customers are missing in the count of a website, negative for those that are too many: by website."""
    return {row.website_id: row.change for row in await fetch_rows(connection, _FIND_WRONG)}


async def correct_counts(connection: Connection) -> dict[int, int]:
    """Add what is missing, inside a transaction; that is what `find_wrong_counts` finds."""
    await connection.execute(_ONE_AT_A_TIME)
    return {row.website_id: row.change for row in await fetch_rows(connection, _CORRECT)}


async def check_counts(tools: Tools) -> None:
    """Compare the counts with the customers who are there. A wrong one is logged and corrected."""
    async with tools.database.transaction() as connection:
        wrong = await correct_counts(connection)
    for website_id, missing in wrong.items():
        log.error("count of customers was wrong", website=encode_id("web", website_id), missing=missing)
