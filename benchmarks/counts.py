"""`--only counts`: `totalCount` without a filter in two shops of different size, asked of the service in turn."""

import argparse
import asyncio
import statistics
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

import asyncpg
import orjson
from measurement import measure_bodies
from prepare import DATA, SERVER_SETTINGS, BenchmarkShop, create_shop, find_database, hash_migrations, issue_token
from report import replace_section, store_figures
from variants import SERVE, Variant

from customer_gql.administration.customer_changes.counts import correct_counts
from customer_gql.database.schema import migrations
from customer_gql.database.statements import Row
from customer_gql.embedded.server import Server, running_server

SIZES: Final = (50_000, 1_000_000)
TITLE: Final = "`totalCount` of small and large shops"
_ASKED: Final = "{ customers(first: 1) { totalCount totalCountPrecision } }"
_FIGURES: Final = ("cpu_ms", "database_cpu_ms", "p50_ms")
_CUSTOMERS: Final = """INSERT INTO customer (id, number, email, first_name, last_name, website_id, created_in_store_view_id, group_id)
SELECT n, n, 'c' || n || '@example.com', 'Ada', 'Byron ' || n, 1, 1, 1 FROM generate_series(1, $1::bigint) AS n"""


def compare_counts(options: argparse.Namespace) -> dict[str, Any]:
    """Medians over the rounds of each shop, and the median of the ratios of machine CPU and of time within a round."""
    sizes: list[int] = sorted(options.counts)
    runs: dict[int, list[dict[str, float]]] = {size: [] for size in sizes}
    with _running_shops(sizes) as shops:
        services = {size: Variant(f"service-{size}", SERVE, "/admin/graphql") for size in sizes}
        try:
            for size, service in services.items():
                service.start(shops[size].url)
            for number in range(options.rounds + 1):
                for size, service in services.items():
                    bodies = [orjson.dumps({"query": _ASKED}).decode()]
                    figures = measure_bodies(service, bodies, shops[size], options.seconds, options.connections)
                    if number:  # the first round is a warm-up
                        runs[size].append(figures)
        finally:
            for service in services.values():
                service.stop()
    found = _summarize(runs)
    print("\n" + format_counts(found), flush=True)
    if options.write:
        store_figures("counts", found)
        replace_section(TITLE, format_counts(found))
    return found


def _summarize(runs: dict[int, list[dict[str, float]]]) -> dict[str, Any]:
    small, large = runs.values()
    pairs = list(zip(small, large, strict=True))
    cpu = [_machine_cpu(more) / _machine_cpu(less) for less, more in pairs]
    times = [more["p50_ms"] / less["p50_ms"] for less, more in pairs]
    shops = [
        {"customers": size, **{name: round(statistics.median(run[name] for run in its), 3) for name in _FIGURES}}
        for size, its in runs.items()
    ]
    return {
        "shops": shops,
        "cpu_ratio": round(statistics.median(cpu), 2),
        "time_ratio": round(statistics.median(times), 2),
    }


def _machine_cpu(run: dict[str, float]) -> float:
    return max(run["cpu_ms"] + run["database_cpu_ms"], 1e-9)


def format_counts(found: Any) -> str:
    if not found:
        return "Not measured."
    lines = ["| Customers | CPU ms | Database CPU ms | p50 ms |", "|---:|---:|---:|---:|"]
    lines += [
        f"| {it['customers']:,} | {it['cpu_ms']:.2f} | {it['database_cpu_ms']:.2f} | {it['p50_ms']:.1f} |"
        for it in found["shops"]
    ]
    ratios = (
        f"The larger shop takes {found['cpu_ratio']:.2f} times the CPU and {found['time_ratio']:.2f} times the time."
    )
    return "\n".join([*lines, "", ratios])


@contextmanager
def _running_shops(sizes: list[int]) -> Generator[dict[int, BenchmarkShop]]:
    """Customers and their counts alone, which are all that an unfiltered count could read; made once and kept."""
    with running_server(DATA, settings=SERVER_SETTINGS) as server:
        yield {size: _open_shop(server, size) for size in sizes}


def _open_shop(server: Server, size: int) -> BenchmarkShop:
    name = f"counts_{size}_{hash_migrations()}"
    if not asyncio.run(find_database(server, name)):
        create_shop(server, name, lambda raw: asyncio.run(_fill(server, raw, size)))
    migrations.upgrade_database(server.owner_url(name), service_url=server.url(name))
    return BenchmarkShop(server, name, asyncio.run(issue_token(server.url(name))), {})


async def _fill(server: Server, name: str, size: int) -> None:
    connection = await asyncpg.connect(server.owner_url(name), record_class=Row)
    try:
        await connection.execute("SET synchronous_commit = off")
        async with connection.transaction():
            await connection.execute(_CUSTOMERS, size)
            await correct_counts(connection)
    finally:
        await connection.close()
