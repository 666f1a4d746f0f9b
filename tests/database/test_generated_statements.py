"""Statements that write JSON in a shop of forty thousand customers: their plans, which are made once for all keys."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import GENERATED_COLUMN, Connection
from customer_gql.execution.plans.statements import frequency
from support.large_tables import LARGE, nodes
from support.plan_comparing import STAFF, Executors, count_written, shopper

pytestmark = pytest.mark.slow
DOCUMENTS = Path(__file__).parents[1] / "documents"
STOREFRONT = Path(__file__).parents[2] / "benchmarks" / "documents" / "storefront"


async def generic_plan(connection: Connection, query: str, arguments: list[Any]) -> list[dict[str, Any]]:
    """The nodes of the plan that a read connection uses, whatever the keys are."""
    given = ", ".join(map(as_literal, arguments))
    async with connection.transaction():
        await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        await connection.execute(f"PREPARE generated AS {query}")
        explained = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE generated({given})")
        await connection.execute("DEALLOCATE generated")
    return list(nodes(json.loads(explained)[0]["Plan"]))


def as_literal(value: Any) -> str:
    listed = "{" + ",".join(map(str, value)) + "}" if isinstance(value, list) else str(value)
    return f"'{listed}'"


@pytest.mark.parametrize("name", ["profile", "customers", "orders", "account", "storefront orders"])
async def test_generated_statements_find_their_rows_by_an_index(large_shop, name: str):
    executors = Executors(large_shop.database)
    customer = large_shop.customer.id + 3000
    is_storefront = name in {"account", "storefront orders"}
    file = STOREFRONT / f"{name.rsplit(maxsplit=1)[-1]}.graphql" if is_storefront else DOCUMENTS / f"{name}.graphql"
    viewer = shopper(customer) if is_storefront else STAFF
    text = file.read_text()
    variables = {"id": encode_id("cus", customer)} if "$id" in text else {}
    for _ in range(frequency.FREQUENT_AFTER):
        await executors.run_plan(text, variables, viewer=viewer)
    await asyncio.sleep(0)
    large_shop.statements.seen.clear()
    answer = await executors.run_plan(text, variables, viewer=viewer)
    await asyncio.sleep(0)
    assert answer is not None
    assert count_written(answer.data) > 0
    generated = [query for query in large_shop.statements.seen if GENERATED_COLUMN in query]
    assert len(generated) == 1
    large = {table.name for table in LARGE}
    async with large_shop.database.writes.acquire() as connection:
        plan = await generic_plan(connection, generated[0], large_shop.statements.seen[generated[0]])
    assert [
        node["Relation Name"] for node in plan if node["Node Type"] == "Seq Scan" and node["Relation Name"] in large
    ] == []
