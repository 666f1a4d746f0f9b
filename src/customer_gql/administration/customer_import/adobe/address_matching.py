"""Which stored address a row of the file means (docs/domain/import.md#import-13), and whose it is."""

from typing import Final

from customer_gql.administration.customer_import.copied_rows.reading import (
    beside,
    copy_addresses,
    copy_claims,
    copy_customers,
)
from customer_gql.administration.customer_import.long_statements import LONG_SECONDS, execute_long
from customer_gql.customers.addresses.fields import CONTENT
from customer_gql.database.statements import Connection

from .addresses import SOURCES


def columns_of(table: str) -> str:
    return ", ".join(f"{table}.{column}" for column in CONTENT)


_OWNED_ROWS: Final = (
    "CREATE TEMPORARY TABLE import_address (customer_id bigint, LIKE import_address_row) ON COMMIT DROP"
)
_OWNERS: Final = """
INSERT INTO import_address
SELECT e.customer_id, s.* FROM import_address_row s
LEFT JOIN customer_email e ON e.email_normalised = s.email_normalised
  AND e.scope = CASE WHEN $1::boolean THEN 0 ELSE s.website_id END AND e.reserved_until IS NULL
"""
# More than will change: a row that names no new content and no new default changes nothing.
_ADDRESS_LOCKS: Final = f"""
INSERT INTO import_lock
SELECT s.customer_id FROM import_address s
WHERE s.customer_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM address a
    WHERE a.customer_id = s.customer_id AND ({columns_of("a")}) IS NOT DISTINCT FROM ({columns_of("s")})
      AND (s.entity_id IS NULL OR a.external_id = s.entity_id)
      AND (a.is_default_billing OR NOT s.is_default_billing) AND (a.is_default_shipping OR NOT s.is_default_shipping)
)
"""
_BY_ENTITY: Final = """
UPDATE import_address s SET address_id = a.id, is_known = true
FROM address a WHERE a.customer_id = s.customer_id AND a.external_id = s.entity_id
"""
_NAMES: Final = """
UPDATE import_address s
SET first_name = coalesce(s.first_name, c.first_name), last_name = coalesce(s.last_name, c.last_name)
FROM customer c
WHERE c.id = s.customer_id AND NOT s.is_known AND (s.first_name IS NULL OR s.last_name IS NULL)
"""


def _is_same(column: str) -> str:
    same = f"a.{column} IS NOT DISTINCT FROM s.{column}"
    return f"({same} OR '{column}' = ANY(s.left_out))" if column in SOURCES.values() else same


_FILLED: Final = (*SOURCES.values(), "region_code", "telephone_e164")
# What a row leaves out stays as it is stored, so an address with equal content otherwise is the one that is meant.
_FILL: Final = f"""
UPDATE import_address s SET {", ".join(f"{column} = known.{column}" for column in _FILLED)}
FROM (
    SELECT DISTINCT ON (s.line) s.line, {", ".join(f"a.{column}" for column in _FILLED)}
    FROM import_address s
    JOIN address a ON a.customer_id = s.customer_id AND {" AND ".join(map(_is_same, CONTENT))}
    WHERE NOT s.is_known AND cardinality(s.left_out) > 0
    ORDER BY s.line, a.id
) AS known
WHERE known.line = s.line
"""
# An entity seen for the first time may be an address that was imported without its id. Equal addresses of several
# entities are several addresses, so each stored one is taken once.
_ADOPT: Final = f"""
UPDATE import_address s SET address_id = known.address_id, is_known = true
FROM (
    SELECT fresh.customer_id, fresh.entity_id, free.id AS address_id
    FROM (
        SELECT last.*, row_number() OVER (PARTITION BY last.customer_id, {columns_of("last")} ORDER BY last.line) AS place
        FROM (SELECT DISTINCT ON (customer_id, entity_id) * FROM import_address
            WHERE NOT is_known AND entity_id IS NOT NULL ORDER BY customer_id, entity_id, line DESC) AS last
    ) AS fresh
    JOIN (
        SELECT a.*, row_number() OVER (PARTITION BY a.customer_id, {columns_of("a")} ORDER BY a.id) AS place
        FROM address a
        WHERE a.customer_id IN (SELECT customer_id FROM import_address WHERE NOT is_known AND entity_id IS NOT NULL)
          AND a.external_id IS NULL
    ) AS free
      ON free.customer_id = fresh.customer_id AND free.place = fresh.place
      AND ({columns_of("free")}) IS NOT DISTINCT FROM ({columns_of("fresh")})
) AS known
WHERE known.customer_id = s.customer_id AND known.entity_id = s.entity_id
"""
# Two of a customer's own addresses may be alike, then the older one is meant.
_BY_CONTENT: Final = f"""
UPDATE import_address s SET address_id = known.id, is_known = true
FROM (
    SELECT s.line, min(a.id) AS id
    FROM import_address s
    JOIN address a ON a.customer_id = s.customer_id AND ({columns_of("a")}) IS NOT DISTINCT FROM ({columns_of("s")})
    WHERE s.entity_id IS NULL
    GROUP BY s.line
) AS known
WHERE known.line = s.line
"""


def _unite(same: str, rows: str) -> str:
    return f"""
UPDATE import_address s SET address_id = first.address_id
FROM (
    SELECT s.line, first_value(s.address_id) OVER (PARTITION BY s.customer_id, {same} ORDER BY s.line) AS address_id
    FROM import_address s WHERE NOT s.is_known AND {rows}
) AS first
WHERE first.line = s.line AND first.address_id <> s.address_id
"""


_MATCHING: Final = (
    _BY_ENTITY,
    _NAMES,
    _FILL,
    _ADOPT,
    _BY_CONTENT,
    _unite("s.entity_id", "s.entity_id IS NOT NULL"),
    _unite(columns_of("s"), "s.entity_id IS NULL"),
)
_REMEMBER_OWNERS: Final = """
CREATE TEMPORARY TABLE import_owner ON COMMIT DROP AS
SELECT DISTINCT customer_id FROM import_address WHERE customer_id IS NOT NULL
"""
_NAMED_CUSTOMERS: Final = "SELECT customer_id FROM import_address"


async def find_owners(connection: Connection, *, is_shared: bool) -> None:
    """Fill `import_address` with the rows and the customers they belong to."""
    await connection.execute("DROP TABLE IF EXISTS pg_temp.import_address")
    await connection.execute(_OWNED_ROWS)
    await copy_claims(connection, "SELECT email_normalised FROM import_address_row")
    await execute_long(connection, beside(_OWNERS), is_shared)
    await connection.execute("ANALYZE import_address", timeout=LONG_SECONDS)


async def match_addresses(connection: Connection) -> None:
    """Find the stored address that each row of `import_address` means, of customers who are locked."""
    for copy in (copy_customers, copy_addresses):
        await copy(connection, _NAMED_CUSTOMERS)
    for statement in _MATCHING:
        await execute_long(connection, beside(statement))


async def find_customers_to_lock(connection: Connection) -> None:
    """Add the customers whose address books the file may change to `import_lock`."""
    await connection.execute("DROP TABLE IF EXISTS pg_temp.import_owner")
    await execute_long(connection, _REMEMBER_OWNERS)
    await copy_addresses(connection, _NAMED_CUSTOMERS)
    await execute_long(connection, beside(_ADDRESS_LOCKS))
