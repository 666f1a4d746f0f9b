"""How the slices' roots become one root."""

from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from customer_gql.graph.scalars import SCALARS

from .slices import declared_for_graph


def merge_roots(name: str, description: str, declaration: str, *more: type[Any]) -> type[Any]:
    """One root of what the slices declare; a field that two of them define fails the build, see `tests/schema`."""
    root = merge_types(name, (*declared_for_graph("operations", declaration), *more))
    root.__strawberry_definition__.description = description  # pyright: ignore[reportAttributeAccessIssue]
    return root


def schema_config() -> StrawberryConfig:
    return StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=False)


class AdminSchema(strawberry.Schema):
    """The schema without the fields marked for the storefront."""

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        return [field for field in type_definition.fields if field.metadata.get("audience") != "storefront"]


class StorefrontSchema(strawberry.Schema):
    """The schema without the fields marked for the admin; types only they reach are absent too."""

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        return [field for field in type_definition.fields if field.metadata.get("audience") != "admin"]
