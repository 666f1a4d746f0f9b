"""Any number of distinct documents, each a large random part of a type, as many clients together would send them."""

import random

from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_object_type,
    is_required_argument,
)

DEPTH = 5
FIELDS = 150


def write_selection(kind: GraphQLObjectType, chance: random.Random, *, fields: int = FIELDS, depth: int = DEPTH) -> str:
    """A large random part of a type."""
    return _SelectionWriter(chance, fields).write_selection(kind, depth)


def write_documents(schema: GraphQLSchema, root: str, number: int) -> list[str]:
    """Documents of one root of the query type; the same for the same number."""
    assert schema.query_type is not None
    kind = get_named_type(schema.query_type.fields[root].type)
    assert isinstance(kind, GraphQLObjectType)
    written: dict[str, None] = {}
    chance = random.Random(number)
    while len(written) < number:
        writer = _SelectionWriter(chance)
        written[f"{{ {root} {writer.write_selection(kind, DEPTH)} }}"] = None
    return list(written)


class _SelectionWriter:
    def __init__(self, chance: random.Random, fields: int = FIELDS) -> None:
        self._chance = chance
        self._left = fields

    def write_selection(self, kind: GraphQLObjectType, depth: int) -> str:
        names = [name for name, field in kind.fields.items() if not any(map(is_required_argument, field.args.values()))]
        parts = ["__typename"]
        for name in self._chance.sample(names, k=len(names)):
            named = get_named_type(kind.fields[name].type)
            takes_it = self._left > 0 and self._chance.random() < (0.6 if is_leaf_type(named) else 0.5)
            if takes_it and is_leaf_type(named):
                self._left -= 1
                parts.append(name)
            elif takes_it and is_object_type(named) and depth > 1:
                size = "(first: 1)" if "first" in kind.fields[name].args else ""
                parts.append(f"{name}{size} {self.write_selection(named, depth - 1)}")
        return f"{{ {' '.join(parts)} }}"
