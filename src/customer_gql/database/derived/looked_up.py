"""Values of derived rows that a distributed database looks up in a step of its own."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from customer_gql.database.statements import AnySelect, Connection

from .parts import Part


@dataclass(frozen=True, slots=True, eq=False)
class LookedUp:
    """Values that lie by other keys than the customer, which a distributed database has to look up in a step before.

    `rows` are those of the projection with these values as JSON in the parameter `name`, which `read` gives for some customers.
    `columns` are what is made of them.
    """

    name: str
    columns: Part
    rows: AnySelect
    read: Callable[[Connection, Sequence[int]], Awaitable[str]]
