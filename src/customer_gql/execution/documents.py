"""Documents are parsed and validated once; a text seen again costs a look into a dictionary."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, parse, validate

from customer_gql.core.errors import BadInput

_KEPT: Final = 1000
_KEPT_LENGTH: Final = 20_000  # characters; longer texts are not worth their memory


class Invalid(Exception):
    """The text is no document of this schema."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A valid document. What is computed from it alone may be cached by its identity."""

    ast: DocumentNode
    operations: dict[str | None, OperationDefinitionNode]

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run; `BadInput` when the name says none or too little."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        if name is None:
            raise BadInput("The document holds several operations: name one in `operationName`.")
        if name not in self.operations:
            raise BadInput(f"The document holds no operation {name!r}.")
        return self.operations[name]


class Documents:
    """The documents of one schema, the last used kept."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known: OrderedDict[str, Document] = OrderedDict()

    def get(self, text: str) -> Document:
        known = self._known.get(text)
        if known is not None:
            self._known.move_to_end(text)
            return known
        document = self._read(text)
        if len(text) <= _KEPT_LENGTH:
            self._known[text] = document
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return document

    def _read(self, text: str) -> Document:
        try:
            ast = parse(text)
        except GraphQLError as error:
            raise Invalid([error]) from None
        errors = validate(self._schema, ast)
        if errors:
            raise Invalid(errors)
        operations = [node for node in ast.definitions if isinstance(node, OperationDefinitionNode)]
        return Document(ast, {node.name.value if node.name else None: node for node in operations})
