"""How the slices' roots become one root."""

from copy import copy
from functools import cache
from typing import Any, ClassVar

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types
from strawberry.types.base import StrawberryObjectDefinition, StrawberryOptional
from strawberry.types.field import StrawberryField

from customer_gql.administration.selections.declaration import MASS_ACTIONS
from customer_gql.graph.access.storefront_guards import apply_storefront_guard
from customer_gql.graph.grids.registry import KNOWN_GRIDS
from customer_gql.graph.grids.saved_views import FIND_VIEW
from customer_gql.graph.payloads import LINKS_TO_QUERY, USER_ERRORS
from customer_gql.graph.scalars import SCALARS

from .slices import declared_for_graph


@cache
def join_grids() -> None:
    """Make the grids of all slices known, and the actions on their records. Roots are built from them, so it comes before any module with roots is imported."""
    KNOWN_GRIDS.join(declared_for_graph("types", "GRIDS"))
    FIND_VIEW.extend(declared_for_graph("types", "FIND_VIEW"))
    MASS_ACTIONS.join(declared_for_graph("types", "MASS_ACTIONS"))


def merge_roots(name: str, description: str, declaration: str, *more: type[Any]) -> type[Any]:
    """One root of what the slices declare; a field that two of them define fails the build, see `tests/schema`."""
    join_grids()
    USER_ERRORS.update(declared_for_graph("types", "USER_ERRORS"))
    root = merge_types(name, (*declared_for_graph("operations", declaration), *more))
    root.__strawberry_definition__.description = description  # pyright: ignore[reportAttributeAccessIssue]
    return root


def schema_config() -> StrawberryConfig:
    return StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=False)


class _AudienceSchema(strawberry.Schema):
    """A schema without the fields marked for the other audience; types only they reach are absent too."""

    other_audience: ClassVar[str]

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        shown = [field for field in type_definition.fields if field.metadata.get("audience") != self.other_audience]
        if type_definition.origin is self.query:
            return [_answer_alone(field) for field in shown]
        return [self._link_to_query(field) if field.metadata.get(LINKS_TO_QUERY) else field for field in shown]

    def _link_to_query(self, field: StrawberryField) -> StrawberryField:
        linked = copy(field)  # payloads are shared by the schemas, whose query types differ
        linked.type = self.query
        return linked


def _answer_alone(root: StrawberryField) -> StrawberryField:
    """The root field, made nullable, so that one that is refused or fails leaves its siblings what they answer."""
    if not isinstance(root.type, StrawberryOptional):
        root.type = StrawberryOptional(root.type)
    return root


class AdminSchema(_AudienceSchema):
    other_audience = "storefront"


class StorefrontSchema(_AudienceSchema):
    other_audience = "admin"

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        return [apply_storefront_guard(field) for field in super().get_fields(type_definition)]
