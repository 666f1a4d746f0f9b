"""The same document said otherwise: with aliases, conditions, fragments and variables, by chance."""

import json
import random
from typing import Any

from graphql import FieldNode, OperationDefinitionNode, parse, print_ast

_TYPES = {"id": "ID!", "ids": "[ID!]!", "first": "Int", "last": "Int", "after": "String", "before": "String"}


def varied(text: str, ids: list[str], chance: random.Random) -> tuple[str, dict[str, Any]]:
    """An equally valid document and the variables it takes."""
    writer = _Writer(ids, chance)
    ast = parse(text)
    operation = next(node for node in ast.definitions if isinstance(node, OperationDefinitionNode))
    body = writer.selections(operation.selection_set.selections)
    declared = ", ".join(f"${name}: {kind}" for name, (kind, _) in writer.variables.items())
    head = f"query ({declared}) " if declared else "query "
    return head + body, {name: value for name, (_, value) in writer.variables.items()}


class _Writer:
    def __init__(self, ids: list[str], chance: random.Random) -> None:
        self.ids = ids
        self.chance = chance
        self.variables: dict[str, tuple[str, Any]] = {}

    def selections(self, nodes: Any) -> str:
        return "{ " + " ".join(self.selection(node) for node in nodes) + " }"

    def selection(self, node: Any) -> str:
        if not isinstance(node, FieldNode):
            condition = f" on {node.type_condition.name.value}" if node.type_condition else ""
            return f"...{condition}{self.condition()} {self.selections(node.selection_set.selections)}"
        written = self.field(node)
        roll = self.chance.random()
        if roll < 0.08:
            return f"... {self.condition()} {{ {written} }}"
        if roll < 0.12:
            return f"{written} {written}"
        return written

    def field(self, node: FieldNode) -> str:
        name = node.name.value
        key = node.alias.value if node.alias else None
        if key is None and self.chance.random() < 0.1:
            key = f"{name}_{self.chance.randrange(3)}_{self.fresh()}"
        head = f"{key}: {name}" if key else name
        inside = self.selections(node.selection_set.selections) if node.selection_set else ""
        if inside and self.chance.random() < 0.2:
            inside = inside[:-1] + "__typename }"
        return f"{head}{self.arguments(node)}{self.condition()} {inside}"

    def fresh(self) -> int:
        return self.chance.randrange(10**9)

    def arguments(self, node: FieldNode) -> str:
        written = [f"{argument.name.value}: {self.value(argument)}" for argument in node.arguments or ()]
        return f"({', '.join(written)})" if written else ""

    def value(self, argument: Any) -> str:
        name, chance = argument.name.value, self.chance
        if name not in _TYPES or chance.random() < 0.1:
            return print_ast(argument.value)
        value = self.sensible(name)
        if chance.random() < 0.3:
            return self.variable(_TYPES[name], value)
        return json.dumps(value) if value is not None or name in {"after", "before"} else "7"

    def sensible(self, name: str) -> Any:
        """What exists and is allowed; what Hypothesis draws meets no row by itself."""
        chance = self.chance
        if name == "id":
            return chance.choice(self.ids)
        if name == "ids":
            return [chance.choice(self.ids) for _ in range(chance.randrange(6))]
        return chance.choice([1, 2, 3, 5, 20]) if name in {"first", "last"} and chance.random() < 0.7 else None

    def variable(self, kind: str, value: Any) -> str:
        name = f"v{len(self.variables)}"
        self.variables[name] = (kind, value)
        return f"${name}"

    def condition(self) -> str:
        if self.chance.random() > 0.08:
            return ""
        kept = self.chance.random() < 0.7
        directive = self.chance.choice(["include", "skip"])
        given = kept if directive == "include" else not kept
        value = self.variable("Boolean!", given) if self.chance.random() < 0.5 else str(given).lower()
        return f" @{directive}(if: {value})"
