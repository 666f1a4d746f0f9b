"""The migration that gives regions of existing addresses their present codes."""

import pytest

from customer_gql.database.schema import migrations
from customer_gql.embedded.server import create_database, drop_database
from schema.test_migrations_of_large_tables import ADDRESSES, CUSTOMERS, ask, revisions

pytestmark = pytest.mark.slow

REVISION = "c7a1e05d94b2"
GIVEN = [
    ("US", "California", None, "US-CA"),
    ("US", "d.c.", None, "US-DC"),
    ("CN", "\u5317\u4eac\u5e02", "CN-11", "CN-BJ"),
    ("IT", "Aosta", "IT-AO", "IT-23"),
    ("IT", "Lazio", None, "IT-62"),
    ("GB", "Hinterland", None, None),
    ("PH", "Maguindanao", "PH-MAG", None),
]


def test_regions_get_their_present_codes_and_keep_their_names(server):
    name = "bare_for_region_codes"
    drop_database(server, name)
    create_database(server, name)
    url = server.owner_url(name)
    before = next(script.down_revision for script in revisions() if script.revision == REVISION)
    assert isinstance(before, str)
    migrations.upgrade_database(url, before)
    ask(url, CUSTOMERS)
    ask(url, ADDRESSES)
    for id, (country, region, code, _) in enumerate(GIVEN, start=1):
        change = "UPDATE address SET country_code = $2, region = $3, region_code = $4 WHERE id = $1"
        ask(url, change, id, country, region, code)
    for _ in range(2):
        migrations.upgrade_database(url, REVISION)
        ask(url, "UPDATE alembic_version SET version_num = $1", before)
    migrations.upgrade_database(url, REVISION)
    stored = ask(url, "SELECT country_code, region, region_code FROM address ORDER BY id")
    assert [tuple(row) for row in stored] == [(country, region, code) for country, region, _, code in GIVEN]
    drop_database(server, name)
