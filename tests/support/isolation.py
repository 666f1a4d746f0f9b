"""What tests of one worker must not leave to each other: settings and texts of the shop, counted attempts, a changed bystander."""

from dataclasses import dataclass

from customer_gql.database.statements import Connection
from support.bystander import COUNTERS, Bystander, make_bystander

SETTINGS = "SELECT path, scope, scope_id, value::text, version FROM configuration_value ORDER BY 1, 2, 3"
TEMPLATES = "SELECT concat_ws(':', name, scope, scope_id, locale) FROM mail_template ORDER BY 1"
COUNTED = " OR ".join(f"EXISTS (SELECT FROM {table})" for table in sorted(COUNTERS))


@dataclass
class Isolation:
    """The state that every test of this worker's database finds."""

    settings: list[tuple[str, str, int, str, int]]
    templates: list[str]
    bystander: Bystander

    async def restore(self, connection: Connection) -> list[str]:
        """Put settings and counters back; what the test did to the bystander."""
        if await read_settings(connection) != self.settings:
            await write_settings(connection, self.settings)
        if await read_templates(connection) != self.templates:
            others = "DELETE FROM mail_template WHERE concat_ws(':', name, scope, scope_id, locale) <> ALL($1::text[])"
            await connection.execute(others, self.templates)
        if await connection.fetchval(f"SELECT {COUNTED}"):
            for table in COUNTERS:
                await connection.execute(f"DELETE FROM {table}")
        return await self.bystander.changes(connection)


async def isolate(connection: Connection) -> Isolation:
    bystander = await make_bystander(connection)
    return Isolation(await read_settings(connection), await read_templates(connection), bystander)


async def read_settings(connection: Connection) -> list[tuple[str, str, int, str, int]]:
    return [(row[0], row[1], row[2], row[3], row[4]) for row in await connection.fetch(SETTINGS)]


async def read_templates(connection: Connection) -> list[str]:
    return [row[0] for row in await connection.fetch(TEMPLATES)]


async def write_settings(connection: Connection, rows: list[tuple[str, str, int, str, int]]) -> None:
    async with connection.transaction():
        await connection.execute("DELETE FROM configuration_value")
        await connection.executemany("INSERT INTO configuration_value VALUES ($1, $2, $3, $4, $5)", rows)
