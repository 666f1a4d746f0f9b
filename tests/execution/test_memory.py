"""What is remembered of documents is bounded, however many there are."""

import pytest

from customer_gql.execution import documents as module
from customer_gql.execution.documents import DocumentCache
from customer_gql.schema import storefront
from customer_gql.settings import StorefrontSettings


def test_documents_are_forgotten_by_number_and_by_size(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_MAX_DOCUMENTS", 50)
    monkeypatch.setattr(module, "_MAX_TOKENS", 3000)
    documents = DocumentCache(storefront.schema._schema, StorefrontSettings())  # pyright: ignore[reportCallIssue]
    for i in range(60):
        documents.load_document(f"query q{i} {{ __typename }}")
    assert len(documents._documents) == 50
    long = " ".join(["id"] * 290)
    for i in range(12):
        documents.load_document(f"query q{i} {{ me {{ {long} }} }}")
    assert documents._tokens <= 3000
    assert len(documents._documents) == 10
    last = f"query q11 {{ me {{ {long} }} }}"
    assert documents.load_document(last) is documents.load_document(last)
