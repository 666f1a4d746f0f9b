"""Figures are added in the transactions that cause them, and summed up by a job (docs/domain/daily-figures.md#daily-figures-1)."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    DateTime,
    Numeric,
    Text,
    bindparam,
    cast,
    delete,
    func,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import Insert, insert

from customer_gql.database.statements import AnySelect, Connection, Row, compile_statement, execute_statement
from customer_gql.database.tables import TRANSACTION

from .tables import Measure, daily_figure

_KEY: Final = ("quarter_at", "website_id", "measure", "currency")


def find_quarter(at: ColumnElement[Any]) -> ColumnElement[Any]:
    """The beginning of the quarter of an hour that a time is in."""
    origin = literal_column("timestamptz '2000-01-01 00:00:00+00'")
    return func.date_bin(literal_column("interval '15 minutes'"), at, origin)


def add_figures(figures: AnySelect) -> Insert:
    """Adds rows of `quarter_at`, `website_id`, `measure`, `currency` and `amount`, each key once. What a transaction adds at several
    times is one row."""
    rows = figures.subquery("figure")
    columns = [*(rows.c[name] for name in _KEY), TRANSACTION, cast(rows.c.amount, Numeric(38, 0))]
    put = insert(daily_figure).from_select([*_KEY, "transaction_id", "amount"], select(*columns))
    return put.on_conflict_do_update(
        index_elements=list(daily_figure.primary_key.columns),
        set_={"amount": daily_figure.c.amount + put.excluded.amount},
    )


def count_by_quarter(
    measure: Measure, at: ColumnElement[Any], website_id: ColumnElement[Any], *, of: Any = None
) -> AnySelect:
    """The figures of rows with a time and a website: how many they are, or the sum `of` an amount and its currency."""
    amount, currency = (func.count(), literal_column("''")) if of is None else (func.sum(of[0]), of[1])
    columns = {
        "quarter_at": find_quarter(at),
        "website_id": website_id,
        "measure": literal_column(f"'{measure.value}'"),
        "currency": cast(currency, Text()),
        "amount": amount,
    }
    found = select(*[column.label(name) for name, column in columns.items()])
    return found.group_by(*[columns[name] for name in ("quarter_at", "website_id")], *([] if of is None else [of[1]]))


_now: Final = select(
    find_quarter(func.clock_timestamp()).label("quarter_at"),
    bindparam("website_id", type_=BigInteger()).label("website_id"),
    literal_column(f"'{Measure.SIGN_INS.value}'").label("measure"),
    literal_column("''").label("currency"),
    literal_column("1").label("amount"),
)
_COUNT_SIGN_IN: Final = compile_statement(add_figures(_now))


async def count_sign_in(connection: Connection, website_id: int) -> None:
    """In the transaction of the sign-in."""
    await execute_statement(connection, _COUNT_SIGN_IN, website_id=website_id)


_stated: Final = {
    "quarter_at": DateTime(timezone=True),
    "website_id": BigInteger(),
    "measure": Text(),
    "currency": Text(),
    "amount": Numeric(38, 0),
}
_ADD_STATED: Final = compile_statement(
    add_figures(select(*[cast(bindparam(name, type_=kind), kind).label(name) for name, kind in _stated.items()]))
)


async def add_stated_figures(connection: Connection, figures: Iterable[Row]) -> None:
    """Rows of `count_by_quarter` that were read before: of one quarter there may be several, of customers who live apart."""
    sums = Counter[tuple[Any, ...]]()
    for row in figures:
        sums[tuple(row[name] for name in _KEY)] += row["amount"]
    for key, amount in sorted(sums.items()):
        await execute_statement(connection, _ADD_STATED, **dict(zip(_KEY, key, strict=True)), amount=amount)


def _fold() -> Insert:
    since = bindparam("since", type_=DateTime(timezone=True))
    key = [daily_figure.c[name] for name in _KEY]
    repeated = (
        select(*key).where(daily_figure.c.quarter_at >= since).group_by(*key).having(func.count() > literal_column("1"))
    )
    folded: CTE = (
        delete(daily_figure)
        .where(daily_figure.c.quarter_at >= since, tuple_(*key).in_(repeated))
        .returning(*key, daily_figure.c.amount)
        .cte("folded")
    )
    of = [folded.c[name] for name in _KEY]
    return add_figures(select(*of, func.sum(folded.c.amount).label("amount")).group_by(*of))


_FOLD: Final = compile_statement(_fold())


async def fold_figures(connection: Connection, *, since: dt.datetime) -> None:
    """Put the sum of a quarter's rows in their place, from this quarter on. Nobody else changes or deletes them, and who adds one
    waits for nobody."""
    await execute_statement(connection, _FOLD, since=since)
