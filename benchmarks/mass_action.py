"""`--only jobs`: a group assigned to many customers by a job, against statements written by hand that write the same rows in the
same batches, and against one bare UPDATE; writes JOBS.md."""

import argparse
import asyncio
import itertools
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import asyncpg
from grid.published import machine_load
from grid.shop import running_grid_shop
from group_statements import LOCK, move_to_group
from prepare import BenchmarkShop, act_as
from report import HERE, describe_machine, store_figures
from sign_ins import compare_sign_ins, describe_sign_ins
from sqlalchemy import select

from customer_gql.administration.customer_actions.actions import MASS_ACTION_WORK
from customer_gql.core.ids import new_id
from customer_gql.customers.profile.tables import customer
from customer_gql.database.pools import open_database
from customer_gql.database.statements import Row, equals_any
from customer_gql.messaging.jobs.runs.parts import freeze_selected
from customer_gql.messaging.jobs.runs.runner import work_on_job
from customer_gql.messaging.jobs.runs.writes import Submission, Submitted, cancel_job, submit_job
from customer_gql.messaging.jobs.work import Tools
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.schema.slices import join_declarations
from customer_gql.settings import load_settings

CUSTOMERS: Final = 200_000
CHANGED: Final = 100_000
BATCH: Final = 1_000
LIMIT: Final = 1.5
GROUPS: Final = (3, 1)
PAGE: Final = HERE / "JOBS.md"
_IDS: Final = "SELECT id FROM customer WHERE customer_type = 'INDIVIDUAL' ORDER BY id LIMIT $1"
_WRITTEN: Final = "SELECT relname, n_tup_ins + n_tup_upd AS rows FROM pg_stat_user_tables"
_ROWS: Final = """INSERT INTO job_row (job_id, line, customer_id, outcome)
SELECT $1, $2 + place, id, 'DONE' FROM unnest($3::bigint[]) WITH ORDINALITY AS given(id, place)"""
_PROGRESS: Final = "UPDATE job_run SET done_count = done_count + $2 WHERE id = $1"
_JOB: Final = """INSERT INTO job_run (id, kind, work, status, error_policy, actor, actor_id, permissions, operation, total_count)
VALUES ($1, 'MASS_ACTION', 'by hand', 'DONE', 'SKIP', 'STAFF', $2, '{}', 'by hand', $3)"""


def compare_jobs(options: argparse.Namespace) -> None:
    join_declarations()
    with running_grid_shop(options.customers or CUSTOMERS) as shop:
        before = machine_load()
        figures = asyncio.run(_measure(shop, options.rounds))
        figures |= {
            "rounds": options.rounds,
            "load": [before, machine_load()],
            "customers": options.customers or CUSTOMERS,
        }
    print(_describe(figures), flush=True)
    if options.write:
        store_figures("jobs", figures)
        PAGE.write_text(_describe(figures))


async def _measure(shop: BenchmarkShop, rounds: int) -> dict[str, Any]:
    async with open_database(shop.url, read_connections=1, write_connections=4, projections=PROJECTIONS) as database:
        connection = await asyncpg.connect(shop.url, record_class=Row)
        ids = [row.id for row in await connection.fetch(_IDS, CHANGED)]
        staff_id = await connection.fetchval("SELECT min(id) FROM staff_user")
        tools = Tools(database, load_settings(database_url=shop.url), PROJECTIONS)
        ways: dict[str, Callable[[int], Awaitable[None]]] = {
            "service": lambda group: _run_job(tools, ids, staff_id, group),
            "by hand": lambda group: _write_by_hand(connection, ids, staff_id, group),
            "bare": lambda group: _update_at_once(connection, ids, group),
        }
        times, written = await time_ways(connection, ways, rounds)
        turn = len(ways) * (rounds + 1)
        sign_ins = await compare_sign_ins(
            shop,
            connection,
            lambda number: _submit(tools, ids, staff_id, GROUPS[(turn + number) % 2]),
            lambda job_id: _cancel(tools, job_id, staff_id),
            rounds,
        )
        await connection.close()
    return {"times": times, "written": written, "changed": len(ids), "sign_ins": sign_ins}


