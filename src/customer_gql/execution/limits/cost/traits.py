"""What the schema says about the cost of a field."""

from typing import Any, Final, NamedTuple

from graphql import GraphQLField, GraphQLNonNull, GraphQLSchema, get_named_type, is_composite_type, is_list_type

from customer_gql.execution.limits.size import INTROSPECTION, metadata_of

# Measured by `make bench BENCH="--only cost"`, like the declared `cost` of single fields; docs/cost.md has the table.
REQUEST_COST: Final = 100  # what every document takes: HTTP, token, log
ROOT_COST: Final = 200  # a root field that reads
MUTATION_COST: Final = 1000  # a root field of a mutation: a transaction, its rules, history
LOAD_COST: Final = 20  # a field that is read from the database, for all its parents at once
COUNT_COST: Final = 100  # `totalCount`
FACET_COST: Final = 200  # a column of `facets`: a statement over the whole list
CLAUSE_COST: Final = 20  # a clause of a filter
SCHEMA_COST: Final = 60  # `__schema`, for each type of the schema; no plan answers it
ASSUMED_LIST_SIZE: Final = 5  # of a list without a size argument; `metadata={"assumed": n}` on the field overrides it
_SIZE_ARGUMENTS: Final = ("first", "last", "ids")


class FieldTraits(NamedTuple):
    """`base` counts once for a document, however many parents the field has; `per_entry` for each entry of the
    list `entries` in its input, `per_column` for each of its `columns`, and `per_clause` for each clause of its `filter`. Where the filter
    `is_matched` with each parent, a clause is an object of its own there."""

    type: Any
    is_list: bool
    is_composite: bool
    size_arguments: tuple[str, ...]
    assumed_size: int
    takes_page: bool
    base: int
    entries: str | None
    per_entry: int
    per_column: int
    per_clause: int
    is_matched: bool


class SchemaTraits:
    """The traits of the fields of one schema, each found once."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._known: dict[tuple[str, str], FieldTraits] = {}

    def traits_of(self, parent: Any, field: str) -> FieldTraits:
        key = (parent.name, field)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._find_traits(parent, field)
        return known

    def _find_traits(self, parent: Any, name: str) -> FieldTraits:
        field = self.schema.get_field(parent, name)
        assert field is not None, name
        nullable = _without_non_null(field.type)
        named = get_named_type(nullable)
        metadata = metadata_of(field)
        # What introspection answers has a fixed size, which is in its base.
        assumed = 1 if named.name.startswith("__") else int(str(metadata.get("assumed", ASSUMED_LIST_SIZE)))
        size_arguments = tuple(argument for argument in _SIZE_ARGUMENTS if _takes_size(field, argument))
        # The lists of a page, and the results of an action on many records, are as long as was asked for.
        takes_page = not size_arguments and (bool(metadata.get("paged")) or "pageInfo" in getattr(parent, "fields", ()))
        priced: tuple[str | None, int] = metadata.get("cost_per") or (None, 0)  # pyright: ignore[reportAssignmentType]
        priced_list, price = priced
        return FieldTraits(
            named,
            is_list_type(nullable),
            is_composite_type(named),
            size_arguments,
            assumed,
            takes_page,
            self._find_base(parent, name, field) + int(str(metadata.get("cost", 0))),
            priced_list,
            price,
            FACET_COST if "columns" in field.args else 0,
            CLAUSE_COST if "filter" in field.args else 0,
            "filter" in field.args and not size_arguments,
        )

    def _find_base(self, parent: Any, name: str, field: GraphQLField) -> int:
        if name in INTROSPECTION:
            # One type is answered without most of the others.
            return len(self.schema.type_map) * SCHEMA_COST // (1 if name == "__schema" else 10)
        if parent is self.schema.mutation_type:
            return 0 if name == "__typename" else MUTATION_COST
        if parent in (self.schema.query_type, self.schema.subscription_type):
            return 0 if name == "__typename" else ROOT_COST
        if "counted" in metadata_of(field):
            return COUNT_COST
        return LOAD_COST if _is_loaded(field) else 0


def _is_loaded(field: GraphQLField) -> bool:
    """Declared loads, and objects that a resolver finds; money is made of columns."""
    metadata = metadata_of(field)
    if "load" in metadata:
        return True
    if "money" in metadata or "links_to_query" in metadata or not is_composite_type(get_named_type(field.type)):
        return False
    declared = field.extensions.get("strawberry-definition")
    return declared is not None and declared.base_resolver is not None


def _takes_size(field: GraphQLField, argument: str) -> bool:
    if argument not in field.args:
        return False
    return is_list_type(_without_non_null(field.args[argument].type)) == (argument == "ids")


def _without_non_null(type_: Any) -> Any:
    return type_.of_type if isinstance(type_, GraphQLNonNull) else type_
