"""What slices declare about orders that are placed; it imports nothing that reads tables, because `schema.slices` imports it before
all of them are known."""

from typing import Any, Final

ORDER_GUARDS: Final[list[Any]] = []
"""Each an `OrderGuard`, joined by `schema.slices`."""
