"""The cost of documents, without a service."""

from typing import Any

from graphql import parse

from customer_gql.execution.documents import Document, DocumentCache
from customer_gql.execution.limits.cost.model import CostModel
from customer_gql.execution.limits.cost.traits import REQUEST_COST, ROOT_COST
from customer_gql.execution.limits.size import fragments_of
from customer_gql.schema import admin, storefront
from customer_gql.settings import AdminSettings

GRAPH = admin.schema._schema
DOCUMENTS = DocumentCache(GRAPH, AdminSettings())  # pyright: ignore[reportCallIssue]
COSTS = CostModel(GRAPH)
SHOP = storefront.schema._schema
_SHOP_DOCUMENTS = DocumentCache(SHOP, AdminSettings())  # pyright: ignore[reportCallIssue]
_SHOP_COSTS = CostModel(SHOP)
ROOT = REQUEST_COST + ROOT_COST
"""Of a document with one root."""


def cost(query: str, name: str | None = None, **variables: Any) -> int:
    """On the admin endpoint."""
    document = DOCUMENTS.load_document(query)
    return COSTS.compute_cost(document, document.find_operation(name), variables)


def shop_cost(query: str, **variables: Any) -> int:
    """On the storefront."""
    document = _SHOP_DOCUMENTS.load_document(query)
    return _SHOP_COSTS.compute_cost(document, document.find_operation(None), variables)


def parsed_cost(query: str, variables: dict[str, Any]) -> int:
    """Of a document that is not validated, for one that declares variables it does not use."""
    ast = parse(query)
    document = Document(ast, {None: ast.definitions[0]}, fragments_of(ast))  # pyright: ignore[reportArgumentType]
    return COSTS.compute_cost(document, document.find_operation(None), variables)


def costliest(query: str, **variables: Any) -> tuple[list[str], int]:
    document = DOCUMENTS.load_document(query)
    return COSTS.find_costliest_list(document, document.find_operation(None), variables)
