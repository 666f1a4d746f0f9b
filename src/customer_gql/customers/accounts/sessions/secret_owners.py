"""Secrets of customers found by their SHA-256: tokens, links and codes (docs/scaling.md).

A secret lies with its customer, so that whatever ends a customer's secrets finds all of them. On one machine an index finds one of
them by its hash. Where tables are distributed by customer, `customer_secret_owner` says whose it is first. A row there that outlives its
secret leads to nothing, and one that is missing ends the secret.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    DateTime,
    LargeBinary,
    Table,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from customer_gql.customers.accounts.tables import (
    customer_refresh_token,
    customer_secret_owner as secret_owner,
    customer_token,
    email_change_undo,
    email_token,
    login_code,
    password_reset,
    remembered_sign_in,
)
from customer_gql.database.distribution.forms import are_forms_distributed, for_one_machine
from customer_gql.database.statements import (
    Connection,
    Row,
    Statement,
    compile_statement,
    execute_statement,
    fetch_one,
)

SECRETS: Final = (
    customer_token,
    customer_refresh_token,
    remembered_sign_in,
    password_reset,
    email_token,
    email_change_undo,
    login_code,
)
_NOBODY: Final = -1
_hash: ColumnElement[Any] = bindparam("secret_hash", type_=LargeBinary())
_owner: ColumnElement[Any] = bindparam("customer_id", type_=BigInteger())


def hash_column(table: Table) -> Column[Any]:
    return table.c.code_hash if table is login_code else table.c.token_hash


_BY_HASH: Final[Mapping[Table, Statement]] = {
    table: for_one_machine(compile_statement(select(table).where(hash_column(table) == _hash))) for table in SECRETS
}
_OF_OWNER: Final[Mapping[Table, Statement]] = {
    table: compile_statement(select(table).where(table.c.customer_id == _owner, hash_column(table) == _hash))
    for table in SECRETS
}
_NAMES: Final = ["secret_hash", "customer_id", "expires_at"]
_given = (
    func.unnest(
        bindparam("hashes", type_=ARRAY(LargeBinary())),
        bindparam("customer_ids", type_=ARRAY(BigInteger())),
        bindparam("ends", type_=ARRAY(DateTime(timezone=True))),
    )
    .table_valued(
        column("secret_hash", LargeBinary()),
        column("customer_id", BigInteger()),
        column("expires_at", DateTime(timezone=True)),
    )
    .render_derived(name="given")
)
_STORE: Final = compile_statement(insert(secret_owner).from_select(_NAMES, select(*_given.c)))
_FIND_OWNER: Final = compile_statement(select(secret_owner.c.customer_id).where(secret_owner.c.secret_hash == _hash))


async def fetch_secret(connection: Connection, table: Table, secret_hash: bytes) -> Row | None:
    """The row of a secret, whether it still works or not."""
    if not are_forms_distributed():
        return await fetch_one(connection, _BY_HASH[table], secret_hash=secret_hash)
    owner = await find_owner(connection, secret_hash)
    return await fetch_one(connection, _OF_OWNER[table], customer_id=owner, secret_hash=secret_hash)


async def select_secret(connection: Connection, table: Table, secret_hash: bytes) -> list[ColumnElement[bool]]:
    """The conditions that find a secret of which nothing but the hash is known."""
    is_it = hash_column(table) == secret_hash
    if not are_forms_distributed():
        return [is_it]
    return [table.c.customer_id == await find_owner(connection, secret_hash), is_it]


async def find_owner(connection: Connection, secret_hash: bytes) -> int:
    """Where tables are distributed; an id that nobody has for a hash that leads to nobody."""
    found = await fetch_one(connection, _FIND_OWNER, secret_hash=secret_hash)
    return _NOBODY if found is None else found.customer_id


async def store_owner(connection: Connection, customer_id: int, expires: Mapping[bytes, dt.datetime]) -> None:
    """Whose these new secrets are, and until when they can work."""
    await store_owners(connection, [(hash, customer_id, until) for hash, until in expires.items()])


async def store_owners(connection: Connection, owners: Sequence[tuple[bytes, int, dt.datetime]]) -> None:
    """By hash, customer and end. In the transaction that stores the secrets."""
    if owners and are_forms_distributed():
        hashes, customer_ids, ends = (list(values) for values in zip(*owners, strict=True))
        await execute_statement(connection, _STORE, hashes=hashes, customer_ids=customer_ids, ends=ends)


async def store_all_owners(connection: Connection) -> int:
    """Of the secrets that were issued before tables were distributed; how many were missing."""
    stored = 0
    for table in SECRETS:
        known = select(hash_column(table), table.c.customer_id, table.c.expires_at)
        missing = insert(secret_owner).from_select(_NAMES, known).on_conflict_do_nothing()
        stored += await execute_statement(connection, missing)
    return stored
