"""What tests of one worker must not leave to each other: settings, texts and customer groups of the shop, counted attempts, a changed
bystander."""

from dataclasses import dataclass
from typing import Any

from customer_gql.customers.profile.values.fields import SHOW_SETTINGS
from customer_gql.database.statements import Connection
from customer_gql.loading.kept_answers import forget_kept
from support.bystander import COUNTERS, Bystander, make_bystander

SETTINGS = "SELECT path, scope, scope_id, value::text, version FROM configuration_value ORDER BY 1, 2, 3"
TEMPLATES = "SELECT concat_ws(':', name, scope, scope_id, locale) FROM mail_template ORDER BY 1"
GROUPS = """SELECT id, version, name, tax_class_id, is_being_deleted, ARRAY(
    SELECT website_id FROM customer_group_excluded_website WHERE group_id = id ORDER BY 1) AS excluded
    FROM customer_group WHERE $1::bigint[] IS NULL OR id = ANY($1) ORDER BY 1"""
# A website that no group excludes asks about no group: that of most tests stays so.
ALLOW_OTHERS = "DELETE FROM customer_group_excluded_website WHERE website_id = 1 AND group_id <> ALL($1::bigint[])"
COUNTED = " OR ".join(f"EXISTS (SELECT FROM {table})" for table in sorted(COUNTERS))


@dataclass
class Isolation:
    """The state that every test of this worker's database finds."""

    settings: list[tuple[str, str, int, str, int]]
    templates: list[str]
    groups: list[tuple[Any, ...]]
    bystander: Bystander

    async def restore(self, connection: Connection) -> list[str]:
        """Put settings and counters back; what the test did to the bystander."""
        if await read_settings(connection) != self.settings:
            await write_settings(connection, self.settings)
            await forget_kept()
        if await read_templates(connection) != self.templates:
            others = "DELETE FROM mail_template WHERE concat_ws(':', name, scope, scope_id, locale) <> ALL($1::text[])"
            await connection.execute(others, self.templates)
        if await read_groups(connection, self.groups) != self.groups:
            await write_groups(connection, self.groups)
        await connection.execute(ALLOW_OTHERS, [group[0] for group in self.groups])
        if await connection.fetchval(f"SELECT {COUNTED}"):
            for table in COUNTERS:
                await connection.execute(f"DELETE FROM {table}")
        return await self.bystander.changes(connection)


async def ask_for_every_field(connection: Connection) -> None:
    """The shop of the tests asks for every field of the profile that it may ask for."""
    rows = [(setting.path, "GLOBAL", 0, '"OPTIONAL"', 1) for setting in SHOW_SETTINGS.values()]
    await connection.executemany(
        "INSERT INTO configuration_value VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING", rows
    )


async def isolate(connection: Connection) -> Isolation:
    await ask_for_every_field(connection)
    bystander = await make_bystander(connection)
    shop = await read_settings(connection), await read_templates(connection), await read_groups(connection)
    return Isolation(*shop, bystander)


async def read_settings(connection: Connection) -> list[tuple[str, str, int, str, int]]:
    return [(row[0], row[1], row[2], row[3], row[4]) for row in await connection.fetch(SETTINGS)]


async def read_templates(connection: Connection) -> list[str]:
    return [row[0] for row in await connection.fetch(TEMPLATES)]


async def write_settings(connection: Connection, rows: list[tuple[str, str, int, str, int]]) -> None:
    async with connection.transaction():
        await connection.execute("DELETE FROM configuration_value")
        await connection.executemany("INSERT INTO configuration_value VALUES ($1, $2, $3, $4, $5)", rows)


async def read_groups(connection: Connection, some: list[tuple[Any, ...]] | None = None) -> list[tuple[Any, ...]]:
    """Those that every shop begins with, not those that tests made."""
    ids = None if some is None else [group[0] for group in some]
    return [tuple(row) for row in await connection.fetch(GROUPS, ids)]


async def write_groups(connection: Connection, groups: list[tuple[Any, ...]]) -> None:
    async with connection.transaction():
        await connection.execute(
            "DELETE FROM customer_group_excluded_website WHERE group_id = ANY($1)", [group[0] for group in groups]
        )
        for *group, excluded in groups:
            await connection.execute(
                "INSERT INTO customer_group (id, version, name, tax_class_id, is_being_deleted) VALUES ($1, $2, $3, $4, $5) "
                "ON CONFLICT (id) DO UPDATE SET version = $2, name = $3, tax_class_id = $4, is_being_deleted = $5",
                *group,
            )
            await connection.execute(
                "INSERT INTO customer_group_excluded_website SELECT $1, unnest($2::bigint[])", group[0], excluded
            )
