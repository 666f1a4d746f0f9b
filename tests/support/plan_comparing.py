"""Both executors on one document, and how their whole answers compare."""

from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLSchema, OperationDefinitionNode, parse, validate

from customer_gql.core.permissions import FIELD_PERMISSIONS
from customer_gql.core.viewer import GUEST, Viewer, ViewerKind
from customer_gql.database.pools import Database
from customer_gql.execution.documents import Document
from customer_gql.execution.plans import cache
from customer_gql.execution.run import PLAN_CACHE, run_document, run_planned_query
from customer_gql.graph.context import Context
from customer_gql.schema import admin, storefront

ADMIN: GraphQLSchema = admin.schema._schema
STOREFRONT: GraphQLSchema = storefront.schema._schema
STAFF = Viewer(
    ViewerKind.STAFF, staff_id=1, permissions=frozenset(["customers.read", "customers.write", *FIELD_PERMISSIONS])
)


def shopper(customer_id: int) -> Viewer:
    return Viewer(ViewerKind.CUSTOMER, customer_id=customer_id)


def document(schema: GraphQLSchema, text: str) -> Document:
    ast = parse(text)
    assert not validate(schema, ast), (text, validate(schema, ast))
    named = {n.name.value if n.name else None: n for n in ast.definitions if isinstance(n, OperationDefinitionNode)}
    return Document(ast, named)


def whole(result: ExecutionResult) -> bytes:
    """Everything of an answer in its order, as it would be sent."""
    errors = [error.formatted for error in result.errors or []]
    return orjson.dumps({"data": result.data, "errors": errors})


@dataclass
class Executors:
    database: Database
    seen: Counter[str] = field(default_factory=Counter)

    def context(self, viewer: Viewer, *, plans: bool) -> Context:
        return Context(self.database, viewer, SimpleNamespace(compiled_plans=plans))

    async def answer(
        self,
        text: str,
        variables: dict[str, Any] | None = None,
        *,
        viewer: Viewer = STAFF,
        name: str | None = None,
        plans: bool = True,
    ) -> ExecutionResult:
        schema = ADMIN if viewer.kind is ViewerKind.STAFF else STOREFRONT
        return await run_document(schema, document(schema, text), variables, name, self.context(viewer, plans=plans))

    async def compare(
        self,
        text: str,
        variables: dict[str, Any] | None = None,
        *,
        viewer: Viewer = STAFF,
        name: str | None = None,
        planned: bool = True,
    ) -> ExecutionResult:
        """The reference's answer, after the plan's was found to be the same; without an error it has to be a plan's."""
        schema = ADMIN if viewer.kind is ViewerKind.STAFF else STOREFRONT
        reference = await self.answer(text, variables, viewer=viewer, name=name, plans=False)
        answered = await self.answer(text, variables, viewer=viewer, name=name)
        assert whole(answered) == whole(reference), text
        operation = PLAN_CACHE.find_operation(schema, document(schema, text), name)
        expected = None if reference.errors or not planned else reference.data
        for _ in range(cache.OWN_STATEMENTS_AFTER + 1):  # the last time with statements of its own
            data = await run_planned_query(operation, variables, self.context(viewer, plans=True))
            assert orjson.dumps(data) == orjson.dumps(expected), text
        self.seen["failed" if reference.errors else "planned"] += 1
        return reference


__all__ = ["ADMIN", "GUEST", "STAFF", "STOREFRONT", "Executors", "shopper"]
