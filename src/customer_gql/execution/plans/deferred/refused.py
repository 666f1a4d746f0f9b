"""Fields that the viewers of a plan may not see: null, each with an error at its place."""

from graphql import FieldNode, GraphQLObjectType
from graphql.error import located_error
from graphql.pyutils import Path

from customer_gql.execution.plans.errors import FallBack
from customer_gql.execution.plans.running.arguments import FieldArguments
from customer_gql.execution.plans.running.run import PlanRun
from customer_gql.execution.plans.selections.selection import DeferredField, ObjectBatch
from customer_gql.graph.access.guards import OwnRecord, refusal_of


class RefusedField:
    """A nullable field that lacks a permission.

    `permitted` answers it for the viewer's own record, where the guard lets that pass; None where the object answers
    by itself. Without `opens_for_owner` it is refused there too.
    """

    __slots__ = ("_arguments", "_name", "_nodes", "_parent", "_permission", "_permitted", "opens_for_owner")

    def __init__(
        self, name: str, nodes: list[FieldNode], parent: GraphQLObjectType, arguments: FieldArguments, permission: str
    ) -> None:
        self._name = name
        self._nodes = nodes
        self._parent = parent.name
        self._arguments = arguments
        self._permission = permission
        self._permitted: DeferredField | None = None
        self.opens_for_owner = False

    def open_for_owner(self, permitted: DeferredField | None) -> None:
        self.opens_for_owner = True
        self._permitted = permitted

    @property
    def attributes(self) -> tuple[str, ...]:
        return () if self._permitted is None else self._permitted.attributes

    def resolve_batch(self, run: PlanRun, batch: ObjectBatch) -> None:
        if self.opens_for_owner and batch.source_class is OwnRecord:
            if self._permitted is not None:
                self._permitted.resolve_batch(run, batch)
            return
        if self.opens_for_owner and batch.source_class is object:
            raise FallBack  # records of several classes, the viewer's own perhaps among them
        if self.opens_for_owner and self._permission in run.context.viewer.permissions:
            raise FallBack  # granted for some websites only: each record decides
        run.argument_values(self._arguments)  # invalid ones are reported before a missing permission
        assert batch.paths is not None
        for path in batch.paths:
            place = Path(path, self._name, self._parent)
            refused = located_error(refusal_of(self._permission), self._nodes, place.as_list())
            run.errors.append((refused, place))
