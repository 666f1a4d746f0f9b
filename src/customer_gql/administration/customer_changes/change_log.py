"""How changes of customers are written down: beside the projections, before the commit of the transaction that makes them."""

from collections.abc import Collection, Sequence
from functools import reduce
from operator import add
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    ColumnElement,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    exists,
    false,
    func,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from customer_gql.customers.addresses.tables import address
from customer_gql.customers.profile.tables import customer, deleted_customer
from customer_gql.database.derived.parts import Part
from customer_gql.database.distribution.forms import are_forms_distributed
from customer_gql.database.projections import Change, Projection
from customer_gql.database.statements import AnySelect, Connection, Statement, compile_statement, fetch_value
from customer_gql.database.tables import TRANSACTION
from customer_gql.shop.daily_figures.tables import Measure
from customer_gql.shop.daily_figures.writes import add_figures, count_by_quarter

from .counted_apart import count_apart
from .counts import add_moves
from .tables import SNAPSHOT_END, customer_change as change

_ids: ColumnElement[Any] = bindparam("customer_ids", type_=ARRAY(BigInteger()))
_ROWS: Final = select(
    customer.c.id.label("customer_id"),
    customer.c.website_id,
    customer.c.number,
    customer.c.external_id,
    false().label("is_removed"),
)
_GONE: Final = select(
    deleted_customer.c.customer_id,
    deleted_customer.c.website_id,
    deleted_customer.c.number,
    deleted_customer.c.external_id,
    true().label("is_removed"),
)


def _record_statement(ids: ColumnElement[Any], *, has_moved: bool) -> AnySelect:
    """Write down where the customers are, and from where they are gone. How many rows were written.

    A row of a website that the customer left is written once, when they leave. Who has not moved is where they were, and so
    counted already.
    """
    here, gone = _ROWS.where(customer.c.id == any_(ids)), _GONE.where(deleted_customer.c.customer_id == any_(ids))
    now = (union_all(here, gone) if has_moved else here).cte("now")
    stamp = {"transaction_id": TRANSACTION, "changed_at": func.clock_timestamp()}
    names = [*now.c.keys(), *stamp]
    put = insert(change).from_select(names, select(now, *stamp.values()).order_by(now.c.customer_id))
    set_ = {name: put.excluded[name] for name in names if name not in change.primary_key.columns}
    on_conflict = put.on_conflict_do_update(index_elements=["customer_id", "website_id"], set_=set_)
    written = [on_conflict.returning(true().label("is_written")).cte("put")]
    if has_moved:
        is_here = exists().where(now.c.customer_id == change.c.customer_id, now.c.website_id == change.c.website_id)
        left = (
            update(change)
            .where(change.c.customer_id == any_(ids), ~change.c.is_removed, ~is_here)
            .values(is_removed=True, **stamp)
        )
        written.append(left.returning(true().label("is_left")).cte("gone"))
    counted: list[ColumnElement[int]] = [select(func.count()).select_from(cte).scalar_subquery() for cte in written]
    statement = select(reduce(add, counted))
    counts = has_moved and not are_forms_distributed()
    return statement.add_cte(add_moves(ids, now), _count_sign_ups(ids)) if counts else statement


def _count_sign_ups(ids: ColumnElement[Any]) -> CTE:
    """Of customers about which nothing was written down before, at the time when they were created."""
    counted = count_by_quarter(Measure.SIGN_UPS, customer.c.created_at, customer.c.website_id)
    is_known = exists().where(change.c.customer_id == customer.c.id)
    return add_figures(counted.where(customer.c.id == any_(ids), ~is_known)).cte("signed_up")


_IS_HERE: Final = exists().where(customer.c.id == change.c.customer_id, customer.c.website_id == change.c.website_id)
# A row of this very transaction may be above the end of what it sees.
_IS_OF_OTHER_DATABASE: Final = (change.c.transaction_id >= SNAPSHOT_END) & change.c.transaction_id.is_distinct_from(
    cast(cast(func.pg_current_xact_id_if_assigned(), Text()), BigInteger())
)


def _find_wrong_rows() -> AnySelect:
    """Customers whose row is missing, also after they were deleted, or names them otherwise, is left where they are gone, or has the number of a transaction
    that this database has not come to, which a restored one has."""
    same = (
        change.c.customer_id == customer.c.id,
        change.c.website_id == customer.c.website_id,
        change.c.number == customer.c.number,
        change.c.external_id.is_not_distinct_from(customer.c.external_id),
        ~change.c.is_removed,
    )
    missing = select(customer.c.id.label("customer_id")).where(customer.c.id == any_(_ids), ~exists().where(*same))
    wrong = select(change.c.customer_id).where(
        change.c.customer_id == any_(_ids),
        (~change.c.is_removed & ~_IS_HERE) | _IS_OF_OTHER_DATABASE,
    )
    is_told = (
        change.c.customer_id == deleted_customer.c.customer_id,
        change.c.website_id == deleted_customer.c.website_id,
    )
    untold = select(deleted_customer.c.customer_id).where(
        deleted_customer.c.customer_id == any_(_ids), ~exists().where(*is_told)
    )
    found = union_all(missing, wrong, untold).subquery("wrong")
    return select(found.c.customer_id, func.count().label("total")).group_by(found.c.customer_id)


def _restamp_statement() -> AnySelect:
    """Give rows of another database, which nobody writes again, the number of this transaction. How many they are."""
    stamped = (
        update(change)
        .where(change.c.customer_id == any_(_ids), _IS_OF_OTHER_DATABASE)
        .values(transaction_id=TRANSACTION)
        .returning(true().label("is_stamped"))
        .cte("stamped")
    )
    return select(func.count()).select_from(stamped)


_IN_PLACE: Final[Part] = frozenset({"transaction_id", "changed_at"})
"""What is written of customers who are where they were."""


class ChangeLog(Projection):
    """A projection whose rows also say when they were written, so each mark writes them and `repair` only what is wrong."""

    __slots__ = ("_restamp",)
    _restamp: Statement

    def __post_init__(self) -> None:
        Projection.__post_init__(self)
        wrong = compile_statement(_find_wrong_rows())
        for name in ("_differences", "_distributed_differences"):
            object.__setattr__(self, name, wrong)
        object.__setattr__(self, "_restamp", compile_statement(_restamp_statement()))

    def depends_on(self, table: Table, columns: Collection[str] | None) -> bool:
        """Whatever changed is told."""
        del columns
        return table in self.reads

    def find_part(self, changes: Collection[Change]) -> Part | None:
        """None where a customer may have come, gone or moved."""
        stays = all(
            it.table is address or (it.columns and customer.c.website_id.name not in it.columns) for it in changes
        )
        return _IN_PLACE if stays else None

    def recomputed(self, ids: ColumnElement[Any], part: Part | None) -> AnySelect:
        return _record_statement(ids, has_moved=part is None)

    async def prepare(self, connection: Connection, customer_ids: Sequence[int], part: Part | None) -> dict[str, str]:
        """Count who came and went, where the statement itself cannot."""
        if part is None and are_forms_distributed():
            await count_apart(connection, customer_ids)
        return {}

    async def repair(self, connection: Connection, customer_ids: Sequence[int]) -> int:
        restamped = await fetch_value(connection, self._restamp, customer_ids=customer_ids)
        wrong = list(await self.find_differences(connection, customer_ids))
        return restamped + (await self.recompute(connection, wrong) if wrong else 0)


CUSTOMER_CHANGES: Final = ChangeLog(
    table=change, rows=_ROWS, customer_id=customer.c.id, reads=(customer, address, deleted_customer)
)
