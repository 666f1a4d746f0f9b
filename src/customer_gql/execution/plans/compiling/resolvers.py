"""Chooses how a field's resolver is called: by strawberry, or directly where argument conversion changes nothing.

strawberry converts every argument by its type at each call. Scalars and enums pass through that conversion unchanged,
so a field that is given no other arguments is called directly, through its extensions, as strawberry would call it.
"""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from graphql import GraphQLField, GraphQLResolveInfo, GraphQLSchema, Undefined, is_leaf_type, is_non_null_type
from graphql.utilities.coerce_input_value import coerce_default_value
from strawberry.extensions.field_extension import build_field_extension_resolvers
from strawberry.types.base import StrawberryMaybe
from strawberry.types.field import StrawberryField

Resolver = Callable[..., Any]


def choose_resolver(
    schema: GraphQLSchema, field: GraphQLField, declared: StrawberryField, given: Collection[str]
) -> Resolver:
    """`given` are the arguments that the document names; others have a value only where they have a default."""
    assert field.resolve is not None
    converter = schema._strawberry_schema.schema_converter  # pyright: ignore  # noqa: SLF001 - as strawberry's Info does
    if converter.exception_handlers or not _has_leaf_arguments_only(field, declared, given):
        return field.resolve
    names = {
        converter.config.name_converter.from_argument(argument): argument.python_name for argument in declared.arguments
    }
    return _direct_resolver(declared, names, converter.config.info_class)


def _has_leaf_arguments_only(field: GraphQLField, declared: StrawberryField, given: Collection[str]) -> bool:
    resolver = declared.base_resolver
    if resolver is None or (resolver.info_parameter is not None and resolver.info_parameter.name != "info"):
        return False
    if any(isinstance(argument.type, StrawberryMaybe) for argument in declared.arguments):
        return False
    # A default of null is passed on as it is, whatever the type of the argument.
    used = [it for name, it in field.args.items() if name in given or coerce_default_value(it) not in (Undefined, None)]
    types: list[Any] = [it.type.of_type if is_non_null_type(it.type) else it.type for it in used]
    return all(map(is_leaf_type, types))


def _direct_resolver(declared: StrawberryField, names: dict[str, str], info_class: Any) -> Resolver:
    resolver = declared.base_resolver
    assert resolver is not None
    extensions: list[Any] = build_field_extension_resolvers(declared)
    source_names = [parameter.name for parameter in (resolver.parent_parameter, resolver.root_parameter) if parameter]
    takes_info = resolver.info_parameter is not None

    def resolve_directly(source: Any, raw_info: GraphQLResolveInfo, **arguments: Any) -> Any:
        info = info_class(_raw_info=raw_info, _field=declared)
        keywords: dict[str, Any] = {names[name]: value for name, value in arguments.items()}
        for extension in declared.extensions:
            keywords = extension.map_arguments(keywords)
        for name in source_names:
            keywords[name] = source

        def call_resolver(_source: Any, info: Any, **keywords: Any) -> Any:
            if takes_info:
                keywords["info"] = info
            return resolver(*([source] if resolver.self_parameter else []), **keywords)

        call: Any = call_resolver
        for extension in extensions:
            call = partial(extension, call)
        return call(source, info, **keywords)

    return resolve_directly
