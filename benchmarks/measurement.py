"""Counts statements and measures throughput, latency and CPU time, one variant and document at a time."""

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import asyncpg
from comparison import send_request
from prepare import BenchmarkShop
from report import Measured
from variants import Variant, request_bodies

HERE: Final = Path(__file__).parent


def count_statements(
    variants: list[Variant], shop: BenchmarkShop, documents: list[str]
) -> dict[tuple[str, str], float]:
    """Statements of one request, from the log of the database."""
    log = server_log(shop)
    counts: dict[tuple[str, str], float] = {}
    asyncio.run(change_server(shop, log_statement="all"))
    try:
        for variant in variants:
            for document in documents:
                bodies = request_bodies(variant, document, shop.variables[document][:4])
                for body in (bodies * 24)[:24]:  # a document that comes often gets prepared statements of its own
                    send_request(variant, document, body, shop.token)
                time.sleep(0.2)
                before = log.stat().st_size
                for body in bodies:
                    send_request(variant, document, body, shop.token)
                time.sleep(0.3)
                with log.open("rb") as file:
                    file.seek(before)
                    logged = len(re.findall(rb"LOG:  (?:execute|statement)", file.read()))
                counts[variant.name, document] = round(logged / len(bodies), 1)
    finally:
        asyncio.run(change_server(shop, log_statement="none"))
    return counts


def server_log(shop: BenchmarkShop) -> Path:
    return shop.server.data_dir / "server.log"


async def change_server(shop: BenchmarkShop, **settings: str) -> None:
    connection = await asyncpg.connect(shop.server.admin_url())
    for name, value in settings.items():
        await connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()
    await asyncio.sleep(0.5)  # until every process of the server has read it


def measure_variants(variants: list[Variant], shop: BenchmarkShop, options: argparse.Namespace) -> list[Measured]:
    runs: dict[tuple[str, str], list[dict[str, float]]] = {}
    for number in range(options.rounds + 1):
        for document in options.documents:
            for variant in variants:
                seconds = options.seconds if number else min(2.0, options.seconds)
                figures = measure_run(variant, document, shop, seconds, options.connections)
                if number:  # the first round is a warm-up
                    runs.setdefault((document, variant.name), []).append(figures)
                    print(
                        f"round {number}  {document:8} {variant.name:20} {figures['rps']:8.0f} rps "
                        f"{figures['cpu_ms']:6.2f} + {figures['database_cpu_ms']:.2f} ms CPU",
                        flush=True,
                    )
    peaks = {variant.name: variant.peak_mb() for variant in variants}
    return [
        Measured(
            document,
            name,
            **{figure: statistics.median(run[figure] for run in found) for figure in found[0]},
            peak_mb=peaks[name],
        )
        for (document, name), found in runs.items()
    ]


def measure_run(
    variant: Variant, document: str, shop: BenchmarkShop, seconds: float, connections: int
) -> dict[str, float]:
    bodies = request_bodies(variant, document, shop.variables[document])
    return measure_bodies(variant, bodies, shop, seconds, connections, path=variant.document_path(document))


def measure_bodies(
    variant: Variant, bodies: list[str], shop: BenchmarkShop, seconds: float, connections: int, **more: Any
) -> dict[str, float]:
    """With `rate` in `more`, so many requests a second are due, whether the ones before are answered or not."""
    plan = {
        "port": variant.port,
        "path": variant.path,
        "bodies": bodies,
        "headers": {"Authorization": f"Bearer {shop.token}"},
        "connections": connections,
        "seconds": seconds,
        **more,
    }
    before, database_before = variant.cpu_seconds(), shop.cpu_seconds()
    load = subprocess.run(
        [sys.executable, HERE / "load.py"], input=json.dumps(plan), capture_output=True, text=True, check=True
    )
    found = json.loads(load.stdout)
    cpu, database_cpu = variant.cpu_seconds() - before, shop.cpu_seconds() - database_before
    assert not found["bad"], (variant.name, found)
    return {
        "rps": found["rps"],
        "p50_ms": found["p50_ms"],
        "p99_ms": found["p99_ms"],
        "cpu_ms": cpu / found["requests"] * 1000,
        "database_cpu_ms": database_cpu / found["requests"] * 1000,
    }
