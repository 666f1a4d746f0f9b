"""Trusted documents: those of a folder may be requested by their id, and in the end may be the only ones."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import structlog

from customer_gql.core.errors import ErrorCode
from customer_gql.execution.refusal import RequestRefused
from customer_gql.settings import SettingsError

from .manifests import document_hash, read_documents

log = structlog.get_logger("trusted_documents")


class TrustedDocuments:
    """off: `documentId` is refused. log: it is accepted, and other documents are logged. enforce: they are refused.

    The documents that this service ships, by their ids, are accepted in every mode. Raises `SettingsError` for a file that is no manifest, and where `enforce` would refuse everything.
    """

    def __init__(
        self,
        mode: Literal["off", "log", "enforce"],
        folder: Path | None,
        shipped: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.mode = mode
        given = {} if folder is None or mode == "off" else read_documents(folder)
        self._by_id = {**given, **shipped}
        self._texts = frozenset(self._by_id.values())
        # What the service ships is no use to the clients that a folder is for.
        is_empty = not (self._texts if folder is None else given)
        if mode == "enforce" and is_empty:
            raise SettingsError(
                f"documents=enforce needs trusted documents, and {folder or 'this installation'} contains none."
            )
        if mode == "log" and is_empty:
            log.warning("no trusted documents", folder=str(folder))

    def find_text(self, document_id: str) -> str | None:
        return self._by_id.get(document_id.removeprefix("sha256:"))

    def require_text(self, document_id: str) -> str:
        text = self.find_text(document_id)
        if text is None and self.mode == "off":
            raise _refuse_document("Trusted documents are not enabled: send `query`.")
        if text is None:
            raise _refuse_document(
                "No trusted document has this `documentId`: its id in a manifest, or the hexadecimal SHA-256 of its text."
            )
        return text

    def require_trusted(self, text: str) -> None:
        """Refuses or logs a text that is not one of these documents."""
        if self.mode == "off" or text in self._texts:
            return
        if self.mode == "enforce":
            raise _refuse_document("Only trusted documents are accepted, and this is not one of them.")
        log.info("untrusted document", sha256=document_hash(text))


def _refuse_document(message: str) -> RequestRefused:
    return RequestRefused(400, ErrorCode.BAD_USER_INPUT, message)
