"""Which versions work with which states of the database."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from customer_gql.database.schema import compatibility
from customer_gql.database.schema.compatibility import MigrationFailed, find_schema_warning, newest_revision
from customer_gql.embedded.server import Server
from support.databases import cloned
from support.processes import run
from support.service import serving

FILE = '''"""Later."""

revision = "{revision}"
down_revision = "{before}"
{says}


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
'''


@pytest.fixture
def database_of_owner(server: Server, template: str) -> Iterator[dict[str, str]]:
    with cloned(server, template) as url:
        name = re.sub(r".*@/([^?]+)\?.*", r"\1", url)
        yield {"database_url": server.url(name), "owner_database_url": server.owner_url(name)}


@pytest.fixture
def add_migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """This version, and later migrations with what each says of older versions."""
    folder = tmp_path / "migrations"
    shutil.copytree(compatibility.migrations_folder(), folder)

    def add(*says: str) -> None:
        before = newest_revision()
        monkeypatch.setattr(compatibility, "migrations_folder", lambda: folder)
        for number, said in enumerate(says):
            revision = f"later_{number}"
            file = folder / "versions" / f"{revision}.py"
            file.write_text(FILE.format(revision=revision, before=before, says=said))
            before = revision
        compatibility.known_revisions.cache_clear()

    yield add
    compatibility.known_revisions.cache_clear()


async def change(url: str, *statements: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return [await connection.fetchval(statement) for statement in statements][-1]
    finally:
        await connection.close()


def judged(url: str) -> str | None:
    try:
        return find_schema_warning(url)
    except MigrationFailed as error:
        return f"refused: {error}"


def test_a_version_works_with_its_own_state(empty_database_url: str):
    assert find_schema_warning(empty_database_url) is None


def test_a_version_works_without_migrations_that_it_does_not_need(empty_database_url: str, add_migrations: Any):
    at = newest_revision()
    add_migrations("IS_NEEDED = False", "IS_NEEDED = False")
    assert judged(empty_database_url) == (
        f"The database is at migration {at}, before later_1 of this version: run `customer-gql migrate` soon."
    )
    assert compatibility.oldest_version("later_1") == compatibility.OLDEST_SUPPORTED


def test_a_version_needs_its_other_migrations(empty_database_url: str, add_migrations: Any):
    at = newest_revision()
    add_migrations("", "IS_NEEDED = False")
    assert judged(empty_database_url) == (
        f"refused: The database is at migration {at}, this version needs later_0: run `customer-gql migrate`."
    )


def test_a_migration_can_end_the_support_of_older_versions(add_migrations: Any):
    add_migrations("", "ENDS_OLDER_VERSIONS = True", "")
    assert compatibility.oldest_version("later_2") == "later_1"
    assert compatibility.oldest_version("later_0") == compatibility.OLDEST_SUPPORTED


@pytest.mark.slow
async def test_the_database_says_whether_older_versions_work_with_it(tmp_path: Path, database_of_owner: dict[str, str]):
    owner, at = database_of_owner["owner_database_url"], newest_revision()
    assert run(tmp_path, "migrate", **database_of_owner).returncode == 0
    note = await change(owner, "SELECT obj_description('alembic_version'::regclass)")
    assert note == f"Works with versions of the service that know migration {compatibility.OLDEST_SUPPORTED}"

    await change(owner, "UPDATE alembic_version SET version_num = 'of_tomorrow'")
    warning = "The database is at migration of_tomorrow of a newer version, which works with this one: deploy that version soon."
    with serving(tmp_path, **database_of_owner) as service:
        assert service.http.get("/health/ready").json()["warnings"][0] == warning
        assert warning in [line.get("message") for line in service.lines()]
    reproject = run(tmp_path, "reproject", "--check", **database_of_owner)
    assert (reproject.returncode, reproject.stderr) == (0, f"{warning}\n")

    await change(
        owner, "COMMENT ON TABLE alembic_version IS 'Works with versions of the service that know migration x'"
    )
    for command in (("serve", "--port", 0), ("worker",)):
        refused = run(tmp_path, *command, **database_of_owner)
        assert refused.returncode == 1
        assert "of a newer version, which this one does not work with: deploy that version." in refused.stderr
    assert at != "of_tomorrow"


@pytest.mark.slow
async def test_steps_of_a_deployment_and_back(tmp_path: Path, database_of_owner: dict[str, str]):
    service, before = database_of_owner["database_url"], compatibility.known_revisions()[1]
    revision = "SELECT version_num FROM alembic_version"
    refused = run(tmp_path, "downgrade", before, **database_of_owner)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert await change(service, revision) == newest_revision()
    back = run(tmp_path, "downgrade", before, "--drop-data", **database_of_owner)
    assert (back.returncode, back.stdout) == (0, f"the database is at migration {before}\n"), back.stderr
    assert await change(service, revision) == before
    there = run(tmp_path, "migrate", "--to", newest_revision(), **database_of_owner)
    assert (there.returncode, there.stdout) == (0, f"the database is at migration {newest_revision()}\n"), there.stderr
    unknown = run(tmp_path, "migrate", "--to", "nothing", **database_of_owner)
    assert (unknown.returncode, unknown.stderr.count("\n")) == (1, 1)


@pytest.mark.slow
async def test_a_check_finds_rights_that_a_restore_lost_or_widened(tmp_path: Path, database_of_owner: dict[str, str]):
    owner = database_of_owner["owner_database_url"]
    assert run(tmp_path, "migrate", "--check", **database_of_owner).returncode == 0
    await change(
        owner, "GRANT UPDATE ON customer_event TO customer_gql", "REVOKE DELETE ON customer_tag FROM customer_gql"
    )
    found = run(tmp_path, "migrate", "--check", **database_of_owner)
    wrong = "customer_event: may UPDATE; customer_tag: lacks DELETE"
    assert found.returncode == 1
    assert f"The role of the service has wrong rights ({wrong}): run `customer-gql migrate`" in found.stderr
    assert run(tmp_path, "migrate", **database_of_owner).returncode == 0
    assert run(tmp_path, "migrate", "--check", **database_of_owner).returncode == 0


@pytest.mark.slow
async def test_a_check_finds_derived_rows_that_differ(tmp_path: Path, database_of_owner: dict[str, str]):
    seeded = run(tmp_path, "seed", "--customers", 20, **database_of_owner)
    assert seeded.returncode == 0, seeded.stderr
    await change(database_of_owner["database_url"], "UPDATE order_statistics SET order_count = order_count + 7")
    found = run(tmp_path, "migrate", "--check", **database_of_owner)
    assert found.returncode == 1
    assert re.search(r"\d+ rows of \w+ differ from what they should be, of \d+ customers", found.stderr), found.stderr
