"""The nightly comparison of derived rows: what differs is logged with its customers and counted, and stays as it is."""

import httpx
import pytest
import structlog

from customer_gql.database.projection_checks import COMPARED, ComparedRows, compare_sample
from customer_gql.execution.telemetry.metrics import serve_metrics
from customer_gql.messaging.jobs.projection_check import start_counting
from customer_gql.messaging.jobs.work import Tools
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.schema.work import WORK
from customer_gql.settings import load_settings
from support.customers import customer_id, make_customer
from support.processes import free_port

NAMES = [projection.table.name for projection in PROJECTIONS]
[CHECK] = [schedule for schedule in WORK.schedules if schedule.name == "jobs.check_projections"]


@pytest.fixture(autouse=True)
def _counted_from_zero():
    COMPARED.clear()
    start_counting(PROJECTIONS)


async def check(database):
    with structlog.testing.capture_logs() as told:
        await CHECK.run(Tools(database, load_settings(), PROJECTIONS))
    return told


def read_metrics():
    port = free_port()
    with serve_metrics("127.0.0.1", port, {}):
        lines = httpx.get(f"http://127.0.0.1:{port}/metrics").text.splitlines()
    found = dict(line.rsplit(" ", 1) for line in lines if line.startswith("customer_gql_projection"))
    return {
        kind: {
            name: int(float(found[f'customer_gql_projection_{kind}_total{{projection="{name}"}}'])) for name in NAMES
        }
        for kind in ("compared_customers", "differing_rows")
    }


async def test_a_row_that_differs_is_logged_and_counted(empty_database):
    assert read_metrics() == {kind: dict.fromkeys(NAMES, 0) for kind in ("compared_customers", "differing_rows")}
    async with empty_database.writes.acquire() as connection:
        wrong, _ = await make_customer(connection), await make_customer(connection)
        assert await check(empty_database) == []
        assert read_metrics()["compared_customers"] == {
            **dict.fromkeys(NAMES, 2),
            "order_statistics": 0,
            "customer_grid_attribute": 0,
        }
        await connection.execute("UPDATE customer_grid_row SET name = 'x' WHERE customer_id = $1", wrong.id)
        assert await check(empty_database) == [
            {
                "log_level": "error",
                "event": "derived rows differ",
                "projection": "customer_grid_row",
                "rows": 1,
                "compared": 2,
                "customers": [customer_id(wrong)],
            }
        ]
        assert read_metrics() == {
            "compared_customers": {**dict.fromkeys(NAMES, 4), "order_statistics": 0, "customer_grid_attribute": 0},
            "differing_rows": {**dict.fromkeys(NAMES, 0), "customer_grid_row": 1},
        }
        assert await connection.fetchval("SELECT name FROM customer_grid_row WHERE customer_id = $1", wrong.id) == "x"


async def test_a_row_of_a_customer_who_is_gone_is_found(empty_database):
    async with empty_database.writes.acquire() as connection:
        gone = await make_customer(connection)
        await connection.execute("DELETE FROM customer WHERE id = $1", gone.id)
        [told] = await check(empty_database)
    assert (told["projection"], told["rows"], told["customers"]) == ("customer_change", 1, [customer_id(gone)])


async def test_a_sample_is_not_larger_than_asked_for_and_comes_from_everywhere(empty_database):
    async with empty_database.writes.acquire() as connection:
        everybody = {(await make_customer(connection)).id for _ in range(12)}
        await connection.execute("UPDATE customer_grid_row SET name = 'x'")
        await connection.execute("ANALYZE")
        [grid] = [projection for projection in PROJECTIONS if projection.table.name == "customer_grid_row"]
        seen = set()
        for _ in range(60):
            found = await compare_sample(connection, grid, 3)
            assert (found.customers, found.rows) == (3, 3)
            seen |= set(found.differing)
    assert seen == everybody
    assert COMPARED["customer_grid_row"] == ComparedRows(180, 180)
