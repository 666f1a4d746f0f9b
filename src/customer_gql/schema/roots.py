"""How the slices' roots become one root."""

from typing import Any

from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from customer_gql.core.scalars import SCALARS


def merged(name: str, description: str, *roots: type[Any]) -> type[Any]:
    """One root of several; a field that two of them define fails the build, see `tests/test_schema.py`."""
    root = merge_types(name, roots)
    root.__strawberry_definition__.description = description  # pyright: ignore[reportAttributeAccessIssue]
    return root


def config() -> StrawberryConfig:
    return StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=False)
