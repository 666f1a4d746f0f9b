"""The highest possible cost of a valid document. A known document with known sizes costs one dictionary lookup."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from graphql import GraphQLSchema, OperationDefinitionNode

from .calculation import CostCalculation
from .sizes import variable_key
from .traits import SchemaTraits

if TYPE_CHECKING:
    from customer_gql.execution.documents import Document

_MAX_COSTS: Final = 200  # combinations of sizes whose cost is kept for one document


@dataclass(slots=True)
class _DocumentCosts:
    variables: tuple[str, ...]
    by_sizes: dict[tuple[Any, ...], int]


class CostModel:
    """Computes costs for one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._traits = SchemaTraits(schema)

    def compute_cost(
        self, document: "Document", operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> int:
        name = operation.name.value if operation.name else None  # hashing a node would visit all of it
        known = document.costs.get(name)
        if known is not None:
            cost = known.by_sizes.get(_sizes_of(known, variables))
            if cost is not None:
                return cost
        calculation = CostCalculation(self._traits, document, operation, variables)
        cost = calculation.total_cost()
        known = document.costs.setdefault(name, _DocumentCosts(tuple(sorted(calculation.sizes.used)), {}))
        if len(known.by_sizes) < _MAX_COSTS:
            known.by_sizes[_sizes_of(known, variables)] = cost
        return cost

    def find_costliest_list(
        self, document: "Document", operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> tuple[list[str], int]:
        """The path to the list that costs most, and its cost."""
        return CostCalculation(self._traits, document, operation, variables).find_costliest_list()


def _sizes_of(known: _DocumentCosts, variables: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple([variable_key(variables, name) for name in known.variables])
