"""From the temporary table of customers into the shop: whole sets at a time, in an open transaction.

The claim on the e-mail decides who is new: the import that inserts it creates the customer, all others find it taken.
"""

import datetime as dt
from typing import Final

from customer_gql.administration.customer_import.copied_rows.reading import beside, copy_claims, copy_customers
from customer_gql.administration.customer_import.copied_rows.writing import write_beside
from customer_gql.administration.customer_import.long_statements import LONG_SECONDS, execute_long
from customer_gql.administration.customer_import.reading.refusals import ACCOUNT_LOST
from customer_gql.administration.customer_import.recording import mark_imported_customers, record_imported_customers
from customer_gql.administration.customer_import.staging import BATCH_ROWS, Counts, ImportRun
from customer_gql.administration.customer_import.stated_values.storing import merge_attributes
from customer_gql.administration.website_moves.steps import GROUP_EXCLUDED
from customer_gql.core.errors import RuleError
from customer_gql.core.text import sort_key
from customer_gql.customers.accounts.sessions.access import end_sessions_on_excluded_websites
from customer_gql.customers.history.stored_values import pair_in_sql
from customer_gql.customers.profile.tables import customer
from customer_gql.customers.profile.values.defaults import OPTED_OUT_BY_DEFAULT
from customer_gql.database.statements import Connection
from customer_gql.shop.settings.reads import setting

from .customers import FIELDS, Field
from .imported_groups import IS_FREE, drop_excluded_rows, settle_groups, use_default_groups

_SAME: Final = (
    "p.email_normalised = s.email_normalised AND ($1::boolean OR p.website_id = s.website_id) AND p.line < s.line"
)
# What a row does not give, because its cell is empty and must not be or was left out, comes from the last row that does.
_GIVEN_BEFORE: Final = (
    "{column} = CASE WHEN {lacks} THEN coalesce((SELECT p.{column} FROM import_customer p"
    f" WHERE {_SAME}"
    " AND {gives} ORDER BY p.line DESC LIMIT 1), s.{column}) ELSE s.{column} END"
)


def _fill_from_rows_before() -> str:
    kept = [field.column for field in FIELDS if field.keeps] + ["created_at"]
    filled = [
        _GIVEN_BEFORE.format(column=column, lacks=f"s.{column} IS NULL", gives=f"p.{column} IS NOT NULL")
        for column in kept
    ] + [
        _GIVEN_BEFORE.format(
            column=field.column,
            lacks=f"'{field.source}' = ANY(s.left_out)",
            gives=f"'{field.source}' <> ALL(p.left_out)",
        )
        for field in FIELDS
        if not field.keeps
    ]
    return f"""
UPDATE import_customer s SET {", ".join(filled)},
    left_out = ARRAY(SELECT source FROM unnest(s.left_out) AS source
        WHERE NOT EXISTS (SELECT FROM import_customer p WHERE {_SAME} AND source <> ALL(p.left_out)))
WHERE (cardinality(s.left_out) > 0 OR {" OR ".join(f"s.{column} IS NULL" for column in kept)})
  AND EXISTS (SELECT FROM import_customer p WHERE {_SAME})
"""


_FILL: Final = _fill_from_rows_before()
_MERGE: Final = f"DELETE FROM import_customer p USING import_customer s WHERE {_SAME}"

