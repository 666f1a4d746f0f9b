"""`customer-gql migrate --distribute`: what it would ask of Citus, by functions that stand in for it, and nothing elsewhere."""

import re
from pathlib import Path
from typing import Any

import asyncpg

from customer_gql.database.distribution.placing import distribute_tables, plan_placements
from customer_gql.embedded.server import Server
from customer_gql.schema.tables import metadata
from support.processes import run

STAND_IN = """
CREATE TABLE pg_dist_partition (logicalrelid regclass PRIMARY KEY, number serial, asked text);
CREATE FUNCTION create_reference_table(name regclass) RETURNS void LANGUAGE sql AS
  $$ INSERT INTO pg_dist_partition (logicalrelid, asked) VALUES (name, 'reference') $$;
CREATE FUNCTION create_distributed_table(name regclass, by text, colocate_with text) RETURNS void LANGUAGE sql AS
  $$ INSERT INTO pg_dist_partition (logicalrelid, asked) VALUES (name, by || ' beside ' || colocate_with) $$;
"""


def test_tables_are_placed_after_those_they_lead_to():
    placed = [placement.table for placement in plan_placements(metadata)]
    assert len(placed) == len(set(placed))
    assert set(placed) == {name for name, table in metadata.tables.items() if table.info["distribution"] != "local"}
    for name in placed:
        for key in metadata.tables[name].foreign_keys:
            assert placed.index(key.column.table.name) <= placed.index(name), key


async def test_each_table_is_placed_once(server: Server, empty_database_url: str):
    name = re.sub(r".*@/([^?]+)\?.*", r"\1", empty_database_url)
    owner: Any = await asyncpg.connect(server.owner_url(name))
    try:
        await owner.execute(STAND_IN)
        await owner.execute("SELECT create_reference_table('website')")  # before it was killed
        placed = await distribute_tables(owner, metadata)
        asked = {
            str(row[0]): row[1]
            for row in await owner.fetch("SELECT logicalrelid::text, asked FROM pg_dist_partition ORDER BY number")
        }
        assert await distribute_tables(owner, metadata) == []
    finally:
        await owner.close()
    assert placed is not None
    assert "website" not in placed
    assert list(asked) == ["website", *placed]
    assert asked["customer"] == "id beside none"
    assert asked["address"] == "customer_id beside customer"
    assert asked["customer_email"] == "email_normalised beside none"
    assert (asked["store"], asked.get("mail_outbox"), asked.get("staff_session")) == ("reference", None, None)


def test_the_command_says_that_nothing_is_distributed_without_citus(
    tmp_path: Path, server: Server, empty_database_url: str
):
    name = re.sub(r".*@/([^?]+)\?.*", r"\1", empty_database_url)
    urls = {"database_url": server.url(name), "owner_database_url": server.owner_url(name)}
    done = run(tmp_path, "migrate", "--distribute", **urls)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "nothing is distributed: the database has no Citus"
