"""Rows of a grid, as the samples of a slice make them for the tests of all grids (`support/every_grid.py`)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from customer_gql.database.statements import Connection


@dataclass
class MadeRows:
    """The filter matches these rows alone, they are of one website where the grid has websites, and `add` makes one more."""

    filter: dict[str, Any]
    add: Callable[[Connection], Awaitable[object]]
    website: int | None = None


MakeRows = Callable[[Connection, int], Awaitable[MadeRows]]
"""Makes at least so many rows, which differ in what columns show; some columns of some are empty."""
