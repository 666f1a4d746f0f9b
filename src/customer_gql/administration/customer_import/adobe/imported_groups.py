"""Groups of imported customers, as they are when the rows are written: a file may have been read long before."""

from typing import Final

from sqlalchemy import BigInteger, column, or_, select, table

from customer_gql.administration.customer_import.copied_rows.reading import beside
from customer_gql.administration.customer_import.long_statements import LONG_SECONDS, execute_long
from customer_gql.administration.customer_import.staging import ImportRun
from customer_gql.customers.accounts.registration.settings import DEFAULT_GROUP
from customer_gql.customers.profile.tables import CustomerType
from customer_gql.database.statements import Connection, compile_statement
from customer_gql.shop.groups.writes import lock_groups
from customer_gql.shop.settings.reads import select_value_at

IS_FREE: Final = f"c.customer_type = '{CustomerType.INDIVIDUAL.value}'"
"""Whether the group of a customer is not that of a company (docs/domain/import.md#import-12)."""
_NAMED: Final = "SELECT DISTINCT group_id FROM import_customer WHERE group_id IS NOT NULL"
_LEAVE_OUT: Final = "UPDATE import_customer SET group_id = NULL WHERE group_id <> ALL($1::bigint[])"
_staged: Final = table(
    "import_customer",
    *[
        column(name, BigInteger())
        for name in ("customer_id", "owner_id", "group_id", "website_id", "created_in_store_view_id")
    ],
)
_is_new = or_(_staged.c.owner_id.is_(None), _staged.c.owner_id == _staged.c.customer_id)
_lacks_group: Final = (_is_new, _staged.c.group_id.is_(None))
_views: Final = (
    select(_staged.c.website_id, _staged.c.created_in_store_view_id).where(*_lacks_group).distinct().subquery("view")
)
_defaults: Final = select(
    _views,
    select_value_at(
        DEFAULT_GROUP, website_id=_views.c.website_id, store_view_id=_views.c.created_in_store_view_id
    ).label("group_id"),
).subquery("default_group")
_USE_DEFAULTS: Final = compile_statement(
    _staged.update()
    .where(
        *_lacks_group,
        _staged.c.website_id == _defaults.c.website_id,
        _staged.c.created_in_store_view_id == _defaults.c.created_in_store_view_id,
    )
    .values(group_id=_defaults.c.group_id)
)
_DROP_EXCLUDED: Final = f"""
DELETE FROM import_customer s USING customer_group_excluded_website e
WHERE e.group_id = s.group_id AND (
    s.owner_id IS NULL AND e.website_id = s.website_id
    OR EXISTS (SELECT FROM customer c
        WHERE c.id = s.owner_id AND c.website_id = e.website_id AND c.group_id <> s.group_id AND {IS_FREE}))
RETURNING s.line
"""


async def settle_groups(connection: Connection, desk: ImportRun) -> None:
    """Give new customers without a group the default one, and leave out groups that are gone by now, or are being deleted.
    Nobody deletes the others until the transaction ends."""
    await use_default_groups(connection)
    named = {row.group_id for row in await connection.fetch(_NAMED, timeout=LONG_SECONDS)}
    known = await lock_groups(connection, named)
    if named == known:
        return
    count = await execute_long(connection, _LEAVE_OUT, sorted(known))
    desk.warnings.say(f"The group of {count:,} rows was deleted meanwhile, and left out.")
    await use_default_groups(connection)


async def use_default_groups(connection: Connection) -> None:
    """Give new customers without a group the default one of their store view."""
    await execute_long(connection, _USE_DEFAULTS.sql, *_USE_DEFAULTS.arguments({}))


async def drop_excluded_rows(connection: Connection) -> list[int]:
    """Take out the rows that would put a customer into a group which excludes their website, as every edit refuses to: their
    lines. Customers who are in such a group already stay in it."""
    return [row.line for row in await connection.fetch(beside(_DROP_EXCLUDED), timeout=LONG_SECONDS)]
