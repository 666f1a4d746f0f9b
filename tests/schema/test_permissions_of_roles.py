"""The migrations that add permissions give each to the roles that are to have it, whichever roles a shop has made."""

import pytest

from customer_gql.database.schema import migrations
from customer_gql.embedded.server import create_database, drop_database
from schema.test_migrations_of_large_tables import ask, revisions

pytestmark = pytest.mark.slow

SEEING = "companies.read"
MANAGING = {"attributes.manage", "companies.delete", "companies.write", "groups.manage", "websites.manage"}
REVISIONS = ("f5b92e1c60d8", "a6d81f3b07c5", "b1d40f7a6c92", "c3f9b27de810", "b7d41e08c52a")
OWN = "INSERT INTO staff_role (id, name, name_sort_key, permissions, website_ids) VALUES ($1, $2, $2, $3, $4)"
PERMISSIONS = "SELECT name, permissions FROM staff_role ORDER BY id"


@pytest.fixture
def url(server):
    """A database as it was before the first of these migrations."""
    name = "bare_for_permissions"
    drop_database(server, name)
    create_database(server, name)
    url, chain = server.owner_url(name), [script.revision for script in revisions()]
    migrations.upgrade_database(url, chain[min(map(chain.index, REVISIONS)) - 1])
    yield url
    drop_database(server, name)


def permissions_of(url):
    return {row["name"]: set(row["permissions"]) for row in ask(url, PERMISSIONS)}


def test_stock_roles_and_own_roles_get_what_they_are_to_have(url):
    stock = permissions_of(url)
    [everything] = [name for name, given in stock.items() if given == set.union(*stock.values())]
    all_then = sorted(stock[everything])
    ask(url, OWN, 101, "owners", all_then, None)
    ask(url, OWN, 102, "owners of one website", all_then, [1])
    ask(url, OWN, 103, "readers", ["customers.read"], None)
    ask(url, OWN, 104, "almost owners", [one for one in all_then if one != "staff.manage"], None)
    ask(url, OWN, 105, "mailers", ["mail.manage"], None)
    before = permissions_of(url)
    migrations.upgrade_database(url)
    after = permissions_of(url)
    gained = {name: (after[name] - before[name]) & {SEEING, *MANAGING} for name in before}
    managers = {everything, "owners", "owners of one website"}
    assert {name for name in before if "customers.read" in before[name]} >= {*managers, "readers", "almost owners"}
    assert gained == {
        name: (MANAGING if name in managers else set()) | ({SEEING} if "customers.read" in before[name] else set())
        for name in before
    }
    assert all(after[name] >= before[name] for name in before)
