"""From the temporary table of addresses into the address books: whole sets at a time, in an open transaction."""

from operator import itemgetter
from typing import Final

from customer_gql.administration.customer_import.copied_rows.reading import beside, copy_addresses, copy_customers
from customer_gql.administration.customer_import.copied_rows.writing import write_beside
from customer_gql.administration.customer_import.long_statements import LONG_SECONDS, execute_long
from customer_gql.administration.customer_import.reading.refusals import CUSTOMER_LOST, TOO_MANY_ADDRESSES
from customer_gql.administration.customer_import.reading.report import CellProblem
from customer_gql.administration.customer_import.recording import mark_imported_customers, record_imported_customers
from customer_gql.administration.customer_import.staging import BATCH_ROWS, Counts, ImportRun
from customer_gql.core.ids import encode_id_in_sql
from customer_gql.core.values.telephones import to_e164
from customer_gql.customers.addresses.changes import DEFAULTS
from customer_gql.customers.addresses.fields import CONTENT, COUNTRY_NOT_ACCEPTED
from customer_gql.customers.addresses.settings import PER_CUSTOMER
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.history.stored_values import pair_in_sql
from customer_gql.database.statements import Connection
from customer_gql.database.transactions import mark_customers
from customer_gql.shop.settings.reads import setting

from .address_matching import columns_of, find_owners, match_addresses
from .addresses import SOURCES

_REFUSE_TOO_MANY: Final = """
DELETE FROM import_address s USING (
    SELECT customer_id, address_id,
        row_number() OVER (PARTITION BY customer_id ORDER BY min(line))
        + (SELECT count(*) FROM address a WHERE a.customer_id = fresh.customer_id) AS place
    FROM import_address fresh WHERE NOT is_known
    GROUP BY customer_id, address_id
) AS placed
WHERE placed.customer_id = s.customer_id AND placed.address_id = s.address_id AND placed.place > $1
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


# An address that moves to a country without regions to enter loses the one it has (docs/domain/addresses.md#addresses-21).
_LOSES_REGION: Final = "s.is_region_offered IS FALSE AND a.country_code <> s.country_code"


def _select_edited_column(column: str) -> str:
    """The value of the file for a stored address. What it leaves out stays, and so does a name it does not have."""
    if column in ("region", "region_code"):
        is_left_out = f"'region' = ANY(s.left_out) AND NOT ({_LOSES_REGION})"
        return f"CASE WHEN {is_left_out} THEN a.{column} ELSE s.{column} END"
    if column in SOURCES.values():
        return f"CASE WHEN '{column}' = ANY(s.left_out) THEN a.{column} ELSE s.{column} END"
    return f"coalesce(s.{column}, a.{column})"


# Only an address known by its entity id can differ. The last of its rows counts.
_EDITS: Final = f"""
CREATE TEMPORARY TABLE import_edit ON COMMIT DROP AS
SELECT a.customer_id, a.id, {", ".join(f"{_select_edited_column(column)} AS {column}" for column in CONTENT)},
    {_select_edited_column("region_code")} AS region_code
FROM (SELECT DISTINCT ON (customer_id, address_id) * FROM import_address WHERE is_known AND entity_id IS NOT NULL
    ORDER BY customer_id, address_id, line DESC) AS s
