"""`--only written`: the rows that each mutation writes, by the service and by hand. The floor has to do the same work, or its ratios say nothing."""

import argparse
import asyncio
import time
from typing import Any, Final

import asyncpg
from prepare import BenchmarkShop
from report import store_figures
from variants import Variant, choose_variants
from writes import CASES, WriteInputs, send_inputs

REQUESTS: Final = 6
_FLUSH_SECONDS: Final = 11  # a backend that has nothing to do tells what it has counted after ten seconds
_COUNTS: Final = (
    """SELECT relname, n_tup_ins AS inserted, n_tup_upd AS updated, n_tup_del AS deleted FROM pg_stat_user_tables"""
)
_NOT_OF_MUTATIONS: Final = frozenset({"throttle"})
"""Cleared by the benchmark itself before each case."""
Written = dict[str, list[float]]
"""Rows that one request inserts, updates and deletes, by table."""


def compare_written(shop: BenchmarkShop, options: argparse.Namespace) -> dict[str, Any]:
    """Prints a table, and what differs."""
    variants = choose_variants(["service", "floor"])
    try:
        for variant in variants:
            variant.start(shop.url)
        inputs = asyncio.run(WriteInputs.prepare(shop.url))
        found = {name: {it.name: _find_written(name, it, shop, inputs) for it in variants} for name in CASES}
    finally:
        for variant in variants:
            variant.stop()
    for name, by_variant in found.items():
        for table in sorted(set().union(*by_variant.values())):
            service, floor = (by_variant[it.name].get(table, [0, 0, 0]) for it in variants)
            print(f"{name:16} {table:26} {service} {floor}{'' if service == floor else '  DIFFERS'}", flush=True)
    if options.write:
        store_figures("written", found)
    return found


def _find_written(name: str, variant: Variant, shop: BenchmarkShop, inputs: WriteInputs) -> Written:
    send_inputs(name, variant, shop, asyncio.run(inputs.make(name, REQUESTS)))  # opens what the first one opens
    given = asyncio.run(inputs.make(name, REQUESTS))
    time.sleep(_FLUSH_SECONDS)
    before = asyncio.run(_read_counts(shop.url))
    send_inputs(name, variant, shop, given)
    time.sleep(_FLUSH_SECONDS)
    after = asyncio.run(_read_counts(shop.url))
    differences = {
        table: [new - old for new, old in zip(its, before[table], strict=True)] for table, its in after.items()
    }
    return {
        table: [round(count / REQUESTS, 2) for count in counts]
        for table, counts in differences.items()
        if any(counts) and table not in _NOT_OF_MUTATIONS
    }


async def _read_counts(url: str) -> dict[str, list[int]]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(_COUNTS)
    finally:
        await connection.close()
    return {name: counts for name, *counts in rows}