_CLAIM: Final = """
INSERT INTO customer_email (email_normalised, scope, customer_id)
SELECT given.email_normalised, given.scope, given.customer_id FROM {given} AS given
ON CONFLICT (email_normalised, scope) DO UPDATE SET customer_id = excluded.customer_id, reserved_until = NULL
WHERE customer_email.reserved_until <= {own}
"""
_CLAIMS: Final = """
SELECT email_normalised, CASE WHEN $1::boolean THEN 0 ELSE website_id END AS scope, customer_id FROM import_customer
WHERE first_name IS NOT NULL AND last_name IS NOT NULL
ORDER BY email_normalised, website_id
"""
_NAMED_EMAILS: Final = "SELECT email_normalised FROM import_customer"
_NAMED_CUSTOMERS: Final = "SELECT owner_id FROM import_customer"
_OWNER: Final = """
    SELECT e.customer_id FROM customer_email e
    WHERE e.email_normalised = s.email_normalised AND e.scope = CASE WHEN $1::boolean THEN 0 ELSE s.website_id END
      AND e.reserved_until IS NULL
"""
_FIND_OWNERS: Final = f"UPDATE import_customer s SET owner_id = ({_OWNER})"
_FORGET_DELETED_OWNERS: Final = """
UPDATE import_customer s SET owner_id = NULL
WHERE owner_id IS NOT NULL AND NOT EXISTS (SELECT FROM customer c WHERE c.id = s.owner_id)
"""
# All of them again after the claims: an owner found before may be gone, and another account was not compared, nor locked.
_KEEP_OWNERS: Final = (
    f"UPDATE import_customer s SET owner_id = ({_OWNER} AND e.customer_id IN (s.customer_id, s.owner_id))"
)
# A number drawn is not given back, so a dry run draws none. They are drawn apart, as a distributed database needs it.
_DRAW_NUMBERS: Final = """
SELECT nextval('customer_number_seq') AS number FROM import_customer WHERE owner_id = customer_id
"""
_TAKEN: Final = (
    "email, prefix, first_name, middle_name, last_name, suffix, gender, date_of_birth, birth_year, tax_vat_number, website_id, "
    "created_in_store_view_id, group_id, is_email_confirmed"
)
_MADE: Final = f"id, number, {_TAKEN}, is_automatic_group_change_disabled, name_sort_key, created_at, updated_at"
_CREATE: Final = f"INSERT INTO customer ({_MADE}) SELECT {_MADE} FROM {{given}} AS given"
_NEW: Final = f"""
SELECT customer_id AS id, coalesce(drawn.number, 0) AS number, {_TAKEN},
    CASE WHEN 'disable_auto_group_change' = ANY(left_out) THEN $3 ELSE is_automatic_group_change_disabled END
        AS is_automatic_group_change_disabled,
    coalesce(name_sort_key, '') AS name_sort_key, coalesce(created_at, $1) AS created_at, $1::timestamptz AS updated_at
FROM (
    SELECT *, row_number() OVER (ORDER BY line) AS place FROM import_customer WHERE owner_id = customer_id
) AS new_customer
LEFT JOIN unnest($2::bigint[]) WITH ORDINALITY AS drawn (number, place) USING (place)
"""
_CREATED: Final = """
SELECT customer_id, 1 AS version, '{}'::jsonb AS changes FROM import_customer WHERE owner_id = customer_id
"""
_FROZEN: Final = f"""
SELECT count(*) FROM import_customer s JOIN customer c ON c.id = s.owner_id
WHERE s.group_id <> c.group_id AND NOT {IS_FREE}
"""
_UPDATE: Final = f"""
UPDATE customer c
SET {", ".join(f"{field.column} = n.{field.column}" for field in FIELDS)}, version = n.version + 1, updated_at = n.written_at
FROM {{given}} AS n WHERE c.id = n.customer_id
"""
_CHANGED: Final = "SELECT import_change.*, $1::timestamptz AS written_at FROM import_change"
_UPDATED: Final = """
SELECT n.customer_id, c.version, n.changes
FROM import_change n JOIN customer c ON c.id = n.customer_id
"""


_MOVED_TO_GROUP: Final = "SELECT customer_id FROM import_change WHERE changes ? 'groupId'"
# Of a new customer whose row has both names it is known already.
_IMPORTED_NAMES: Final = """
SELECT DISTINCT c.id, c.first_name, c.last_name FROM customer c JOIN import_customer s ON s.owner_id = c.id
WHERE c.updated_at = $1 AND (s.owner_id <> s.customer_id OR s.name_sort_key IS NULL)
"""
_SORT_KEYS: Final = """
UPDATE customer c SET name_sort_key = made.key FROM unnest($1::bigint[], $2::text[]) AS made (id, key)
WHERE c.id = made.id AND c.name_sort_key <> made.key
"""


def _find_changes() -> str:
    """Customers whose row in the file says something new. A cell that was left out, or is missing, says nothing."""
    listed = ", ".join(f"{_select_edited_field(field)} AS {field.column}" for field in FIELDS)
    pairs = ", ".join(pair_in_sql(f.column, f"c.{f.column}", _select_edited_field(f)) for f in FIELDS)
    return f"""
CREATE TEMPORARY TABLE import_change ON COMMIT DROP AS
SELECT c.id AS customer_id, c.version, difference.changes, {listed}
FROM import_customer s
JOIN customer c ON c.id = s.owner_id
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(field, jsonb_build_array(stored, given)) AS changes
    FROM (VALUES {pairs}) AS pair (field, stored, given)
    WHERE stored IS DISTINCT FROM given
) AS difference
WHERE s.owner_id <> s.customer_id AND difference.changes IS NOT NULL
"""


# A year says nothing new where a date of that year is stored (docs/domain/profile.md#profile-18).
_IS_KNOWN: Final = {"dob": " OR s.birth_year = extract(year FROM c.date_of_birth)"}


def _select_edited_field(field: Field) -> str:
    is_kept = f"'{field.source}' = ANY(s.left_out){_IS_KNOWN.get(field.source, '')}"
    given = (
        f"coalesce(s.{field.column}, c.{field.column})"
        if field.keeps
        else f"CASE WHEN {is_kept} THEN c.{field.column} ELSE s.{field.column} END"
    )
    # The group of a company's member follows the company (docs/domain/import.md#import-12).
    return f"CASE WHEN {IS_FREE} THEN {given} ELSE c.group_id END" if field.column == "group_id" else given


