"""Parses, measures and validates documents; a text seen before costs one dictionary lookup."""

import gc
import sys
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    parse,
    validate,
)

from customer_gql.core.errors import BadInput, QueryTooComplex
from customer_gql.execution.large_documents import is_large, run_beside_loop
from customer_gql.execution.limits.size import (
    DocumentMeasurement,
    fragments_of,
    is_mutation,
    validate_mutations,
)
from customer_gql.execution.limits.text import TextLimits, VariableLimits, validate_variable_texts
from customer_gql.settings import AudienceSettings

_MAX_DOCUMENTS: Final = 1000
_MAX_KILOBYTES: Final = 60_000  # of all cached documents together; one token of a parsed document takes about 1 KB
_MAX_ERRORS: Final = 10


class InvalidDocument(Exception):
    """The text is not a valid document of this schema."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A valid document. What is computed from it alone is stored on it, so that it is dropped with it."""

    ast: DocumentNode
    operations: dict[str | None, OperationDefinitionNode]
    fragments: Mapping[str, FragmentDefinitionNode] = field(default_factory=dict)
    uses_introspection: bool = False
    is_large: bool = False
    """Whether what is compiled for it takes so long that the event loop must not wait."""
    text_limits: VariableLimits = field(default_factory=dict)
    costs: dict[Any, Any] = field(default_factory=dict)
    plans: dict[Any, Any] = field(default_factory=dict)

    def validate_variables(self, operation: OperationDefinitionNode, given: Mapping[str, Any] | None) -> None:
        """Raises `BadInput` for a text out of bounds, before anything looks at it."""
        if given:
            validate_variable_texts(self.text_limits[operation.name.value if operation.name else None], given)

    def find_operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run. Raises `BadInput` when the name is missing or unknown."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        if name is None:
            raise BadInput("The document contains several operations: name one in `operationName`.")
        if name not in self.operations:
            raise BadInput(f"The document contains no operation named {name!r}.")
        return self.operations[name]

    def asks_only(self, operation: OperationDefinitionNode, field: str) -> bool:
        """Whether the field, and no other root field, stands in the operation, fragments included."""
        asked = self.root_fields(operation)
        return field in asked and asked <= {field, "__typename"}

    def root_fields(self, operation: OperationDefinitionNode) -> set[str]:
        """Their names, fragments included."""
        waiting: list[SelectionNode] = list(operation.selection_set.selections)
        asked: set[str] = set()
        while waiting:
            selection = waiting.pop()
            if isinstance(selection, FieldNode):
                asked.add(selection.name.value)
            elif isinstance(selection, FragmentSpreadNode):
                waiting.extend(self.fragments[selection.name.value].selection_set.selections)
            elif isinstance(selection, InlineFragmentNode):
                waiting.extend(selection.selection_set.selections)
        return asked


class DocumentCache:
    """The documents of one schema; the most recently used are kept."""

    def __init__(self, schema: GraphQLSchema, limits: AudienceSettings) -> None:
        self._schema = schema
        self._limits = limits
        self._text_limits = TextLimits(schema)
        self._documents: OrderedDict[str, Document] = OrderedDict()
        self._kilobytes = 0

    def has_document(self, text: str) -> bool:
        """Whether the text was parsed before and is still stored."""
        return text in self._documents

    def known_document(self, text: str) -> Document | None:
        return self._documents.get(text)

    def load_document(self, text: str) -> Document:
        """Raises `QueryTooComplex` for a document over a limit, `InvalidDocument` for one that is not valid and
        `BadInput` for a text in it that is out of bounds."""
        known = self._documents.get(text)
        if known is not None:
            self._documents.move_to_end(text)
            return known
        return self._keep_document(text, self._parse_document(text))

    async def find_document(self, text: str) -> Document:
        """The same for callers on an event loop: a large document that is not known yet does not keep it waiting."""
        if text in self._documents or not is_large(text):
            return self.load_document(text)
        document = await run_beside_loop(partial(self._parse_document, text))
        # Another request may have sent it, too.
        return self.load_document(text) if text in self._documents else self._keep_document(text, document)

    def _keep_document(self, text: str, document: Document) -> Document:
        # Validators are cycles that hold the document: left to rare collections, it would outlive its place here.
        gc.collect(0)
        self._documents[text] = document
        self._kilobytes += _estimate_kilobytes(text, document)
        while len(self._documents) > _MAX_DOCUMENTS or (self._kilobytes > _MAX_KILOBYTES and len(self._documents) > 1):
            self._kilobytes -= _estimate_kilobytes(*self._documents.popitem(last=False))
        return document

    def _parse_document(self, text: str) -> Document:
        try:
            ast = parse(text, max_tokens=self._limits.tokens, allow_empty_selection_sets=False)
            measurement = DocumentMeasurement(ast)
            measurement.validate_limits(self._limits)
            errors = validate(self._schema, ast, max_errors=_MAX_ERRORS)
        except GraphQLError as error:
            if "tokens. Parsing aborted" in error.message:
                message = f"The document has more than {self._limits.tokens} tokens."
                raise QueryTooComplex(message, limit=self._limits.tokens) from None
            raise InvalidDocument([error]) from None
        except RecursionError:
            raise QueryTooComplex("The document is nested too deeply.") from None
        if errors:
            raise InvalidDocument(errors)
        _unlink_tokens(ast)
        return self._build_document(ast, uses_introspection=measurement.uses_introspection, is_large=is_large(text))

    def _build_document(self, ast: DocumentNode, *, uses_introspection: bool, is_large: bool) -> Document:
        fragments = fragments_of(ast)
        operations = [node for node in ast.definitions if isinstance(node, OperationDefinitionNode)]
        for operation in operations:
            if is_mutation(operation) and self._schema.mutation_type:
                validate_mutations(operation, self._schema.mutation_type, fragments, self._limits)
        by_name = {node.name.value if node.name else None: node for node in operations}
        return Document(ast, by_name, fragments, uses_introspection, is_large, self._text_limits.validate_literals(ast))


def _unlink_tokens(ast: DocumentNode) -> None:
    """A document that is forgotten is freed at once then; the tokens, which point to each other, would keep it until
    one of the rare collections of a service. Locations of errors need no more than the token of a node."""
    token = ast.loc.start_token if ast.loc else None
    while token is not None:
        following = token.next
        token.prev = token.next = None
        token = following


def _estimate_kilobytes(text: str, document: Document) -> int:
    """The text counts too: a document of few tokens may consist of a megabyte of blanks."""
    return getattr(document.ast, "token_count", 1) + sys.getsizeof(text) // 1024
