"""Reads the folder of trusted documents: texts (`*.graphql`), and the manifests (`*.json`) that build tools write.

Relay (`persistConfig.file`) and graphql-codegen (`persistedDocuments`) write an object of ids and texts, Apollo
(`generate-persisted-query-manifest`) a list of operations.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, Final

from customer_gql.settings import SettingsError

_APOLLO: Final = "apollo-persisted-query-manifest"


def read_documents(folder: Path) -> dict[str, str]:
    """The documents of a folder by their ids; each has the SHA-256 of its text as an id too."""
    found = {document_hash(text): text for text in map(_read_text, folder.glob("*.graphql"))}
    for file in sorted(folder.glob("*.json")):
        for document_id, text in _read_manifest(file).items():
            if found.setdefault(document_id, text) != text:
                raise SettingsError(
                    f"{file} gives the id {document_id!r} to another document than the files before it."
                )
            found[document_hash(text)] = text
    return found


def document_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _read_text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise SettingsError(f"{file} cannot be read as a document: {error}.") from None


def _read_manifest(file: Path) -> dict[str, str]:
    try:
        manifest = json.loads(file.read_text("utf-8"))
        documents = _read_operations(manifest) if "format" in manifest else manifest
        if all(isinstance(text, str) for text in documents.values()):
            return {document_id.removeprefix("sha256:"): text for document_id, text in documents.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        pass
    raise SettingsError(f"{file} is no manifest of documents as Relay, graphql-codegen or Apollo write it.")


def _read_operations(manifest: dict[str, Any]) -> dict[str, Any]:
    if manifest["format"] != _APOLLO or manifest["version"] != 1:
        raise ValueError(manifest["format"])
    return {operation["id"]: operation["body"] for operation in manifest["operations"]}
