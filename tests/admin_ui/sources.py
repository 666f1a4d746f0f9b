"""What the sources of the admin UI say, read without Node."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from graphql import DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, parse, print_ast
from graphql.language import FragmentSpreadNode, Visitor, visit

ROOT = Path(__file__).parents[2]
UI = ROOT / "web" / "admin" / "src"
LANGUAGES = ("en", "de", "nl", "sv")


@cache
def _definitions() -> list[Any]:
    files = sorted(file for file in UI.rglob("*.graphql") if "generated" not in file.parts)
    return [definition for file in files for definition in parse(file.read_text(encoding="utf-8")).definitions]


def documents() -> dict[str, str]:
    """Each operation by its name, with the fragments that it needs."""
    fragments = {one.name.value: one for one in _definitions() if isinstance(one, FragmentDefinitionNode)}
    operations = [one for one in _definitions() if isinstance(one, OperationDefinitionNode)]
    return {one.name.value: _print_with_fragments(one, fragments) for one in operations if one.name}


def _print_with_fragments(operation: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode]) -> str:
    needed: dict[str, FragmentDefinitionNode] = {}
    pending: list[Any] = [operation]
    while pending:
        for name in _spread_names(pending.pop()):
            if name not in needed:
                needed[name] = fragments[name]
                pending.append(fragments[name])
    return print_ast(DocumentNode(definitions=(operation, *needed.values())))


def _spread_names(node: Any) -> list[str]:
    names: list[str] = []

    class Spreads(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
            names.append(node.name.value)

    visit(node, Spreads())
    return names


def text_folders() -> list[Path]:
    """Folders with a file of texts for each language."""
    return sorted({file.parent for file in UI.rglob("*.json") if file.stem in LANGUAGES})


def read_texts(folder: Path, language: str) -> dict[str, str]:
    """By key, as `help.title`."""
    text = (folder / f"{language}.json").read_text(encoding="utf-8")
    return dict(_flatten(json.loads(text, object_pairs_hook=_without_repetition)))


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two branches that added the same text, both remain after a merge."""
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names), f"twice: {sorted(names)}"
    return dict(pairs)


def _flatten(texts: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in texts.items():
        found += _flatten(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]
    return found
