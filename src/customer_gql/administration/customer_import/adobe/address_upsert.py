"""From the temporary table of addresses into the address books: whole sets at a time, in an open transaction."""

from datetime import datetime
from typing import Final

from customer_gql.administration.customer_import.recording import record_imported_customers
from customer_gql.administration.customer_import.staging import LONG_SECONDS, Counts
from customer_gql.database.statements import Connection

from .addresses import CONTENT

MOST_ADDRESSES = 100


def _columns(of: str) -> str:
    return ", ".join(f"{of}.{column}" for column in CONTENT)


# The key makes the join cheap; two of a customer's own addresses may be alike, then the older one is meant.
_RECOGNISE: Final = f"""
UPDATE import_address s SET address_id = known.id, is_known = true
FROM (
    SELECT s.line, min(a.id) AS id
    FROM import_address s
    JOIN address a ON a.customer_id = s.customer_id AND ({_columns("a")}) IS NOT DISTINCT FROM ({_columns("s")})
    GROUP BY s.line
) AS known
WHERE known.line = s.line
"""
_UNITE: Final = f"""
UPDATE import_address s SET address_id = first.address_id
FROM (
    SELECT s.line, first_value(s.address_id) OVER (PARTITION BY s.customer_id, {_columns("s")} ORDER BY s.line)
        AS address_id
    FROM import_address s WHERE NOT s.is_known
) AS first
WHERE first.line = s.line AND first.address_id <> s.address_id
"""
_REFUSE_TOO_MANY: Final = f"""
DELETE FROM import_address s USING (
    SELECT customer_id, address_id,
        row_number() OVER (PARTITION BY customer_id ORDER BY min(line))
        + (SELECT count(*) FROM address a WHERE a.customer_id = fresh.customer_id) AS place
    FROM import_address fresh WHERE NOT is_known
    GROUP BY customer_id, address_id
) AS placed
WHERE placed.customer_id = s.customer_id AND placed.address_id = s.address_id AND placed.place > {MOST_ADDRESSES}
RETURNING s.line
"""
# A flag in a later row takes the default over; no flag gives up none (as Adobe Commerce imports them).
_DEFAULTS: Final = """
CREATE TEMPORARY TABLE import_default ON COMMIT DROP AS
SELECT customer_id,
    (array_agg(address_id ORDER BY line DESC) FILTER (WHERE is_default_billing))[1] AS billing_id,
    (array_agg(address_id ORDER BY line DESC) FILTER (WHERE is_default_shipping))[1] AS shipping_id
FROM import_address GROUP BY customer_id
"""
_MOVES: Final = """
CREATE TEMPORARY TABLE import_move ON COMMIT DROP AS
SELECT customer_id, id, billing, shipping FROM (
    SELECT a.customer_id, a.id, a.is_default_billing, a.is_default_shipping,
        coalesce(a.id = d.billing_id, a.is_default_billing) AS billing,
        coalesce(a.id = d.shipping_id, a.is_default_shipping) AS shipping
    FROM import_default d JOIN address a ON a.customer_id = d.customer_id
) AS book
WHERE (billing, shipping) <> (is_default_billing, is_default_shipping)
"""
# The old default has to go before the new one comes: a unique key allows no two, not even within one statement.
_GIVE_UP: Final = """
UPDATE address a SET is_default_billing = is_default_billing AND m.billing,
    is_default_shipping = is_default_shipping AND m.shipping, updated_at = $1
FROM import_move m WHERE a.customer_id = m.customer_id AND a.id = m.id
"""
_TAKE_OVER: Final = """
UPDATE address a SET is_default_billing = m.billing, is_default_shipping = m.shipping
FROM import_move m WHERE a.customer_id = m.customer_id AND a.id = m.id AND (m.billing OR m.shipping)
"""
_CREATE: Final = f"""
INSERT INTO address (customer_id, id, {", ".join(CONTENT)}, is_default_billing, is_default_shipping, created_at,
    updated_at)
SELECT DISTINCT ON (s.customer_id, s.address_id) s.customer_id, s.address_id, {_columns("s")},
    coalesce(s.address_id = d.billing_id, false), coalesce(s.address_id = d.shipping_id, false), $1, $1
FROM import_address s JOIN import_default d USING (customer_id)
WHERE NOT s.is_known
ORDER BY s.customer_id, s.address_id, s.line
"""
# A new address or another default is a change of the customer: the grid shows and edits the default billing address.
_TOUCHED: Final = """
CREATE TEMPORARY TABLE import_touched ON COMMIT DROP AS
SELECT s.customer_id, min(s.event_id) AS event_id, min(b.telephone) AS telephone, min(b.postcode) AS postcode
FROM import_address s
LEFT JOIN address b ON b.customer_id = s.customer_id AND b.is_default_billing
WHERE NOT s.is_known OR EXISTS (SELECT FROM import_move m WHERE m.customer_id = s.customer_id)
GROUP BY s.customer_id
"""
# A customer that this import created has its time and version 1, and needs no second entry.
_TOUCH: Final = """
UPDATE customer c SET version = c.version + 1, updated_at = $1
FROM import_touched t WHERE c.id = t.customer_id AND (c.version > 1 OR c.updated_at <> $1)
"""
_UPDATED: Final = """
SELECT c.id AS customer_id, t.event_id, c.version, coalesce(difference.changes, '{}') AS changes
FROM import_touched t
JOIN customer c ON c.id = t.customer_id AND c.version > 1
LEFT JOIN address b ON b.customer_id = t.customer_id AND b.is_default_billing
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(field, jsonb_build_array(stored, given)) AS changes
    FROM (VALUES ('telephone', t.telephone, b.telephone), ('postcode', t.postcode, b.postcode))
        AS pair (field, stored, given)
    WHERE stored IS DISTINCT FROM given
) AS difference
"""
_DISTINCT: Final = "SELECT count(DISTINCT (customer_id, address_id)) FROM import_address"
_UNCHANGED: Final = """
SELECT count(DISTINCT (s.customer_id, s.address_id)) FROM import_address s
LEFT JOIN import_move m ON m.customer_id = s.customer_id AND m.id = s.address_id
WHERE s.is_known AND m.id IS NULL
"""


