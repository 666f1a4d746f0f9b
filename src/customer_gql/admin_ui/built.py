"""What `web/admin` was built into; an installation without a build has none of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

ASSETS: Final = Path(__file__).with_name("assets")
PAGE: Final = "index.html"
DOCUMENTS: Final = "documents.json"
LICENSES: Final = "licences.txt"

# Fixed here instead of guessed from the machine's tables: with `nosniff` a wrong type breaks the page.
TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
# What a browser accepts, by the ending of the file that is compressed so; the smallest first.
ENCODINGS: Final = {"br": ".br", "gzip": ".gz"}


@dataclass(frozen=True, slots=True)
class AssetFile:
    """A file below `/admin/assets`, and the compressed copies beside it by the names of their encodings."""

    path: Path
    media_type: str
    encoded: Mapping[str, Path]

    @property
    def is_named_by_content(self) -> bool:
        return self.path.name != LICENSES


@cache
def asset_files(folder: Path = ASSETS) -> Mapping[str, AssetFile]:
    """By name. The list is closed, so no path of a request reaches the disk."""
    found = {file.name: file for file in folder.glob("*") if file.is_file()}
    return MappingProxyType(
        {
            name: AssetFile(file, TYPES[file.suffix], _find_encoded(file, found))
            for name, file in found.items()
            if file.suffix in TYPES
        }
    )


def _find_encoded(file: Path, found: Mapping[str, Path]) -> dict[str, Path]:
    copies = {encoding: found.get(file.name + ending) for encoding, ending in ENCODINGS.items()}
    return {encoding: copy for encoding, copy in copies.items() if copy is not None}


@cache
def page_text(folder: Path = ASSETS) -> str | None:
    """The page, with a placeholder where the nonce of an answer belongs; None without a build."""
    file = folder / PAGE
    return file.read_text(encoding="utf-8") if file.is_file() else None


def read_shipped_documents(folder: Path = ASSETS) -> dict[str, str]:
    """The documents of the UI by their ids; empty without a build."""
    file = folder / DOCUMENTS
    given: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return {document_id.removeprefix("sha256:"): text for document_id, text in given.items()}
