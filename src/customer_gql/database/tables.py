"""The metadata that holds every table, and columns and constraints that many tables share."""

import enum
from typing import Any, Final, Literal

from sqlalchemy import CHAR, BigInteger, CheckConstraint, Column, DateTime, MetaData, Table, Text, cast, func
from sqlalchemy.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


Distribution = Literal["customer", "lookup", "reference", "local"]
"""How a table would be spread over machines.

customer: by `customer_id`, which stands in its primary key and every unique key;
lookup: by the first column of its primary key, to find a customer by something unique;
reference: whole on every machine, small, rarely written; local: on one machine, as queues are.
"""


def table(name: str, *items: SchemaItem, distribution: Distribution, append_only: bool = False, **info: Any) -> Table:
    """A table of the one metadata. `append_only` keeps UPDATE and DELETE from the service, see `rights`. Keys come from the
    application."""
    for item in items:
        if isinstance(item, Column):
            item.autoincrement = False
    return Table(name, metadata, *items, info={"distribution": distribution, "append_only": append_only, **info})


def distribution_column(table: Table) -> str | None:
    """By which column a table is spread over machines; None where it is not."""
    kind: Distribution = table.info["distribution"]
    if kind == "customer":
        return "id" if table.name == "customer" else "customer_id"
    return next(iter(table.primary_key.columns)).name if kind == "lookup" else None


def one_of(column: str, values: type[enum.Enum]) -> CheckConstraint:
    """The column holds one of the enum's values; the enum may grow by a migration of this constraint."""
    listed = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def sort_key_column(name: str = "name_sort_key") -> Column[str]:
    """The stored `sort_key` of a name, compared byte by byte. Empty until code that knows the column writes the row."""
    return Column(name, Text(collation="C"), nullable=False, server_default="")


def created_at(name: str = "created_at") -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def currency_column(name: str = "currency") -> Column[Any]:
    return Column(name, CHAR(3), nullable=False)


TRANSACTION: Final = cast(cast(func.pg_current_xact_id(), Text()), BigInteger())
"""The number of the transaction that a statement is part of."""

# A row that is locked while a customer's derived rows are recomputed, see `projections`. It outlives the customer,
# because orders and their totals do.
projection_lock = table(
    "projection_lock", Column("customer_id", BigInteger, primary_key=True), created_at(), distribution="customer"
)
