"""From the temporary table of customers into the shop: whole sets at a time, in an open transaction.

The claim on the e-mail decides who is new: the import that inserts it creates the customer, all others find it taken.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from customer_gql.administration.customer_import.files import ImportFault
from customer_gql.administration.customer_import.recording import record_imported_customers
from customer_gql.administration.customer_import.staging import LONG_SECONDS, Counts, ImportRun
from customer_gql.customers.profile.sharing import lock_account_sharing
from customer_gql.customers.profile.tables import CustomerType
from customer_gql.database.statements import Connection
from customer_gql.shop.groups.tables import GENERAL

from .customers import FIELDS, Field

_ROUNDS = 5

# The last row of a customer wins; what it leaves empty and must not be empty comes from the rows before it.
_FILL_KEPT: Final = """
UPDATE import_customer s SET {assignments}
WHERE (s.first_name IS NULL OR s.last_name IS NULL OR s.group_id IS NULL)
  AND EXISTS (SELECT FROM import_customer p WHERE {before})
"""
_SAME: Final = (
    "p.email_normalised = s.email_normalised AND ($1::boolean OR p.website_id = s.website_id) AND p.line < s.line"
)
_KEPT_BEFORE: Final = (
    "{column} = coalesce(s.{column}, (SELECT p.{column} FROM import_customer p"
    " WHERE {before} AND p.{column} IS NOT NULL ORDER BY p.line DESC LIMIT 1))"
)
_FILL: Final = _FILL_KEPT.format(
    before=_SAME,
    assignments=", ".join(_KEPT_BEFORE.format(column=field.column, before=_SAME) for field in FIELDS if field.keeps),
)
_MERGE: Final = f"DELETE FROM import_customer p USING import_customer s WHERE {_SAME}"

_CLAIM: Final = """
INSERT INTO customer_email (email_normalised, scope, customer_id)
SELECT email_normalised, CASE WHEN $1::boolean THEN 0 ELSE website_id END, customer_id FROM import_customer
WHERE first_name IS NOT NULL AND last_name IS NOT NULL
ORDER BY email_normalised, website_id
ON CONFLICT DO NOTHING
"""
_FIND_OWNERS: Final = """
UPDATE import_customer s SET owner_id = e.customer_id FROM customer_email e
WHERE e.email_normalised = s.email_normalised AND e.scope = CASE WHEN $1::boolean THEN 0 ELSE s.website_id END
  AND e.reserved_until IS NULL
"""
# A number drawn is not given back, so a dry run draws none.
_CREATE: Final = f"""
INSERT INTO customer (id, number, email, prefix, first_name, middle_name, last_name, suffix, gender, date_of_birth,
    tax_vat_number, website_id, created_in_store_view_id, group_id, is_automatic_group_change_disabled,
    is_email_confirmed, created_at, updated_at)
SELECT customer_id, CASE WHEN $2 THEN 0 ELSE nextval('customer_number_seq') END, email, prefix, first_name, middle_name, last_name, suffix, gender,
    date_of_birth, tax_vat_number, website_id, created_in_store_view_id, coalesce(group_id, {GENERAL}),
    is_automatic_group_change_disabled, is_email_confirmed, coalesce(created_at, $1), $1
