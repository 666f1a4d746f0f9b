"""A field's own resolver without the conversion of arguments that are what they are.

strawberry's resolver converts every argument by its type at each call. Scalars and enums come out of that as they went
in, so a field that takes nothing else is called with its extensions alone, as strawberry calls it afterwards.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from graphql import GraphQLField, GraphQLResolveInfo, GraphQLSchema, is_leaf_type, is_non_null_type
from strawberry.extensions.field_extension import build_field_extension_resolvers
from strawberry.types.base import StrawberryMaybe
from strawberry.types.field import StrawberryField

Resolve = Callable[..., Any]


def resolver_of(schema: GraphQLSchema, field: GraphQLField, declared: StrawberryField) -> Resolve:
    assert field.resolve is not None
    converter = schema._strawberry_schema.schema_converter  # pyright: ignore  # noqa: SLF001 - as strawberry's Info does
    if converter.exception_handlers or not _takes_leaves(field, declared):
        return field.resolve
    names = {converter.config.name_converter.from_argument(it): it.python_name for it in declared.arguments}
    return _direct(declared, names, converter.config.info_class)


def _takes_leaves(field: GraphQLField, declared: StrawberryField) -> bool:
    given = declared.base_resolver
    if given is None or (given.info_parameter is not None and given.info_parameter.name != "info"):
        return False
    if any(isinstance(argument.type, StrawberryMaybe) for argument in declared.arguments):
        return False
    types: list[Any] = [it.type.of_type if is_non_null_type(it.type) else it.type for it in field.args.values()]
    return all(map(is_leaf_type, types))


def _direct(declared: StrawberryField, names: dict[str, str], info_class: Any) -> Resolve:
    given = declared.base_resolver
    assert given is not None
    chain: list[Any] = build_field_extension_resolvers(declared)
    told = [parameter.name for parameter in (given.parent_parameter, given.root_parameter) if parameter]
    asks_info = given.info_parameter is not None

    def resolve(source: Any, raw_info: GraphQLResolveInfo, **arguments: Any) -> Any:
        info = info_class(_raw_info=raw_info, _field=declared)
        keywords: dict[str, Any] = {names[name]: value for name, value in arguments.items()}
        for extension in declared.extensions:
            keywords = extension.map_arguments(keywords)
        for name in told:
            keywords[name] = source

        def last(_source: Any, info: Any, **keywords: Any) -> Any:
            if asks_info:
                keywords["info"] = info
            return given(*([source] if given.self_parameter else []), **keywords)

        call: Any = last
        for extended in chain:
            call = partial(extended, call)
        return call(source, info, **keywords)

    return resolve
