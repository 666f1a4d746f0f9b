"""Which text a request asks to run: its own, that of a trusted document, or one that a client persisted before."""

from dataclasses import dataclass

from customer_gql.core.errors import ErrorCode, PersistedQueryNotFound, PersistedQueryNotSupported
from customer_gql.execution.refusal import RequestRefused

from .manifests import document_hash
from .persisted_queries import PersistedQueries
from .trusted_documents import TrustedDocuments


@dataclass(frozen=True, slots=True)
class DocumentTexts:
    """The texts that one endpoint knows. All methods raise `RequestRefused`."""

    trusted: TrustedDocuments
    persisted: PersistedQueries

    def choose_text(self, query: str | None, document_id: str | None, persisted_hash: str | None) -> str:
        """Raises `PersistedQueryNotFound` and `PersistedQueryNotSupported` too."""
        if document_id is not None:
            return self.trusted.require_text(document_id)
        if query is None:
            assert persisted_hash is not None
            query = self._find_persisted_text(persisted_hash)
        elif persisted_hash is not None and document_hash(query) != persisted_hash:
            message = "`persistedQuery.sha256Hash` is not the hexadecimal SHA-256 of `query`."
            raise RequestRefused(400, ErrorCode.BAD_USER_INPUT, message)
        self.trusted.require_trusted(query)
        return query

    def find_text(self, query: str | None, document_id: str | None, persisted_hash: str | None) -> str | None:
        """The text that a request names, whether it may run or not; None for an unknown one."""
        if document_id is not None:
            return self.trusted.find_text(document_id)
        if query is not None or persisted_hash is None:
            return query
        return self.trusted.find_text(persisted_hash) or self.persisted.find_text(persisted_hash)

    def persist_text(self, query: str | None, persisted_hash: str | None) -> None:
        """Call it with a valid document only, so that rubbish cannot displace documents in use."""
        if query is not None and persisted_hash is not None and self.trusted.mode != "enforce":
            self.persisted.store_text(persisted_hash, query)

    def _find_persisted_text(self, sha256: str) -> str:
        # The runtimes of manifests send the id of a trusted document in the same place.
        text = self.trusted.find_text(sha256) or self.persisted.find_text(sha256)
        if text is not None:
            return text
        if self.trusted.mode == "enforce":
            return self.trusted.require_text(sha256)
        raise PersistedQueryNotFound if self.persisted.is_enabled else PersistedQueryNotSupported
