"""A customer and a staff user of another website, with a row in every table, whom no test has anything to do with.

Whatever a mutation does, their rows stay as they are: `Bystander.changes` says what became of them.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Table

from customer_gql.database.statements import Connection, Row
from customer_gql.schema.tables import metadata
from support.furnishing import furnish

COUNTERS = {"throttle"}
"""Tables whose rows belong to whoever tries a password; `support.isolation` clears them."""

NOBODYS = {"staff_oidc_flow", "visitor"}
"""Tables whose rows belong to somebody who has not signed in."""

COMPUTED = {"catalog_rule_price"}
"""Tables that a job computes anew for all products after each change of a rule."""

OWNERS = {
    "customer_id": "customer",
    "staff_id": "staff_user",
    "website_id": "website",
    "service_token_id": "service_token",
}
"""Columns by which a row is theirs, and the table of the owner, in order of precedence."""

Rows = Counter[tuple[str, str]]


@dataclass
class Bystander:
    """`query` gives every row of theirs as text; new rows that name them are among these."""

    made: dict[str, Row]
    query: str = ""
    rows: Rows = field(default_factory=Counter)

    async def look(self, connection: Connection) -> Rows:
        return Counter((row[0], row[1]) for row in await connection.fetch(self.query))

    async def changes(self, connection: Connection) -> list[str]:
        """What is gone and what is new since the last call, one line for each row."""
        before, self.rows = self.rows, await self.look(connection)
        gone = [f"- {table} {row}" for table, row in (before - self.rows).elements()]
        return gone + [f"+ {table} {row}" for table, row in (self.rows - before).elements()]


async def make_bystander(connection: Connection) -> Bystander:
    tables = [table for table in metadata.sorted_tables if table.name not in COUNTERS | NOBODYS | COMPUTED]
    async with connection.transaction():
        made = await furnish(connection, tables)
    parts = [f"SELECT '{table.name}', t::text FROM {table.name} t WHERE {is_theirs(table, made)}" for table in tables]
    bystander = Bystander(made, " UNION ALL ".join(parts))
    bystander.rows = await bystander.look(connection)
    return bystander


def is_theirs(table: Table, made: dict[str, Row]) -> str:
    for column, owner in OWNERS.items():
        if column in table.c:
            return f"t.{column} = {made[owner].id}"
    keys = cast("list[str]", table.primary_key.columns.keys())
    return " AND ".join(f"t.{key} = {literal(made[table.name][key])}" for key in keys)


def literal(value: Any) -> str:
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'::bytea"
    return f"'{value}'" if isinstance(value, str) else str(value)