JOIN address a ON a.customer_id = s.customer_id AND a.id = s.address_id
WHERE ({columns_of("a")}) IS DISTINCT FROM ({", ".join(map(_select_edited_column, CONTENT))})
"""


def _pairs(stored: str, given: str, *key: str) -> str:
    """Each column of the content, its value before and after; of an address named by its key."""
    record = encode_id_in_sql("adr", *key)
    return ", ".join(
        pair_in_sql(column, stored.format(column), given.format(column), record=record) for column in CONTENT
    )


def _default_pair(flag: str, stored: str, given: str) -> str:
    before, after = (encode_id_in_sql("adr", "d.customer_id", key) for key in (stored, f"coalesce({given}, {stored})"))
    return f"('{DEFAULTS[flag]}', to_jsonb({before}), to_jsonb({after}))"


_PAIRS_OF_EDIT: Final = _pairs("a.{}", "e.{}", "a.customer_id", "a.id")
_RECORD_OF_NEW: Final = ("fresh.customer_id", "fresh.address_id")
_PAIRS_OF_NEW: Final = ", ".join(
    (
        _pairs("NULL::text", "fresh.{}", *_RECORD_OF_NEW),
        pair_in_sql("external_id", "NULL::text", "fresh.entity_id", record=encode_id_in_sql("adr", *_RECORD_OF_NEW)),
    )
)
_PAIRS_OF_DEFAULTS: Final = ", ".join(
    (
        _default_pair("is_default_billing", "b.id", "d.billing_id"),
        _default_pair("is_default_shipping", "p.id", "d.shipping_id"),
    )
)
# A customer who is new with this import has one entry, that of the creation.
_ADDRESS_CHANGES: Final = f"""
CREATE TEMPORARY TABLE import_address_change ON COMMIT DROP AS
WITH old_customer AS MATERIALIZED (
    SELECT id FROM customer
    WHERE id IN (SELECT customer_id FROM import_address) AND (version > 1 OR updated_at <> $1)
)
SELECT changed.customer_id, jsonb_object_agg(field, jsonb_build_array(stored, given)) AS changes
FROM (
    SELECT a.customer_id, pair.* FROM import_edit e
    JOIN address a ON a.customer_id = e.customer_id AND a.id = e.id
    CROSS JOIN LATERAL (VALUES {_PAIRS_OF_EDIT}) AS pair (field, stored, given)
    UNION ALL
    SELECT fresh.customer_id, pair.* FROM (SELECT DISTINCT ON (customer_id, address_id) * FROM import_address
        WHERE NOT is_known AND customer_id IN (SELECT id FROM old_customer)
        ORDER BY customer_id, address_id, line DESC) AS fresh
    CROSS JOIN LATERAL (VALUES {_PAIRS_OF_NEW}) AS pair (field, stored, given)
    UNION ALL
    SELECT d.customer_id, pair.* FROM import_default d JOIN old_customer o ON o.id = d.customer_id
    LEFT JOIN address b ON b.customer_id = d.customer_id AND b.is_default_billing
    LEFT JOIN address p ON p.customer_id = d.customer_id AND p.is_default_shipping
    CROSS JOIN LATERAL (VALUES {_PAIRS_OF_DEFAULTS}) AS pair (field, stored, given)
) AS changed
WHERE stored IS DISTINCT FROM given
GROUP BY changed.customer_id
"""
_EDIT: Final = f"""
UPDATE address a SET {", ".join(f"{column} = e.{column}" for column in (*CONTENT, "region_code"))}, updated_at = e.written_at
FROM {{given}} AS e WHERE a.customer_id = e.customer_id AND a.id = e.id
"""
_EDITED: Final = "SELECT import_edit.*, $1::timestamptz AS written_at FROM import_edit"
# The old default has to go before the new one comes: a unique key allows no two, not even within one statement.
_GIVE_UP: Final = """
UPDATE address a SET is_default_billing = is_default_billing AND m.billing,
    is_default_shipping = is_default_shipping AND m.shipping, updated_at = m.written_at
FROM {given} AS m WHERE a.customer_id = m.customer_id AND a.id = m.id
"""
_TAKE_OVER: Final = """
UPDATE address a SET is_default_billing = m.billing, is_default_shipping = m.shipping
FROM {given} AS m WHERE a.customer_id = m.customer_id AND a.id = m.id AND (m.billing OR m.shipping)
"""
_MOVED: Final = "SELECT import_move.*, $1::timestamptz AS written_at FROM import_move"
_MADE: Final = (
    f"customer_id, id, {', '.join(CONTENT)}, region_code, telephone_e164, external_id, is_default_billing, is_default_shipping, "
    "created_at, updated_at"
)
_CREATE: Final = f"INSERT INTO address ({_MADE}) SELECT {_MADE} FROM {{given}} AS given"
_NEW: Final = f"""
SELECT DISTINCT ON (s.customer_id, s.address_id) s.customer_id, s.address_id AS id, {columns_of("s")}, s.region_code,
    s.telephone_e164, s.entity_id AS external_id, coalesce(s.address_id = d.billing_id, false) AS is_default_billing,
    coalesce(s.address_id = d.shipping_id, false) AS is_default_shipping, $1::timestamptz AS created_at,
    $1::timestamptz AS updated_at
