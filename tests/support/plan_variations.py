"""Rewrites a document at random: with aliases, conditions, fragments, variables, and arguments that meet rows."""

import json
import random
from typing import Any

from graphql import FieldNode, OperationDefinitionNode, parse, print_ast

_TYPES = {"id": "ID!", "ids": "[ID!]!", "first": "Int", "last": "Int", "after": "String", "before": "String"}
_SIZES = {"first", "last"}
_BAD_SIZES = [0, -1, -(2**31), 101]


def vary_query(text: str, ids: list[str], chance: random.Random) -> tuple[str, dict[str, Any]]:
    """An equally valid query, and values for its variables."""
    writer = DocumentWriter(ids, chance)
    return writer.finish("query", writer.write_selections(root_fields(text)))


def root_fields(text: str) -> Any:
    ast = parse(text)
    operation = next(node for node in ast.definitions if isinstance(node, OperationDefinitionNode))
    return operation.selection_set.selections


class DocumentWriter:
    def __init__(self, ids: list[str], chance: random.Random) -> None:
        self.ids = ids
        self.chance = chance
        self.declarations: list[str] = []
        self.values: dict[str, Any] = {}

    def finish(self, operation: str, body: str) -> tuple[str, dict[str, Any]]:
        declared = f" ({', '.join(self.declarations)})" if self.declarations else ""
        return f"{operation}{declared} {body}", self.values

    def write_selections(self, nodes: Any) -> str:
        return "{ " + " ".join(self.write_selection(node) for node in nodes) + " }"

    def write_selection(self, node: Any) -> str:
        if not isinstance(node, FieldNode):
            condition = f" on {node.type_condition.name.value}" if node.type_condition else ""
            return f"...{condition}{self.write_condition()} {self.write_selections(node.selection_set.selections)}"
        written = self.write_field(node)
        roll = self.chance.random()
        if roll < 0.08:
            return f"... {self.write_condition()} {{ {written} }}"
        if roll < 0.12:
            return f"{written} {written}"
        return written

    def write_field(self, node: FieldNode) -> str:
        name = node.name.value
        key = node.alias.value if node.alias else None
        if key is None and self.chance.random() < 0.1:
            key = f"{name}_{self.chance.randrange(10**9)}"
        head = f"{key}: {name}" if key else name
        inside = self.write_selections(node.selection_set.selections) if node.selection_set else ""
        if inside and self.chance.random() < 0.2:
            inside = inside[:-1] + "__typename }"
        return f"{head}{self.write_arguments(node)}{self.write_condition()} {inside}"

    def write_arguments(self, node: FieldNode) -> str:
        written = [f"{argument.name.value}: {self.write_value(argument)}" for argument in node.arguments or ()]
        return f"({', '.join(written)})" if written else ""

    def write_value(self, argument: Any) -> str:
        name, chance = argument.name.value, self.chance
        if name == "scope":
            return self.choose_scope()
        if name not in _TYPES or chance.random() < 0.1:
            return print_ast(argument.value)
        value = self.choose_value(name)
        if chance.random() < 0.3:
            return self.declare_variable(_TYPES[name], value)
        # A literal null is not valid everywhere; a variable may be null where the argument has a default.
        return json.dumps(7 if value is None and name in _SIZES else value)

    def choose_value(self, name: str) -> Any:
        """Usually a value that exists and is allowed; what Hypothesis draws meets no row by itself."""
        chance = self.chance
        if name == "id":
            return chance.choice(self.ids)
        if name == "ids":
            return [chance.choice(self.ids) for _ in range(chance.randrange(6))]
        if name in _SIZES and chance.random() < 0.75:
            return chance.choice([1, 2, 3, 5, 20]) if chance.random() < 0.95 else chance.choice(_BAD_SIZES)
        return None

    def choose_scope(self) -> str:
        """A scope of settings: the whole shop, one website, or one store view, existing or not."""
        places = [id for id in self.ids if id[:3] in {"web", "stv"}]
        if not places:
            return "null"
        key = json.dumps(self.chance.choice(places))
        return self.chance.choice(["null", f"{{websiteId: {key}}}", f"{{storeViewId: {key}}}"])

    def declare_variable(self, kind: str, value: Any) -> str:
        name = f"v{len(self.declarations)}"
        if kind == "Int" and value is not None and self.chance.random() < 0.3:
            self.declarations.append(f"${name}: {kind} = {value}")
            if self.chance.random() < 0.3:
                self.values[name] = None
        else:
            self.declarations.append(f"${name}: {kind}")
            self.values[name] = value
        return f"${name}"

    def write_condition(self) -> str:
        if self.chance.random() > 0.08:
            return ""
        kept = self.chance.random() < 0.7
        directive = self.chance.choice(["include", "skip"])
        given = kept if directive == "include" else not kept
        value = self.declare_variable("Boolean!", given) if self.chance.random() < 0.5 else str(given).lower()
        return f" @{directive}(if: {value})"
