"""From what a client sent to an operation that may run: text, size, validity, cost and rate, whatever it came through."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType

from customer_gql.core.errors import ErrorCode, GraphError, QueryTooComplex
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.graph.access.rates import rate_of
from customer_gql.graph.context import Context
from customer_gql.security.network import network_of
from customer_gql.settings import AudienceSettings

from .documents import Document, DocumentCache, InvalidDocument
from .error_masking import mask_document_errors, mask_field_errors
from .limits.cost.model import CostModel
from .limits.document_text import DocumentTexts
from .limits.parse_cost import compute_body_cost, compute_parse_cost
from .limits.rate import RateBuckets
from .plans.cache import is_frequent_query
from .refusal import RequestRefused
from .telemetry.faults import log_fault

REFUSAL_COST: Final = 150  # points of a request that was refused before its document ran


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a request asks for; one of `document_id`, `query` and `persisted_hash` is set, or the last two are."""

    query: str | None
    document_id: str | None
    variables: dict[str, Any] | None
    operation_name: str | None
    persisted_hash: str | None
    is_get: bool = False
    size: int = 0
    """Of the body, in bytes."""


class OperationRefused(Exception):
    """The document does not run; `errors` are as the caller sees them, `cost` is that of the document, if it is known."""

    def __init__(self, errors: list[dict[str, Any]], cost: int | None = None) -> None:
        super().__init__(errors[0]["message"])
        self.errors = errors
        self.cost = cost


@dataclass(frozen=True, slots=True, eq=False)
class PreparedOperation:
    """A valid operation that was paid for once. `left` is what remains of the caller's rate."""

    document: Document
    operation: OperationDefinitionNode
    request: GraphQLRequest
    cost: int
    left: int

    @property
    def is_query(self) -> bool:
        return self.operation.operation is OperationType.QUERY

    @property
    def is_subscription(self) -> bool:
        return self.operation.operation is OperationType.SUBSCRIPTION