FROM (SELECT * FROM import_customer WHERE owner_id = customer_id ORDER BY line) AS new_customer
"""
_CREATED: Final = """
SELECT customer_id, event_id, 1 AS version, '{}'::jsonb AS changes FROM import_customer WHERE owner_id = customer_id
"""
_IS_FREE: Final = f"c.customer_type = '{CustomerType.INDIVIDUAL}'"
_FROZEN: Final = f"""
SELECT count(*) FROM import_customer s JOIN customer c ON c.id = s.owner_id
WHERE s.group_id <> c.group_id AND NOT {_IS_FREE}
"""
_UPDATE: Final = f"""
UPDATE customer c
SET {", ".join(f"{field.column} = n.{field.column}" for field in FIELDS)}, version = n.version + 1, updated_at = $1
FROM import_change n WHERE c.id = n.customer_id AND c.version = n.version
"""
_UPDATED: Final = """
SELECT n.customer_id, n.event_id, c.version, n.changes
FROM import_change n JOIN customer c ON c.id = n.customer_id AND c.version = n.version + 1 AND c.updated_at = $1
"""


def _changes(columns: Collection[str]) -> str:
    """Customers whose row in the file says something new. A column the file does not have says nothing."""
    listed = ", ".join(f"{_given(field, columns)} AS {field.column}" for field in FIELDS)
    pairs = ", ".join(f"('{f.name}', {_shown(f, f'c.{f.column}')}, {_shown(f, _given(f, columns))})" for f in FIELDS)
    return f"""
CREATE TEMPORARY TABLE import_change ON COMMIT DROP AS
SELECT s.event_id, c.id AS customer_id, c.version, difference.changes, {listed}
FROM import_customer s
JOIN customer c ON c.id = s.owner_id
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(field, jsonb_build_array(stored, given)) AS changes
    FROM (VALUES {pairs}) AS pair (field, stored, given)
    WHERE stored IS DISTINCT FROM given
) AS difference
WHERE s.owner_id <> s.customer_id AND difference.changes IS NOT NULL
"""


def _given(field: Field, columns: Collection[str]) -> str:
    if field.source not in columns:
        return f"c.{field.column}"
    given = f"coalesce(s.{field.column}, c.{field.column})" if field.keeps else f"s.{field.column}"
    # The group of a company's member follows the company (docs/domain/import.md#import-12).
    return f"CASE WHEN {_IS_FREE} THEN {given} ELSE c.group_id END" if field.column == "group_id" else given


def _shown(field: Field, value: str) -> str:
    """As the history holds it: a group by its public id, as `encode` makes it."""
    return f"to_jsonb('grp_' || lpad(to_hex({value}), 16, '0'))" if field.column == "group_id" else f"to_jsonb({value})"


async def upsert_customers(
    connection: Connection, columns: Collection[str], counts: Counts, desk: ImportRun
) -> list[int]:
    """Create and update customers from `import_customer`. Lines are returned whose customer went away meanwhile."""
    now = desk.now
    is_shared = await lock_account_sharing(connection)
    await _run(connection, _FILL, is_shared)
    counts.merged = await _run(connection, _MERGE, is_shared)
    counts.created = await _run(connection, _CLAIM, is_shared)
    await _run(connection, _FIND_OWNERS, is_shared)
    await _run(connection, _CREATE, now, desk.is_dry_run)
    await record_imported_customers(connection, _CREATED, kind="CREATED", now=now)
    if "group_id" in columns and (frozen := await connection.fetchval(_FROZEN)):
        desk.warnings.say(f"{frozen} members of companies kept their group, which follows the company.")
    counts.updated = await _update(connection, columns, now)
    lost = [row.line for row in await connection.fetch("SELECT line FROM import_customer WHERE owner_id IS NULL")]
    counts.refuse(len(lost))
    counts.unchanged = counts.valid - counts.merged - counts.created - counts.updated
    return lost


async def _update(connection: Connection, columns: Collection[str], now: datetime) -> int:
    """A customer edited between the comparison and the update is compared again."""
    updated = 0
    for _ in range(_ROUNDS):
        await connection.execute("DROP TABLE IF EXISTS pg_temp.import_change")
        wanted = await _run(connection, _changes(columns))
        done = await _run(connection, _UPDATE, now) if wanted else 0
        updated += done
        if done:
            await record_imported_customers(connection, _UPDATED, kind="IMPORTED", now=now)
        if done == wanted:
            return updated
    raise ImportFault("The customers are being edited all the time; nothing was imported, try again later.")


async def _run(connection: Connection, sql: str, *values: object) -> int:
    tag = await connection.execute(sql, *values, timeout=LONG_SECONDS)
    return int(tag.rpartition(" ")[2])
