"""Whether derived rows are right, and whether anything is left of customers who are gone."""

from collections.abc import Iterable
from typing import Any

from customer_gql.database.statements import Connection
from customer_gql.schema.projections import PROJECTIONS

CLAIMS = ("customer_email", "customer_external_id")
OWNED = (
    *CLAIMS,
    "address",
    "customer_tag",
    "customer_note",
    "newsletter_subscription",
    "customer_grid_row",
    "customer_grid_attribute",
)


async def assert_derived(connection: Connection, customer_ids: Iterable[int]) -> None:
    """What `customer-gql reproject --check` compares, of these customers."""
    ids = sorted(customer_ids)
    assert ids
    for projection in PROJECTIONS:
        assert await projection.find_differences(connection, ids) == {}, projection.table.name


async def find_orphans(connection: Connection, customer_ids: Iterable[int]) -> dict[str, int]:
    """Rows that belong to one of these customers who is not there any more, by table."""
    found: dict[str, Any] = {}
    for table in OWNED:
        left = f"""SELECT count(*) FROM {table} WHERE customer_id = ANY($1)
          AND NOT EXISTS (SELECT FROM customer WHERE customer.id = {table}.customer_id)"""
        found[table] = await connection.fetchval(left, list(customer_ids))
    return {table: count for table, count in found.items() if count}
