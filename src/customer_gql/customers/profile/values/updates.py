"""Statements that store new values of customers, and with each of them the next version."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, DateTime, Update, any_, bindparam, column, literal_column, update

from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import KEPT_FORMS, Statement, compile_statement, given_rows

NEXT_VERSION: Final[Mapping[str, Any]] = {
    "version": customer.c.version + literal_column("1"),
    "updated_at": bindparam("now", type_=DateTime(timezone=True)),
}


@lru_cache(maxsize=KEPT_FORMS)
def update_clause(names: tuple[str, ...], *, is_of_many: bool = False) -> Update:
    """Stores values of these columns, the same for each customer."""
    given: dict[str, Any] = {name: bindparam(f"new_{name}", type_=customer.c[name].type) for name in names}
    of: Any = any_(bindparam("ids", type_=ARRAY(BigInteger()))) if is_of_many else bindparam("of", type_=BigInteger())
    return (
        update(customer)
        .where(customer.c.id == of)
        .values({**given, **NEXT_VERSION})
        .returning(customer.c.id, customer.c.version)
    )


@lru_cache(maxsize=KEPT_FORMS)
def compile_update(clause: Update) -> Statement:
    return compile_statement(clause)


def name_new(values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in values.items()}


@lru_cache(maxsize=KEPT_FORMS)
def update_each_statement(names: tuple[str, ...]) -> Statement:
    """Stores values of these columns, of each customer its own."""
    given = given_rows("rows", column("id", BigInteger), *[column(name, customer.c[name].type) for name in names])
    return compile_statement(
        update(customer)
        .where(customer.c.id == given.c.id)
        .values({**{name: given.c[name] for name in names}, **NEXT_VERSION})
        .returning(customer.c.id, customer.c.version)
    )
