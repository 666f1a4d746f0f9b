"""Documents are parsed, measured and validated once; a text seen again costs a look into a dictionary."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
    validate,
)

from customer_gql.core.errors import BadInput
from customer_gql.execution.limits.size import (
    DocumentMeasurement,
    QueryTooComplex,
    fragments_of,
    is_mutation,
    validate_mutations,
)
from customer_gql.settings import AudienceSettings

_MAX_DOCUMENTS: Final = 1000
_MAX_TOKENS: Final = 100_000  # of all kept documents together; one token of a parsed document is about 1 KB
_MAX_ERRORS: Final = 10


class InvalidDocument(Exception):
    """The text is no document of this schema."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A valid document. What is computed from it alone may be cached by its identity."""

    ast: DocumentNode
    operations: dict[str | None, OperationDefinitionNode]
    fragments: Mapping[str, FragmentDefinitionNode] = field(default_factory=dict)
    introspects: bool = False
    costs: dict[Any, Any] = field(default_factory=dict)
    plans: dict[Any, Any] = field(default_factory=dict)
    """What is worked out of a document lies on it, so that it is forgotten with it."""

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run; `BadInput` when the name says none or too little."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        if name is None:
            raise BadInput("The document holds several operations: name one in `operationName`.")
        if name not in self.operations:
            raise BadInput(f"The document holds no operation {name!r}.")
        return self.operations[name]


class DocumentCache:
    """The documents of one schema, the last used kept."""

    def __init__(self, schema: GraphQLSchema, limits: AudienceSettings) -> None:
        self._schema = schema
        self._limits = limits
        self._known: OrderedDict[str, Document] = OrderedDict()
        self._tokens = 0

    def get(self, text: str) -> Document:
        """Raises `TooComplex` for a document over a limit and `Invalid` for one that is none of this schema."""
        known = self._known.get(text)
        if known is not None:
            self._known.move_to_end(text)
            return known
        document = self._read(text)
        self._known[text] = document
        self._tokens += _token_count(document)
        while len(self._known) > _MAX_DOCUMENTS or (self._tokens > _MAX_TOKENS and len(self._known) > 1):
            self._tokens -= _token_count(self._known.popitem(last=False)[1])
        return document

    def _read(self, text: str) -> Document:
        try:
            ast = parse(text, max_tokens=self._limits.tokens, allow_empty_selection_sets=False)
            shapes = DocumentMeasurement(ast)
            shapes.check(self._limits)
            errors = validate(self._schema, ast, max_errors=_MAX_ERRORS)
        except QueryTooComplex:
            raise
        except GraphQLError as error:
            if "tokens. Parsing aborted" in error.message:
                raise QueryTooComplex(
                    f"The document has more than {self._limits.tokens} tokens.", limit=self._limits.tokens
                ) from None
            raise InvalidDocument([error]) from None
        except RecursionError:
            raise QueryTooComplex("The document is nested too deeply.") from None
        if errors:
            raise InvalidDocument(errors)
        return self._checked(ast, introspects=shapes.introspects)

    def _checked(self, ast: DocumentNode, *, introspects: bool) -> Document:
        fragments = fragments_of(ast)
        operations = [node for node in ast.definitions if isinstance(node, OperationDefinitionNode)]
        for operation in operations:
            if is_mutation(operation) and self._schema.mutation_type:
                validate_mutations(operation, self._schema.mutation_type, fragments, self._limits)
        named = {node.name.value if node.name else None: node for node in operations}
        return Document(ast, named, fragments, introspects)


def _token_count(document: Document) -> int:
    return getattr(document.ast, "token_count", 1)
