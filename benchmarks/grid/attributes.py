"""Filters and an order by attributes against the same by a built-in text column."""

from dataclasses import asdict
from typing import Any, Final

import asyncpg
from prepare import BenchmarkShop

from customer_gql.administration.customer_grid.types import CUSTOMER_GRID
from customer_gql.database.statements import Connection
from customer_gql.graph.grids.added_columns import add_columns_of_job
from customer_gql.loading.grids.columns import attribute_key
from customer_gql.loading.grids.filters import FilterTree
from customer_gql.loading.grids.grid import Grid
from customer_gql.loading.grids.orders import SortBy

from .client import GridClient
from .pages import page_statement
from .plans import measure_in_turn

CARD, SIZE = "loyalty_card", "shoe_size"
# A quarter of the customers has each, as in the shop of the demo.
_FILL: Final = """
INSERT INTO customer_grid_attribute (customer_id, attribute_id, place, value, number)
SELECT customer_id, 1001, 0, (4000000 + number)::text, number FROM customer_grid_row WHERE number % 4 = 1
UNION ALL SELECT customer_id, 1006, 0, (35 + number / 4 % 13)::text, number FROM customer_grid_row WHERE number % 4 = 1
ON CONFLICT DO NOTHING
"""
_SOME: Final = (
    "SELECT number, email FROM customer_grid_row WHERE number % 4 = 1 AND number > $1 ORDER BY number LIMIT 1"
)
_OFTEN: Final = "SELECT country_code FROM customer_grid_row WHERE country_code IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1 OFFSET 3"


async def fill_attributes(shop: BenchmarkShop) -> None:
    connection = await asyncpg.connect(shop.server.owner_url(shop.name))
    try:
        await connection.execute(_FILL, timeout=3_600)
        await connection.execute("VACUUM ANALYZE customer_grid_attribute")
    finally:
        await connection.close()


async def compare_attributes(client: GridClient, customers: int, rounds: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with client.database.grids.acquire() as connection:
        grid = await _read_grid(connection)
        for name, own, built_in in await _choose_pairs(connection, customers):
            statements = {
                "attribute": page_statement(grid=grid, **own),
                "column": page_statement(grid=grid, **built_in),
            }
            costs = await measure_in_turn(connection, statements, rounds)
            own_cost, other = costs["attribute"], costs["column"]
            ratio = own_cost.milliseconds / other.milliseconds
            print(f"{name}: {ratio:.2f}  {own_cost.shape} | {other.shape}", flush=True)
            found.append({"case": name, "ratio": ratio, "attribute": asdict(own_cost), "column": asdict(other)})
    return found


async def _read_grid(connection: Connection) -> Grid:
    used = [attribute_key(CARD), attribute_key(SIZE)]
    return (await add_columns_of_job(connection, CUSTOMER_GRID, used)).grid


async def _choose_pairs(connection: Connection, customers: int) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """What is measured, by the attribute and by the column."""
    one = await connection.fetchrow(_SOME, customers // 2)
    assert one is not None, "the shop has customers"
    country, card = await connection.fetchval(_OFTEN), str(4_000_000 + one.number)

    def by(code: str, **compared: Any) -> FilterTree:
        return {"attributes": [{"code": code, **compared}]}

    return [
        ("one value", {"filter": by(CARD, text={"eq": card})}, {"filter": {"email": {"eq": one.email}}}),
        (
            "start of a value",
            {"filter": by(CARD, text={"startsWith": card[:5]})},
            {"filter": {"email": {"startsWith": one.email[:5]}}},
        ),
        ("one option", {"filter": by(SIZE, options={"hasAny": ["40"]})}, {"filter": {"country": {"eq": country}}}),
        *(
            (f"order, {word}", {"sort": [SortBy(attribute_key(CARD), down)]}, {"sort": [SortBy("EMAIL", down)]})
            for word, down in (("ascending", False), ("descending", True))
        ),
    ]
