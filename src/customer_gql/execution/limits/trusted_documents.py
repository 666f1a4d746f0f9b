"""Trusted documents: the ones a folder holds may be asked for by their SHA-256, and in the end may be the only ones."""

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
    """off: `documentId` is not taken. log: it is, and texts not in the folder are logged. enforce: they are refused."""

    def __init__(self, mode: Literal["off", "log", "enforce"], folder: Path | None) -> None:
        self.mode = mode
        texts = [] if folder is None or mode == "off" else [p.read_text("utf-8") for p in folder.glob("*.graphql")]
        self._by_hash = {document_hash(text): text for text in texts}
        self._texts = frozenset(texts)

    def text(self, asked: "GraphQLRequest") -> str:
        """The document to run."""
        if asked.document_id is not None:
            return self._named(asked.document_id)
        assert asked.query is not None
        if self.mode != "off" and asked.query not in self._texts:
            if self.mode == "enforce":
                raise _refuse_document("Only trusted documents are taken here; this one is not among them.")
            log.info("untrusted document", sha256=document_hash(asked.query))
        return asked.query

    def _named(self, name: str) -> str:
        if self.mode == "off":
            raise _refuse_document("Documents are not kept here: send `query`.")
        known = self._by_hash.get(name.removeprefix("sha256:"))
        if known is None:
            raise _refuse_document("No trusted document has this `documentId`, the SHA-256 of its text in hexadecimal.")
        return known


def document_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_document(message: str) -> RequestRefused:
    return RequestRefused(400, ErrorCode.BAD_USER_INPUT, message)
