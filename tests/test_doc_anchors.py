"""Code and pages cite rules of the domain by anchor; each cited anchor exists, once."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOMAIN = ROOT / "docs" / "domain"
PAGES = sorted(page for page in DOMAIN.glob("*.md") if page.name != "README.md")
SUFFIXES = {".py", ".md", ".mako", ".graphql", ".toml"}
ANCHOR = re.compile(r'<a id="([^"]*)"></a>')
CITATION = re.compile(r"docs/domain/[\w./#-]*[\w#]")
LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")
CODE = re.compile(r"^Code: (.+?)\.\n\n", re.MULTILINE | re.DOTALL)
# A section sign with a number cites a document that is not part of the repository.
FOREIGN_SECTION = re.compile(r"§\s?\d")


def find_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*")) if path.suffix in SUFFIXES)


def find_targets(page: Path) -> set[str]:
    """What a link may name on a page: its anchors, and its headings as GitHub writes them."""
    text = page.read_text()
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
    return slugs | set(ANCHOR.findall(text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_anchors_are_numbered_after_their_page(page: Path):
    anchors = ANCHOR.findall(page.read_text())
    assert anchors
    assert [anchor for anchor in anchors if not re.fullmatch(rf"{page.stem}-[1-9]\d*", anchor)] == []
    assert [anchor for anchor, count in Counter(anchors).items() if count > 1] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_anchors_show_their_number(page: Path):
    shown = re.findall(r'<a id="[a-z-]+-(\d+)"></a>\*\*(\d+)\.\*\* ', page.read_text())
    assert [anchor for anchor, _ in shown] == [number for _, number in shown]
    assert len(shown) == len(ANCHOR.findall(page.read_text()))


def test_cited_anchors_exist():
    known = {f"docs/domain/{page.name}#{anchor}" for page in PAGES for anchor in ANCHOR.findall(page.read_text())}
    known |= {"docs/domain/README.md"}
    cited = {
        (citation, str(file.relative_to(ROOT)))
        for file in find_files("src", "tests", "migrations", "docs")
        for citation in CITATION.findall(file.read_text())
        if file != Path(__file__)
    }
    assert cited
    assert sorted((citation, file) for citation, file in cited if citation not in known) == []


def test_links_between_pages_lead_somewhere():
    broken: list[tuple[str, str]] = []
    for page in find_files("docs"):
        for link in LINK.findall(page.read_text()):
            path, _, fragment = link.partition("#")
            target = page.parent / path if path else page
            if not target.exists() or (fragment and fragment not in find_targets(target)):
                broken.append((str(page.relative_to(ROOT)), link))
    assert broken == []


def test_every_page_is_in_the_index():
    index = (DOMAIN / "README.md").read_text()
    assert [page.name for page in PAGES if f"]({page.name})" not in index] == []


def test_pages_name_code_that_exists():
    package = ROOT / "src" / "customer_gql"
    missing: list[tuple[str, str]] = []
    for page in PAGES:
        [line] = CODE.findall(page.read_text())
        for place in re.findall(r"`([^`]+)`", line):
            path = package / place.removesuffix("/").removesuffix(".py")
            if not path.is_dir() and not path.with_suffix(".py").is_file():
                missing.append((page.name, place))
    assert missing == []


def test_no_text_cites_a_document_outside_the_repository():
    citing = [
        str(file.relative_to(ROOT))
        for file in [*find_files("src", "tests", "migrations", "docs", "benchmarks"), *ROOT.glob("*.*")]
        if file.suffix in SUFFIXES and FOREIGN_SECTION.search(file.read_text())
    ]
    assert citing == []
