"""Links of the pages lead to files, and the README names every command."""

import re
from collections.abc import Generator
from pathlib import Path

import pytest
import typer

from customer_gql import cli

ROOT = Path(__file__).parents[1]


def test_readme_names_every_command():
    named = re.findall(r"`(?:customer-gql )?([a-z-]+(?: [a-z][a-z-]*)?)[^`]*`", (ROOT / "README.md").read_text())
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


@pytest.mark.parametrize("page", [file.name for file in sorted((ROOT / "docs" / "domain").glob("*.md"))])
def test_lines_of_the_rules_have_at_most_120_characters(page: str):
    """Tables have a line for each row."""
    lines = (ROOT / "docs" / "domain" / page).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 120 and not line.startswith("|")] == []