FROM import_address s JOIN import_default d USING (customer_id)
WHERE NOT s.is_known
ORDER BY s.customer_id, s.address_id, s.line DESC
"""
# An address that was imported without its id, or entered in the shop, gets the one of the file.
_ADOPT: Final = """
UPDATE address a SET external_id = s.entity_id FROM {given} AS s
WHERE a.customer_id = s.customer_id AND a.id = s.address_id AND a.external_id IS NULL
"""
_ADOPTED: Final = """
SELECT DISTINCT customer_id, address_id, entity_id FROM import_address WHERE is_known AND entity_id IS NOT NULL
"""
# A new address, other content or another default is a change of the customer.
_TOUCH: Final = """
UPDATE customer c SET version = c.version + 1, updated_at = a.written_at FROM {given} AS a WHERE c.id = a.customer_id
"""
_CHANGED: Final = "SELECT customer_id, $1::timestamptz AS written_at FROM import_address_change"
_TOUCHED_NOW: Final = """
SELECT c.id AS customer_id, c.version, a.changes FROM import_address_change a JOIN customer c ON c.id = a.customer_id
"""
_EDITED_NUMBERS: Final = """
SELECT a.customer_id, a.id, a.telephone, a.country_code FROM import_edit e
JOIN address a ON a.customer_id = e.customer_id AND a.id = e.id
"""
_STORE_NUMBERS: Final = """
UPDATE address a SET telephone_e164 = made.number
FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS made (customer_id, id, number)
WHERE a.customer_id = made.customer_id AND a.id = made.id AND a.telephone_e164 IS DISTINCT FROM made.number
RETURNING a.customer_id
"""
_DISTINCT: Final = "SELECT count(DISTINCT (customer_id, address_id)) FROM import_address"
_UPDATED: Final = (
    "SELECT count(*) FROM (SELECT customer_id, id FROM import_edit UNION SELECT customer_id, id FROM import_move) AS u"
)
_UNCHANGED: Final = """
SELECT count(DISTINCT (s.customer_id, s.address_id)) FROM import_address s
WHERE s.is_known AND NOT EXISTS (SELECT FROM import_move m WHERE m.customer_id = s.customer_id AND m.id = s.address_id)
  AND NOT EXISTS (SELECT FROM import_edit e WHERE e.customer_id = s.customer_id AND e.id = s.address_id)
"""
# A stored address keeps its country, of which this says nothing new.
_REFUSE_COUNTRIES: Final = """
DELETE FROM import_address s
WHERE s.is_country_accepted IS FALSE AND NOT EXISTS (SELECT FROM address a
    WHERE a.customer_id = s.customer_id AND a.id = s.address_id AND a.country_code = s.country_code)
RETURNING line, country_code
"""
_TABLES: Final = "import_default, import_move, import_edit, import_address_change"
# The account of a row has to be one that was compared when the locks were taken, or one that the import has made.
_LOST: Final = """
DELETE FROM import_address s
WHERE NOT EXISTS (SELECT FROM import_owner o WHERE o.customer_id = s.customer_id)
  AND NOT EXISTS (SELECT FROM import_lock l WHERE l.customer_id = s.customer_id)