_CHANGES: Final = _find_changes()
# One who was as in the file when the locks were taken is unchanged: what somebody edits after that comes after the import.
_OF_LOCKED: Final = " AND EXISTS (SELECT FROM import_lock l WHERE l.customer_id = s.owner_id)"
_LOCK_CREATED: Final = "INSERT INTO import_lock SELECT customer_id FROM import_customer WHERE owner_id = customer_id"


async def merge_rows(connection: Connection, counts: Counts, *, is_shared: bool) -> None:
    """Leave one row of each customer, and find those who exist already."""
    await execute_long(connection, _FILL, is_shared)
    await merge_attributes(connection, is_shared=is_shared)
    counts.merged = await execute_long(connection, _MERGE, is_shared)
    await copy_claims(connection, _NAMED_EMAILS)
    await execute_long(connection, beside(_FIND_OWNERS), is_shared)
    await copy_customers(connection, _NAMED_CUSTOMERS)


async def find_changes(connection: Connection, *, among_locked: bool = False) -> int:
    """Fill `import_change` with the customers whose stored values differ; how many."""
    await connection.execute("DROP TABLE IF EXISTS pg_temp.import_change")
    return await execute_long(connection, beside(_CHANGES + _OF_LOCKED if among_locked else _CHANGES))


async def upsert_customers(
    connection: Connection, counts: Counts, desk: ImportRun, *, is_shared: bool
) -> list[tuple[int, str, RuleError]]:
    """Create and update customers from `import_customer`. What is refused now: line, column, reason."""
    now = desk.now
    await copy_customers(connection, _NAMED_CUSTOMERS)
    await execute_long(connection, beside(_FORGET_DELETED_OWNERS))
    await settle_groups(connection, desk)
    refused = [(line, "group_id", GROUP_EXCLUDED()) for line in await drop_excluded_rows(connection)]
    counts.created = await write_beside(connection, _CLAIM, _CLAIMS, is_shared, own=now)
    await copy_claims(connection, _NAMED_EMAILS)
    await execute_long(connection, beside(_KEEP_OWNERS), is_shared)
    # One who was deleted only now is new after all.
    await use_default_groups(connection)
    numbers = [] if desk.is_dry_run else [row["number"] for row in await connection.fetch(_DRAW_NUMBERS)]
    opted_out = await setting(connection, OPTED_OUT_BY_DEFAULT)
    await write_beside(connection, _CREATE, _NEW, now, sorted(numbers), opted_out)
    await execute_long(connection, _LOCK_CREATED)
    await record_imported_customers(connection, _CREATED, desk, kind="CREATED", count=counts.created)
    await mark_imported_customers(connection, _CREATED, customer)
    if frozen := await connection.fetchval(beside(_FROZEN)):
        desk.warnings.say(f"{frozen} members of companies kept their group, which follows the company.")
    counts.updated = await _update(connection, desk)
    await store_sort_keys(connection, desk.now)
    lost = [row.line for row in await connection.fetch("SELECT line FROM import_customer WHERE owner_id IS NULL")]
    refused += [(line, "email", ACCOUNT_LOST()) for line in lost]
    counts.refuse(len(refused))
    counts.unchanged = counts.valid - counts.merged - counts.created - counts.updated
    return refused


async def store_sort_keys(connection: Connection, now: dt.datetime) -> None:
    """The order of names is made by code, so what the import wrote is read again, batch by batch. The others are not locked."""
    batch: list[tuple[int, str]] = []
    await copy_customers(connection, _NAMED_CUSTOMERS)
    async for row in connection.cursor(beside(_IMPORTED_NAMES), now, prefetch=BATCH_ROWS):
        batch.append((row.id, sort_key(row.last_name, row.first_name)))
        if len(batch) == BATCH_ROWS:
            await _store_keys(connection, batch)
            batch = []
    if batch:
        await _store_keys(connection, batch)


async def _store_keys(connection: Connection, batch: list[tuple[int, str]]) -> None:
    ids, keys = zip(*batch, strict=True)
    await connection.execute(_SORT_KEYS, list(ids), list(keys), timeout=LONG_SECONDS)


async def _update(connection: Connection, desk: ImportRun) -> int:
    """Compare the locked customers again, by what is stored now, and update them; how many."""
    if not await find_changes(connection, among_locked=True):
        return 0
    updated = await write_beside(connection, _UPDATE, _CHANGED, desk.now)
    await copy_customers(connection, "SELECT customer_id FROM import_change")
    await record_imported_customers(connection, _UPDATED, desk, kind="IMPORTED", count=updated)
    columns = ["version", "updated_at", "name_sort_key", *(field.column for field in FIELDS)]
    await mark_imported_customers(connection, "SELECT customer_id FROM import_change", customer, columns)
    moved = await connection.fetch(_MOVED_TO_GROUP, timeout=LONG_SECONDS)
    await end_sessions_on_excluded_websites(connection, customer_ids=[row.customer_id for row in moved], by=desk.by)
    return updated
