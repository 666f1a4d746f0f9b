"""Trusted documents: those of a folder may be requested by their SHA-256, and in the end may be the only ones."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import structlog

from customer_gql.core.errors import ErrorCode
from customer_gql.execution.refusal import RequestRefused

if TYPE_CHECKING:
    from customer_gql.execution.http.request import GraphQLRequest

log = structlog.get_logger("trusted_documents")


class TrustedDocuments:
    """off: `documentId` is refused. log: it is accepted, and other documents are logged. enforce: they are refused."""

    def __init__(self, mode: Literal["off", "log", "enforce"], folder: Path | None) -> None:
        self.mode = mode
        files = [] if folder is None or mode == "off" else folder.glob("*.graphql")
        texts = [file.read_text("utf-8") for file in files]
        self._by_hash = {document_hash(text): text for text in texts}
        self._texts = frozenset(texts)

    def choose_text(self, request: "GraphQLRequest") -> str:
        """The text of the document to run. Raises `RequestRefused`."""
        if request.document_id is not None:
            return self._find_text(request.document_id)
        assert request.query is not None
        if self.mode != "off" and request.query not in self._texts:
            if self.mode == "enforce":
                raise _refuse_document("Only trusted documents are accepted, and this is not one of them.")
            log.info("untrusted document", sha256=document_hash(request.query))
        return request.query

    def _find_text(self, document_id: str) -> str:
        if self.mode == "off":
            raise _refuse_document("Trusted documents are not enabled: send `query`.")
        text = self._by_hash.get(document_id.removeprefix("sha256:"))
        if text is None:
            raise _refuse_document("No trusted document has this `documentId`, the hexadecimal SHA-256 of its text.")
        return text


def document_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_document(message: str) -> RequestRefused:
    return RequestRefused(400, ErrorCode.BAD_USER_INPUT, message)
