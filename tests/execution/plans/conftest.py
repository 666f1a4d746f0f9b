from collections.abc import AsyncGenerator

import pytest

from customer_gql.database.pools import Database, TimeLimits, create_pool
from support.plan_comparing import Executors
from support.plan_shapes import SHAPES, THINGS, make_fruit, make_thing


@pytest.fixture
async def shapes() -> AsyncGenerator[Executors]:
    """Executors of a graph of every shape. Its pools stay closed, because it reads nothing."""
    inner = make_thing(name="inner", text="inner", whole=1)
    other = make_thing(name="other", text="other", whole=2, color="blue")
    THINGS["plain"] = make_thing(child=inner, parts=[inner, other], parts_or_none=[other, None, inner])
    THINGS["other"] = other
    THINGS["nothing"] = None
    THINGS["apple"], THINGS["pear"] = make_fruit("apple"), make_fruit("pear", is_apple=False)
    THINGS["put"] = []
    reads, writes, grids = (create_pool("postgresql://closed", 1, TimeLimits()) for _ in range(3))
    yield Executors(Database(reads, writes, grids), schema=SHAPES, runs=2)
    THINGS.clear()
