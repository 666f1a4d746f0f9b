"""Automatic persisted queries: documents that a client sent once, and then requests by their SHA-256."""

from collections import OrderedDict


class PersistedQueries:
    """The documents used most recently, bounded in number and bytes. Each process has its own; a client that meets
    another process sends the text again."""

    def __init__(self, max_documents: int, max_bytes: int) -> None:
        self._max_documents = max_documents
        self._max_bytes = max_bytes
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._bytes = 0

    @property
    def is_enabled(self) -> bool:
        return self._max_documents > 0

    def find_text(self, sha256: str) -> str | None:
        text = self._texts.get(sha256)
        if text is not None:
            self._texts.move_to_end(sha256)
        return text

    def store_text(self, sha256: str, text: str) -> None:
        """The caller has compared the hash with the text, and the text is a valid document."""
        if not self.is_enabled or sha256 in self._texts:
            return
        self._texts[sha256] = text
        self._bytes += len(text.encode())
        while len(self._texts) > self._max_documents or self._bytes > self._max_bytes:
            self._bytes -= len(self._texts.popitem(last=False)[1].encode())
