"""All grids of the graph, by name, and the enum that names them. `schema/roots.py` joins them when every slice is known."""

import enum
from functools import cache
from typing import Any, Final

from customer_gql.core.joined import Joined
from customer_gql.graph.scalars import graph_enum

from .types import GridTypes

KNOWN_GRIDS: Final[Joined[GridTypes]] = Joined("grids", lambda types: types.grid.name)


@cache
def grid_enum() -> Any:
    names: Any = enum.Enum("Grid", {name: name for name in KNOWN_GRIDS})
    described = {name: f"The grid of {types.grid.title}." for name, types in KNOWN_GRIDS.items()}
    return graph_enum(names, "A list of the admin endpoint.", described)
