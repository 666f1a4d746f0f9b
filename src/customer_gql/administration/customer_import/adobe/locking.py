"""Locks of an import: one import at a time, and the customers that its rows may change, in the order of their ids."""

from typing import Final

from customer_gql.administration.customer_import.long_statements import LONG_SECONDS
from customer_gql.administration.customer_import.staging import BATCH_ROWS
from customer_gql.administration.customer_import.stated_values.storing import LOCKS_OF_ADDRESSES, LOCKS_OF_CUSTOMERS
from customer_gql.customers.profile.writes import lock_customers
from customer_gql.database.statements import Connection

from . import customer_upsert
from .address_matching import find_customers_to_lock, find_owners

ONE_IMPORT: Final = "customer_import"
"""The record that every import locks while it writes."""
_LOCK_TABLE: Final = """
CREATE TEMPORARY TABLE import_lock (customer_id bigint) ON COMMIT DROP;
CREATE INDEX ON import_lock (customer_id)
"""
_LOCK_CHANGED: Final = "INSERT INTO import_lock SELECT customer_id FROM import_change"
_LOCK_NAMED: Final = (
    "INSERT INTO import_lock SELECT DISTINCT customer_id FROM import_address WHERE customer_id IS NOT NULL"
)
_NEXT_TO_LOCK: Final = """
SELECT DISTINCT customer_id FROM import_lock WHERE customer_id > $1 ORDER BY customer_id LIMIT $2
"""
_LOCK_KNOWN: Final = "INSERT INTO import_lock SELECT owner_id FROM import_customer WHERE owner_id IS NOT NULL"


async def lock_imported_customers(
    connection: Connection, *, is_shared: bool, replaces: bool = False, states_tags: bool = False
) -> None:
    """Lock those that the files may change. Both are judged again afterwards, by what is then stored.

    `replaces` locks every customer with an address in the file, since addresses may have to go that are not in it, and
    `states_tags` every customer, whose tags are compared under the lock.
    """
    await connection.execute("DROP TABLE IF EXISTS pg_temp.import_lock")
    await connection.execute(_LOCK_TABLE)
    await customer_upsert.find_changes(connection)
    await connection.execute(_LOCK_CHANGED, timeout=LONG_SECONDS)
    await find_owners(connection, is_shared=is_shared)
    await find_customers_to_lock(connection)
    if replaces:
        await connection.execute(_LOCK_NAMED, timeout=LONG_SECONDS)
    for statement in (LOCKS_OF_CUSTOMERS, LOCKS_OF_ADDRESSES):
        await connection.execute(statement, timeout=LONG_SECONDS)
    if states_tags:
        await connection.execute(_LOCK_KNOWN, timeout=LONG_SECONDS)
    after = -1
    while rows := await connection.fetch(_NEXT_TO_LOCK, after, BATCH_ROWS, timeout=LONG_SECONDS):
        after = rows[-1].customer_id
        await lock_customers(connection, [row.customer_id for row in rows], websites=None)