async def time_ways(
    connection: Any, ways: dict[str, Callable[[int], Awaitable[None]]], rounds: int
) -> tuple[dict[str, list[float]], dict[str, dict[str, int]]]:
    """Seconds of each way to assign a group, a figure for each round, and the rows that it wrote in the last one."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    written: dict[str, dict[str, int]] = {}
    groups = itertools.cycle(GROUPS)
    for number in range(rounds + 1):
        # The order changes with every round, so that none is always measured after the other.
        for name, run in list(ways.items())[:: 1 if number % 2 else -1]:
            counts, begun = await count_written(connection), time.perf_counter()
            await run(next(groups))
            if number:  # the first round is a warm-up
                times[name].append(time.perf_counter() - begun)
                written[name] = await find_written(connection, counts)
            await connection.execute("VACUUM ANALYZE customer, customer_grid_row, customer_change, company_member")
            print(f"{name}: {time.perf_counter() - begun:.2f} s", flush=True)
    return times, written


async def count_written(connection: Any) -> dict[str, int]:
    await connection.execute("SELECT pg_stat_force_next_flush()")
    return {row.relname: row.rows for row in await connection.fetch(_WRITTEN)}


async def find_written(connection: Any, before: dict[str, int]) -> dict[str, int]:
    """Rows that were inserted or updated, of tables with many."""
    after = await count_written(connection)
    return {name: rows - before.get(name, 0) for name, rows in after.items() if rows - before.get(name, 0) >= BATCH}


async def _run_job(tools: Tools, ids: list[int], staff_id: int, group: int) -> None:
    made = await _submit_job(tools, ids, staff_id, group, at_once=len(ids))
    assert made.lease is not None
    assert await work_on_job(tools, made.lease, seconds=3_600)
    async with tools.database.writes.acquire() as connection:
        done = await connection.fetchval("SELECT done_count FROM job_run WHERE id = $1", made.job_id)
    assert done == len(ids), f"{done} of {len(ids)}"


async def _submit(tools: Tools, ids: list[int], staff_id: int, group: int) -> int:
    return (await _submit_job(tools, ids, staff_id, group, at_once=0)).job_id


async def _cancel(tools: Tools, job_id: int, staff_id: int) -> None:
    async with tools.database.transaction() as connection:
        await cancel_job(connection, job_id, by=act_as(staff_id))


async def _submit_job(tools: Tools, ids: list[int], staff_id: int, group: int, *, at_once: int) -> Submitted:
    chosen = select(customer.c.id, customer.c.id.label("place")).where(equals_any(customer.c.id, ids))
    parameters = {"action": "ASSIGN_GROUP", "group_id": group}
    submission = Submission(MASS_ACTION_WORK, parameters, "customerMassAction", freeze_selected(chosen))
    async with tools.database.transaction() as connection:
        return await submit_job(connection, submission, by=act_as(staff_id), at_once=at_once)


async def _write_by_hand(connection: Any, ids: list[int], staff_id: int, group: int) -> None:
    job_id = new_id()
    await connection.execute(_JOB, job_id, staff_id, len(ids))
    groups = GROUPS[GROUPS.index(group) - 1], group
    for first in range(0, len(ids), BATCH):
        some = ids[first : first + BATCH]
        async with connection.transaction():
            await connection.fetch(LOCK, some)
            await move_to_group(connection, some, groups, staff_id=staff_id, job_id=job_id)
            await connection.execute(_ROWS, job_id, first, some)
            await connection.execute(_PROGRESS, job_id, len(some))


async def _update_at_once(connection: Any, ids: list[int], group: int) -> None:
    await connection.execute("UPDATE customer SET group_id = $2 WHERE id = ANY($1)", ids, group)


def _describe(figures: dict[str, Any]) -> str:
    times = figures["times"]
    median = {name: statistics.median(taken) for name, taken in times.items()}
    ratios = {
        name: statistics.median(one / other for one, other in zip(times["service"], times[name], strict=True))
        for name in ("by hand", "bare")
    }
    start, end = figures["load"]
    tables = sorted({table for written in figures["written"].values() for table in written})
    rows = [
        f"| `{table}` | " + " | ".join(f"{figures['written'][name].get(table, 0):,}" for name in median) + " |"
        for table in tables
    ]
    kept = "kept" if ratios["by hand"] <= LIMIT else "**not kept**"
    how = (
        f"A group assigned to {figures['changed']:,} of {figures['customers']:,} customers in batches of {BATCH:,}; "
        f"{figures['rounds']} rounds, alternating, after a warm-up; load of the machine {start:.0f} at the start, {end:.0f} at "
        "the end: compare ratios."
    )
    limit = (
        f"To keep: at most {LIMIT} times the statements by hand; {kept}. These lock, update, and write history, events, change "
        "feed, rows and progress of the job in one transaction for each batch. The service reads rights, judges each customer "
        "and recomputes derived rows, too."
    )
    head = ["| {} | Job of the service | Statements by hand | One bare `UPDATE` |", "|---|---:|---:|---:|"]
    return "\n".join(
        [
            *("# Jobs on many customers", "", describe_machine(), how, "", head[0].format(""), head[1]),
            "| seconds, median | " + " | ".join(f"{taken:.1f}" for taken in median.values()) + " |",
            f"| the service is times | | {ratios['by hand']:.2f} | {ratios['bare']:.1f} |",
            *("", limit, "", "Rows that were inserted or updated:", "", head[0].format("Table"), head[1]),
            *rows,
            "",
            *describe_sign_ins(figures["sign_ins"]),
        ]
    )
