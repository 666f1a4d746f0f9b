"""What the pages say is done here to the letter."""

import re
import shutil
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import asyncpg
import pytest
import typer

from customer_gql import cli
from customer_gql.embedded.server import Server
from support.databases import cloned
from support.processes import drain, line, post, run, started

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "add-a-section.md"
TREE = ("src", "migrations", "pyproject.toml", "README.md", "schema.graphql", "schema.storefront.graphql")
NOTES = "{ customers(first: 1, sort: OLDEST) { nodes { notes(first: 5) { totalCount nodes { id text } } } } }"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which the page was followed, up to the migration."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in TREE:
        place = ROOT / name
        if place.is_dir():
            shutil.copytree(place, copy / name, ignore=shutil.ignore_patterns("__pycache__", "assets"))
        else:
            shutil.copy(place, copy / name)
    follow(PAGE.read_text(), copy)
    return copy


@pytest.fixture
def commands_of_the_copy(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(checkout / "src"))
    return checkout


@pytest.fixture
def database_url(server: Server, template: str) -> Generator[str]:
    with cloned(server, template) as url:
        yield url


def follow(page: str, copy: Path) -> None:
    notes = copy / "src" / "customer_gql" / "customers" / "notes"
    notes.mkdir()
    (notes / "__init__.py").touch()
    for name, code in re.findall(r"^`(\w+\.py)`:\n\n```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        (notes / name).write_text(code)
    for file, blocks in re.findall(
        r"`(src/[\w/]+\.py)`[^\n]*:\n((?:\n```diff\n.*?^```\n)+)", page, re.MULTILINE | re.DOTALL
    ):
        for block in re.findall(r"```diff\n(.*?)^```", blocks, re.MULTILINE | re.DOTALL):
            patch(copy / file, block)
    contract = copy / "pyproject.toml"
    sections = re.compile(r'("addresses \| newsletter)"')
    placed, places = sections.subn(r'\1 | notes"', contract.read_text())
    assert places == 1
    contract.write_text(placed)


def patch(file: Path, block: str) -> None:
    """The lines marked with + are added where the others stand in the file."""
    marked = block.splitlines()
    before = "".join(f"{line[1:]}\n" for line in marked if not line.startswith("+"))
    after = "".join(f"{line[1:]}\n" for line in marked)
    text = file.read_text()
    assert text.count(before) == 1, f"{file.name} has no such lines:\n{before}"
    file.write_text(text.replace(before, after))


@pytest.mark.slow
def test_added_section_is_in_the_schema_of_the_admin_alone(commands_of_the_copy: Path):
    schemas = {
        audience: run(commands_of_the_copy, "schema", "--audience", audience).stdout
        for audience in ("admin", "storefront")
    }
    assert re.search(r"^type Note implements Node \{", schemas["admin"], re.MULTILINE)
    assert re.search(r"^  notes\($", schemas["admin"], re.MULTILINE)
    assert schemas["storefront"] == (ROOT / "schema.storefront.graphql").read_text()


@pytest.mark.slow
def test_added_section_keeps_the_import_contracts(commands_of_the_copy: Path):
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint], cwd=commands_of_the_copy, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
async def test_added_section_is_migrated_and_read(commands_of_the_copy: Path, database_url: str, tmp_path: Path):
    written = run(tmp_path, "migrate", "--new", "customer notes", database_url=database_url)
    assert (written.returncode, written.stderr) == (0, "")
    assert run(tmp_path, "migrate", database_url=database_url).returncode == 0
    assert run(tmp_path, "seed", "--customers", 1, database_url=database_url).returncode == 0
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "INSERT INTO customer_note (customer_id, id, text)"
        " SELECT id, 1, 'Prefers letters.' FROM customer ORDER BY number LIMIT 1"
    )
    await connection.close()
    run(tmp_path, "staff", "create", "ann@shop.example", "--role", "viewer", database_url=database_url)
    token = run(tmp_path, "staff", "token", "ann@shop.example", database_url=database_url).stdout.strip()
    with started(tmp_path, "serve", "--port", 0, database_url=database_url) as service:
        at = line(service.stderr).removeprefix("serving on ")
        drain(service)
        [found] = post(f"{at}/admin/graphql", token, NOTES)["data"]["customers"]["nodes"]
    assert found["notes"]["totalCount"] == 1
    assert [note["text"] for note in found["notes"]["nodes"]] == ["Prefers letters."]


def test_readme_names_every_command():
    named = re.findall(r"`(?:customer-gql )?([a-z]+(?: [a-z][a-z-]*)?)[^`]*`", (ROOT / "README.md").read_text())
    assert set(commands(typer.main.get_command(cli.cli))) - set(named) == set()


def commands(command: object, prefix: str = "") -> Generator[str]:
    for name, child in getattr(command, "commands", {}).items():
        nested = list(commands(child, f"{prefix}{name} "))
        yield from nested or [f"{prefix}{name}"]


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", *(f"docs/{file.name}" for file in ROOT.glob("docs/*.md"))]
)
def test_links_lead_to_files(page: str):
    text = (ROOT / page).read_text()
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    missing = [link for link in links if not (ROOT / page).parent.joinpath(link).exists()]
    assert missing == []
