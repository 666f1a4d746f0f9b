"""Runs one document in both executors and compares their complete answers."""

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLSchema, OperationDefinitionNode, parse, validate

from customer_gql.core.errors import Forbidden
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.core.viewer import GUEST, Viewer, ViewerKind
from customer_gql.database.pools import Database
from customer_gql.execution.documents import Document
from customer_gql.execution.plans import cache
from customer_gql.execution.plans.statements import frequency
from customer_gql.execution.plans.statements.written import WrittenObject, encode_written
from customer_gql.execution.run import run_document, run_planned_query
from customer_gql.graph.context import Context
from customer_gql.schema import admin, storefront
from customer_gql.settings import load_settings

ADMIN: GraphQLSchema = admin.schema._schema
STOREFRONT: GraphQLSchema = storefront.schema._schema
STAFF = Viewer(ViewerKind.STAFF, staff_id=1, permissions=ALL_PERMISSIONS)
SETTINGS = {
    (plans, writes): load_settings(compiled_plans=plans, generated_statements=writes)
    for plans in (True, False)
    for writes in (True, False)
}


def shopper(customer_id: int) -> Viewer:
    return Viewer(ViewerKind.CUSTOMER, customer_id=customer_id)


@lru_cache(maxsize=256)
def parse_document(schema: GraphQLSchema, text: str) -> Document:
    """The same document for the same text, as the service keeps it: its plans are used again."""
    ast = parse(text)
    assert not validate(schema, ast), (text, validate(schema, ast))
    named = {n.name.value if n.name else None: n for n in ast.definitions if isinstance(n, OperationDefinitionNode)}
    return Document(ast, named)


def encode_answer(result: ExecutionResult) -> bytes:
    """The complete answer with its order of fields, as it would be sent."""
    errors = [error.formatted for error in result.errors or []]
    return encode_json({"data": result.data, "errors": errors})


def encode_json(value: Any) -> bytes:
    return orjson.dumps(value, default=encode_written)


def count_written(value: Any) -> int:
    """How many objects and fields of an answer the database wrote."""
    if isinstance(value, WrittenObject | orjson.Fragment):
        return 1
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return sum(map(count_written, inner))


@dataclass
class Executors:
    """Of one schema, or of the one that the viewer's endpoint has."""

    database: Database
    seen: Counter[str] = field(default_factory=Counter)
    schema: GraphQLSchema | None = None
    runs: int = frequency.FREQUENT_AFTER + 1
    """Of each plan; some of these use statements of its own, and in the last the database writes."""
    writes: bool = True
    """Whether the database may write objects."""
    is_trusted: bool = False
    written: Counter[bool] = field(default_factory=Counter)
    """Answers of plans, by whether the database wrote a part of them."""

    def open_context(self, viewer: Viewer, *, plans: bool) -> Context:
        return Context(self.database, SETTINGS[plans, plans and self.writes], viewer, is_trusted=self.is_trusted)

    async def answer(
        self,
        text: str,
        variables: dict[str, Any] | None = None,
        *,
        viewer: Viewer = STAFF,
        name: str | None = None,
        plans: bool = True,
    ) -> ExecutionResult:
        schema = self.schema or schema_of(viewer)
        context = self.open_context(viewer, plans=plans)
        return await run_document(schema, parse_document(schema, text), variables, name, context)

    async def run_plan(
        self, text: str, variables: dict[str, Any] | None = None, *, viewer: Viewer = STAFF, name: str | None = None
    ) -> ExecutionResult | None:
        """The plan's answer; None where it leaves the document to the reference executor."""
        schema = self.schema or schema_of(viewer)
        operation = cache.find_operation(schema, parse_document(schema, text), name)
        return await run_planned_query(operation, variables, self.open_context(viewer, plans=True))

    async def compare(
        self,
        text: str,
        variables: dict[str, Any] | None = None,
        *,
        viewer: Viewer = STAFF,
        name: str | None = None,
        planned: bool = True,
    ) -> ExecutionResult:
        """The reference executor's answer, equal to the plan's.

        An answer without errors must come from a plan, and so must one whose errors are fields refused to the viewer.
        """
        reference = await self.answer(text, variables, viewer=viewer, name=name, plans=False)
        answered = await self.answer(text, variables, viewer=viewer, name=name)
        assert encode_answer(answered) == encode_answer(reference), text
        found = None
        for _ in range(self.runs):
            found = await self.run_plan(text, variables, viewer=viewer, name=name)
            if reference.errors or not planned:
                assert found is None or are_refused_fields(found, reference), text
            else:
                assert found is not None, text
            if found is not None:
                assert encode_json(found.data) == encode_json(reference.data), text
        self.written[found is not None and count_written(found.data) > 0] += 1
        kind = "failed" if reference.errors else "planned"
        self.seen["refused" if kind == "failed" and found is not None else kind] += 1
        return reference


def are_refused_fields(found: ExecutionResult, reference: ExecutionResult) -> bool:
    """Whether both answers have the same errors, and all of them say that a permission is missing."""
    errors = [sorted(str(error.formatted) for error in answer.errors or []) for answer in (found, reference)]
    return errors[0] == errors[1] and all(isinstance(e.original_error, Forbidden) for e in reference.errors or [])


def schema_of(viewer: Viewer) -> GraphQLSchema:
    return ADMIN if viewer.is_staff_or_service else STOREFRONT


__all__ = ["ADMIN", "GUEST", "STAFF", "STOREFRONT", "Executors", "shopper"]