@dataclass(frozen=True, slots=True, eq=False)
class Preparation:
    """What one endpoint knows of documents and their callers."""

    audience: str
    schema: GraphQLSchema
    limits: AudienceSettings
    buckets: RateBuckets
    documents: DocumentCache
    costs: CostModel
    texts: DocumentTexts
    explain: bool

    async def prepare_operation(self, request: GraphQLRequest, context: Context) -> PreparedOperation:
        """Raises `OperationRefused` and `RequestRefused`."""
        viewer, caller = context.viewer, rate_limit_key(context.viewer, context.caller.address)
        text = await self._choose_text(request, viewer, caller)
        # Parsing and validating is paid for whatever it finds; of a document that was parsed before, the refusal is.
        refusal_cost = REFUSAL_COST if self.documents.has_document(text) else 0
        first_cost = compute_body_cost(request.size)
        if not refusal_cost:
            first_cost += compute_parse_cost(text, max_tokens=self.limits.tokens)
        if first_cost:
            # Never more than a part of the bucket: a document within the other limits can always be sent.
            await self.take_cost(viewer, caller, min(first_cost, self.limits.bucket // 4))
        cost: int | None = None
        try:
            document = await self._find_document(text, viewer)
            self.texts.persist_text(request.query, request.persisted_hash)
            operation = document.find_operation(request.operation_name)
            _validate_method(request, operation)
            document.validate_variables(operation, request.variables)
            cost = self.costs.compute_cost(document, operation, request.variables or {})
            self._validate_cost(document, operation, request, cost)
        except InvalidDocument as invalid:
            await self.take_cost(viewer, caller, refusal_cost)
            raise OperationRefused(mask_document_errors(invalid.errors, explain=self.explain)) from None
        except GraphError as error:
            await self.take_cost(viewer, caller, refusal_cost)
            raise OperationRefused([{"message": error.message, "extensions": error.extensions}], cost) from None
        context.cost = {"requested": cost, "limit": self.limits.cost}
        left = await self.take_cost(viewer, caller, cost)
        if context.record_use is not None and not document.asks_only(operation, "viewer"):
            context.record_use()
        return PreparedOperation(document, operation, request, cost, left)

    def is_frequent_query(self, request: GraphQLRequest) -> bool:
        """Whether the request runs a query that has run often lately."""
        text = self.texts.find_text(request.query, request.document_id, request.persisted_hash)
        document = None if text is None else self.documents.known_document(text)
        return document is not None and is_frequent_query(document, request.operation_name)

    async def take_cost(self, viewer: Viewer, caller: str, cost: int) -> int:
        """What is left in the bucket. Raises `RequestRefused` when the cost does not fit in."""
        rate = rate_of(viewer, self.limits)
        level = await self.buckets.take_cost(f"{self.audience}:{caller}", cost, size=self.limits.bucket, rate=rate)
        if level.wait:
            wait = math.ceil(level.wait)
            message = (
                f"Rate limit exceeded: the request costs {cost}, and {level.left} are left. Try again in {wait} s."
            )
            raise RequestRefused(429, ErrorCode.RATE_LIMITED, message, {"Retry-After": str(wait)})
        return level.left

    def build_body(self, result: ExecutionResult, request_id: str) -> dict[str, Any]:
        """The answer as the caller sees it; without `data` when nothing was executed."""
        never_ran = result.data is None and all(not error.path for error in result.errors or ())
        body: dict[str, Any] = {} if never_ran else {"data": result.data}
        if result.errors:
            body["errors"], faults = mask_field_errors(result.errors, request_id, explain=self.explain)
            for fault in faults:
                log_fault(fault, request_id)
        return body

    async def _choose_text(self, request: GraphQLRequest, viewer: Viewer, caller: str) -> str:
        try:
            return self.texts.choose_text(request.query, request.document_id, request.persisted_hash)
        except GraphError as unknown:
            await self.take_cost(viewer, caller, REFUSAL_COST)
            raise OperationRefused([{"message": unknown.message, "extensions": unknown.extensions}]) from None

    async def _find_document(self, text: str, viewer: Viewer) -> Document:
        document = await self.documents.find_document(text)
        if document.uses_introspection and not self.explain and viewer.kind is not ViewerKind.STAFF:
            raise InvalidDocument([GraphQLError("Introspection requires a staff token.")])
        return document

    def _validate_cost(
        self, document: Document, operation: OperationDefinitionNode, request: GraphQLRequest, cost: int
    ) -> None:
        limit = self.limits.cost
        if cost <= limit:
            return
        path, share = self.costs.find_costliest_list(document, operation, request.variables or {})
        raise QueryTooComplex(
            f"Query cost {cost} exceeds the limit of {limit}. "
            f"{'.'.join(path)} costs {share}: request smaller pages or fewer fields there.",
            cost=cost,
            limit=limit,
            heaviest={"path": path, "cost": share},
        )


def describe_cost(cost: int | None, limit: int) -> Mapping[str, Any]:
    """The `extensions` of an answer."""
    return {} if cost is None else {"cost": {"requested": cost, "limit": limit}}


def rate_limit_key(viewer: Viewer, address: str) -> str:
    """Whose bucket pays: the account or service of a valid token, otherwise the address."""
    if viewer.kind is ViewerKind.GUEST:
        return network_of(address)
    own_id = {
        ViewerKind.CUSTOMER: viewer.customer_id,
        ViewerKind.STAFF: viewer.staff_id,
        ViewerKind.SERVICE: viewer.service_id,
    }[viewer.kind]
    return f"{viewer.kind.value}:{own_id}"


def _validate_method(request: GraphQLRequest, operation: OperationDefinitionNode) -> None:
    """Anything may repeat a GET request: a cache, a browser that restores its tabs, a link in a page of strangers."""
    if request.is_get and operation.operation is not OperationType.QUERY:
        message = f"A {operation.operation.value} needs a POST request."
        raise RequestRefused(405, ErrorCode.BAD_USER_INPUT, message, {"Allow": "POST"})