RETURNING line, email
"""
# Whose address book was as in the file when the locks were taken: what somebody edits after that comes after the import.
_SET_ASIDE: Final = """
WITH unlocked AS (
    DELETE FROM import_address s WHERE NOT EXISTS (SELECT FROM import_lock l WHERE l.customer_id = s.customer_id)
    RETURNING customer_id, address_id
)
SELECT count(DISTINCT (customer_id, address_id)) FROM unlocked
"""


async def upsert_addresses(
    connection: Connection, counts: Counts, desk: ImportRun, *, is_shared: bool
) -> list[tuple[int, CellProblem]]:
    """Create and update addresses from `import_address` and move defaults. What is refused now, by line.

    Updated are addresses with other content, and those that became a default or gave that up, even if no row names them.
    """
    await find_owners(connection, is_shared=is_shared)
    gone = await connection.fetch(_LOST, timeout=LONG_SECONDS)
    await match_addresses(connection)
    aside = await _count(connection, _SET_ASIDE)
    limit = await setting(connection, PER_CUSTOMER)
    foreign = await connection.fetch(beside(_REFUSE_COUNTRIES), timeout=LONG_SECONDS)
    full = await connection.fetch(beside(_REFUSE_TOO_MANY), limit, timeout=LONG_SECONDS)
    refused = [(row.line, CellProblem("_email", CUSTOMER_LOST(), row.email)) for row in gone]
    refused += [(row.line, CellProblem("_email", TOO_MANY_ADDRESSES(limit=limit))) for row in full]
    for row in foreign:
        reason = COUNTRY_NOT_ACCEPTED(country=row.country_code)
        refused.append((row.line, CellProblem("country_id", reason, row.country_code)))
    counts.refuse(len(refused))
    await _write(connection, counts, desk, aside)
    return sorted(refused, key=itemgetter(0))


async def _write(connection: Connection, counts: Counts, desk: ImportRun, aside: int) -> None:
    """`aside` is how many addresses of customers who are not locked the file names."""
    counts.merged = counts.valid - aside - await _count(connection, _DISTINCT)
    for name in _TABLES.split(", "):
        await connection.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
    for statement in (_DEFAULTS, _MOVES, _EDITS):
        await execute_long(connection, beside(statement))
    await execute_long(connection, beside(_ADDRESS_CHANGES), desk.now)
    counts.updated = await _count(connection, _UPDATED)
    await write_beside(connection, _EDIT, _EDITED, desk.now)
    await write_beside(connection, _GIVE_UP, _MOVED, desk.now)
    await write_beside(connection, _TAKE_OVER, _MOVED, desk.now)
    counts.created = await write_beside(connection, _CREATE, _NEW, desk.now)
    await write_beside(connection, _ADOPT, _ADOPTED)
    counts.unchanged = aside + await _count(connection, _UNCHANGED)
    touched = await write_beside(connection, _TOUCH, _CHANGED, desk.now)
    await copy_customers(connection, "SELECT customer_id FROM import_address_change")
    await record_imported_customers(connection, _TOUCHED_NOW, desk, kind="IMPORTED", count=touched)
    mark_customers(connection, await _store_numbers(connection), address)
    await mark_imported_customers(connection, "SELECT customer_id FROM import_address_change", address)
    await mark_imported_customers(connection, "SELECT customer_id FROM import_address WHERE NOT is_known", address)


async def _store_numbers(connection: Connection) -> list[int]:
    """Of addresses that were changed, since what the file leaves out is stored. The form in which numbers are compared is made
    by code, batch by batch. Answers whose it changed."""
    changed: list[int] = []
    await copy_addresses(connection, "SELECT customer_id FROM import_edit")
    rows = await connection.fetch(beside(_EDITED_NUMBERS), timeout=LONG_SECONDS)
    for start in range(0, len(rows), BATCH_ROWS):
        made = [
            (row.customer_id, row.id, to_e164(row.telephone, row.country_code))
            for row in rows[start : start + BATCH_ROWS]
        ]
        columns = [list(column) for column in zip(*made, strict=True)]
        changed += [row.customer_id for row in await connection.fetch(_STORE_NUMBERS, *columns, timeout=LONG_SECONDS)]
    return changed


async def _count(connection: Connection, sql: str) -> int:
    return int(await connection.fetchval(sql, timeout=LONG_SECONDS) or 0)
