"""The file of an export by a worker, `COPY` of the same columns, and a program that writes row by row, alternating."""

import argparse
import asyncio
import csv
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from prepare import EMAIL, BenchmarkShop
from report import HERE, describe_machine, store_figures

from customer_gql.administration.exports.export_job import EXPORT_WORK
from customer_gql.core.actor import actor_of
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.database.pools import Database, open_database
from customer_gql.messaging.jobs.runs.writes import Submission, submit_job
from customer_gql.messaging.jobs.whole_runs.runner import run_due_whole_jobs
from customer_gql.messaging.jobs.work import Tools
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.schema.slices import join_declarations
from customer_gql.settings import load_settings

from .shop import running_export_shop

CUSTOMERS: Final = 1_000_000
LIMIT: Final = 2
LIMIT_MEBIBYTES: Final = 100
COLUMNS: Final = (
    "number",
    "name",
    "email",
    "group",
    "createdAt",
    "website",
    "status",
    "dateOfBirth",
    "orderCount",
    "gender",
)
_STORED: Final = """SELECT r.number, r.name, c.email, c.group_id, c.created_at, c.website_id, c.status, c.date_of_birth, r.order_count,
  c.gender FROM customer_grid_row r JOIN customer c ON c.id = r.customer_id ORDER BY r.number DESC, r.customer_id DESC"""
PAGE: Final = HERE / "EXPORT.md"


def measure_export(options: argparse.Namespace) -> None:
    join_declarations()
    customers = options.customers or CUSTOMERS
    with running_export_shop(customers) as shop, tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(_measure(shop, Path(folder), options.rounds))
    figures |= {"customers": customers, "rounds": options.rounds}
    print(_describe(figures))
    if options.write:
        store_figures("export", figures)
        PAGE.write_text(_describe(figures))


async def _measure(shop: BenchmarkShop, folder: Path, rounds: int) -> dict[str, Any]:
    settings = load_settings(database_url=shop.url, files=f"file:{folder}", secret_keys="")
    async with open_database(
        shop.url, write_connections=3, projections=PROJECTIONS, statement_timeout_seconds=900
    ) as database:
        tools = Tools(database, settings, PROJECTIONS)
        ways: dict[str, Callable[[], Awaitable[object]]] = {
            "copy": lambda: _copy(database, folder / "copied.csv"),
            "export": lambda: _export(tools),
            "rows": lambda: _write_rows(database, folder / "rows.csv"),
        }
        grown: list[float] = []
        async with _watched_memory(grown):  # the first one, for which the worker also comes to know the graph
            await ways["export"]()
        for way in ways.values():  # once without a clock
            await way()
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                started = time.perf_counter()
                await way()
                seconds[name].append(time.perf_counter() - started)
        size = (folder / "copied.csv").stat().st_size
    return {
        "seconds": {name: round(statistics.median(taken), 2) for name, taken in seconds.items()},
        "of_copy": {
            name: round(statistics.median(taken) / statistics.median(seconds["copy"]), 2)
            for name, taken in seconds.items()
        },
        "grown_mebibytes": round(max(grown), 1),
        "copied_bytes": size,
    }


async def _copy(database: Database, path: Path) -> None:
    async with database.grids.acquire() as connection:
        await connection.copy_from_query(_STORED, output=str(path), format="csv", header=True)


async def _export(tools: Tools) -> None:
    async with tools.database.transaction() as connection:
        staff_id = await connection.fetchval("SELECT id FROM staff_user WHERE email = $1", EMAIL)
        viewer = Viewer(ViewerKind.STAFF, staff_id=staff_id, permissions=frozenset(ALL_PERMISSIONS))
        parameters = {
            "list": {"grid": "CUSTOMERS", "columns": COLUMNS},
            "permissions": ["customers.export", "customers.pii", "customers.read"],
            "format": "CSV",
        }
        made = await submit_job(connection, Submission(EXPORT_WORK, parameters, "bench", None), by=actor_of(viewer))
    assert await run_due_whole_jobs(tools) == 1
    async with tools.database.writes.acquire() as connection:
        job = await connection.fetchrow(
            "SELECT status, done_count, total_count FROM job_run WHERE id = $1", made.job_id
        )
        assert job.status == "DONE", job
        await connection.execute("DELETE FROM stored_file")
    for file in tools.settings.files_folder.glob("fil_*"):
        file.unlink()


async def _write_rows(database: Database, path: Path) -> None:
    async with database.grids.acquire() as connection, connection.transaction(), asyncio.timeout(900):
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            async for row in connection.cursor(_STORED, prefetch=1_000):
                writer.writerow([f"'{v}" if isinstance(v, str) and v[:1] in "=+-@\t\r\n" and v else v for v in row])


@asynccontextmanager
async def _watched_memory(grown: list[float]) -> AsyncGenerator[None]:
    """How much more memory this process has at most than before."""
    before, most = _resident(), 0.0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, _resident() - before)
            await asyncio.sleep(0.02)

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()
        grown.append(most)


def _resident() -> float:
    """Mebibytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def _describe(figures: dict[str, Any]) -> str:
    seconds, ratios = figures["seconds"], figures["of_copy"]
    names = {
        "copy": "`COPY (SELECT …) TO STDOUT` of the stored columns, to a file",
        "export": "`exportCreate` as CSV, by a worker, `FILES=file:/folder`",
        "rows": "a program that reads rows and writes each with `csv`",
    }
    rows = [f"| {names[name]} | {seconds[name]:.2f} | {ratios[name]:.2f} |" for name in names]
    how = (
        f"{describe_machine()} `python benchmarks/run.py --only export`; {figures['customers']:,} customers, ten columns, "
        f"medians of {figures['rounds']} rounds, alternating."
    )
    limits = (
        f"At most {LIMIT} times `COPY`; the worker grew by {figures['grown_mebibytes']:.1f} MiB, "
        f"at most {LIMIT_MEBIBYTES}. The "
        "export also counts its rows, escapes texts, shows groups and websites by their names, and hashes the file."
    )
    head = ["| | Seconds | of `COPY` |", "| --- | ---: | ---: |"]
    return "\n".join(["# Files of customers", "", how, "", *head, *rows, "", limits, ""])