async def upsert_addresses(connection: Connection, counts: Counts, now: datetime) -> list[int]:
    """Create addresses from `import_address` and move defaults. Lines beyond the full address book are returned.

    Updated are addresses that became a default or gave that up, those the file does not name included.
    """
    await _run(connection, _RECOGNISE)
    await _run(connection, _UNITE)
    refused = await connection.fetch(_REFUSE_TOO_MANY, timeout=LONG_SECONDS)
    counts.refuse(len(refused))
    counts.merged = counts.valid - await _count(connection, _DISTINCT)
    await connection.execute("DROP TABLE IF EXISTS pg_temp.import_default, pg_temp.import_move, pg_temp.import_touched")
    await _run(connection, _DEFAULTS)
    counts.updated = await _run(connection, _MOVES)
    await _run(connection, _TOUCHED)
    await _run(connection, _GIVE_UP, now)
    await _run(connection, _TAKE_OVER)
    counts.created = await _run(connection, _CREATE, now)
    counts.unchanged = await _count(connection, _UNCHANGED)
    await _run(connection, _TOUCH, now)
    await record_imported_customers(connection, _UPDATED, kind="IMPORTED", now=now)
    return sorted(row.line for row in refused)


async def _run(connection: Connection, sql: str, now: datetime | None = None) -> int:
    tag = await connection.execute(sql, *([now] if now else []), timeout=LONG_SECONDS)
    return int(tag.rpartition(" ")[2])


async def _count(connection: Connection, sql: str) -> int:
    return int(await connection.fetchval(sql, timeout=LONG_SECONDS) or 0)
