"""docs/add-a-section.md is followed literally in a copy of the tree, which is then checked as any change is."""

import os
import re
import shutil
import sys
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from customer_gql.embedded.server import Server
from support.databases import cloned, short_folder
from support.page_steps import follow, run_command

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "add-a-section.md"
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", ".data", "node_modules", "assets", "dist", ".env", "__pycache__", ".coverage*", ".*_cache"
)
SUITE = (
    "tests/staff/test_access_walk.py tests/staff/test_permissions.py tests/demo/test_seed_modules.py"
    " tests/customers/history/test_everything_is_written_down.py tests/test_names.py tests/core/test_refusals.py tests/test_security_page.py"
    " tests/customers/shop_history/test_shop_history.py tests/messaging/events/test_event_causes.py"
    " tests/administration/event_feed/test_event_types.py tests/customers/sample_notes"
)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copy() -> Generator[Path]:
    with short_folder() as folder:
        tree = folder / "checkout"
        shutil.copytree(ROOT, tree, ignore=NOT_COPIED)
        (tree / ".venv").symlink_to(sys.prefix)
        yield tree


@pytest.fixture(scope="module")
def environment(copy: Path, server: Server, template: str) -> Generator[dict[str, str]]:
    """Commands find the code of the copy, and a database of its own."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("CUSTOMER_GQL_", "COV_", "PYTEST_"))
    }
    with cloned(server, template) as url:
        owner = server.owner_url(urlsplit(url).path.removeprefix("/"))
        databases = {"CUSTOMER_GQL_DATABASE_URL": url, "CUSTOMER_GQL_OWNER_DATABASE_URL": owner}
        yield kept | databases | {"PYTHONPATH": str(copy / "src")}


@pytest.fixture(scope="module")
def edited(copy: Path, environment: dict[str, str]) -> list[Path]:
    return follow(PAGE.read_text(), copy, environment)


def test_the_section_is_in_the_schema_of_the_admin_alone(copy: Path, edited: list[Path]):
    assert re.search(r"^type SampleNote implements Node \{", (copy / "schema.graphql").read_text(), re.MULTILINE)
    storefront = "schema.storefront.graphql"
    assert (copy / storefront).read_text() == (ROOT / storefront).read_text()


def test_the_migration_is_named_by_date_and_hash_and_holds_what_the_database_needs(copy: Path, edited: list[Path]):
    new = {file.name for file in (copy / "migrations" / "versions").glob("*.py")} - {
        file.name for file in (ROOT / "migrations" / "versions").glob("*.py")
    }
    [notes] = [name for name in new if re.fullmatch(r"\d{8}_[0-9a-f]{12}_sample_notes\.py", name)]
    [permission] = [name for name in new if re.fullmatch(r"\d{8}_[0-9a-f]{12}_permission_for_sample_notes\.py", name)]
    assert new == {notes, permission}
    text = (copy / "migrations" / "versions" / notes).read_text()
    assert '"sample_note",' in text
    assert "info=" not in text


def test_every_step_before_the_tests_passes(copy: Path, environment: dict[str, str], edited: list[Path]):
    """The types of the files written and changed; those of the whole tree take a minute and are checked by CI."""
    run_command("make -o types -o ui-check static", copy, environment)
    files = " ".join(str(file.relative_to(copy)) for file in edited if file.suffix == ".py")
    assert "0 errors, 0 warnings" in run_command(f".venv/bin/pyright {files}", copy, environment)


def test_the_tests_that_walk_the_graph_and_those_of_the_section_pass(
    copy: Path, environment: dict[str, str], edited: list[Path]
):
    printed = run_command(f".venv/bin/python -m pytest -q -x -p no:cacheprovider {SUITE}", copy, environment)
    assert re.search(r"\d+ passed", printed)
    assert "failed" not in printed
