"""`--only beside`: how long one customer takes to read while four connections ask for the nested page, against alone."""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

import orjson
from grid.published import machine_load
from measurement import HERE
from prepare import BenchmarkShop
from report import replace_section, store_figures
from variants import SERVE, Variant, request_bodies

HEAVY: Final = "nested"
HEAVY_CONNECTIONS: Final = 4
LIMIT: Final = 5.0
TITLE: Final = "A small request beside four heavy ones"
_SMALL: Final = "query S($id: ID!) { customer(id: $id) { email } }"
_PAUSE: Final = 0.005
"""Seconds between two small requests, as of somebody who clicks: they are to meet the heavy ones, not each other."""
_LEAD: Final = 0.5
_FIGURES: Final = ("p50_ms", "p99_ms")


def compare_beside(shop: BenchmarkShop, options: argparse.Namespace) -> dict[str, Any]:
    """Medians over the rounds, and the median of the ratios within a round."""
    service = Variant("service", SERVE, "/admin/graphql")
    runs: dict[str, list[dict[str, float]]] = {"alone": [], "beside": []}
    before = machine_load()
    service.start(shop.url)
    try:
        for number in range(options.rounds + 1):
            alone = _measure_small(service, shop, options.seconds)
            with _asking_heavily(service, shop, options.seconds + 2 * _LEAD):
                time.sleep(_LEAD)
                beside = _measure_small(service, shop, options.seconds)
            if number:  # the first round is a warm-up
                runs["alone"].append(alone)
                runs["beside"].append(beside)
                print(
                    f"round {number}  p99 {alone['p99_ms']:.2f} ms alone, {beside['p99_ms']:.2f} ms beside", flush=True
                )
    finally:
        service.stop()
    found = {
        name: {it: round(statistics.median(run[it] for run in its), 2) for it in _FIGURES} for name, its in runs.items()
    }
    ratios = {
        it: round(statistics.median(b[it] / a[it] for a, b in zip(runs["alone"], runs["beside"], strict=True)), 2)
        for it in _FIGURES
    }
    figures = {**found, "ratios": ratios, "load": [before, machine_load()]}
    print("\n" + format_beside(figures), flush=True)
    if options.write:
        store_figures("beside", figures)
        replace_section(TITLE, format_beside(figures))
    return figures


def format_beside(figures: Any) -> str:
    if not figures:
        return "Not measured."
    rows = [
        f"| {it} | " + " | ".join(f"{figures[it][name]:.2f}" for name in _FIGURES) + " |" for it in ("alone", "beside")
    ]
    ratios = " | ".join(f"{figures['ratios'][name]:.1f}" for name in _FIGURES)
    head = ["| One customer | p50 ms | p99 ms |", "|---|---:|---:|"]
    return "\n".join([*head, *rows, f"| ratio | {ratios} |", "", _describe_load(*figures["load"])])


def _describe_load(before: float, after: float) -> str:
    return (
        f"To reach: p99 at most {LIMIT:g} times. Load of the machine {before:.0f} at the start, {after:.0f} at the end."
    )


def _measure_small(service: Variant, shop: BenchmarkShop, seconds: float) -> dict[str, float]:
    bodies = [
        orjson.dumps({"query": _SMALL, "variables": {"id": it["id"]}}).decode() for it in shop.variables["profile"]
    ]
    plan = {**_address(service, shop), "bodies": bodies, "connections": 1, "seconds": seconds, "pause": _PAUSE}
    load = subprocess.run(
        [sys.executable, HERE / "load.py"], input=json.dumps(plan), capture_output=True, text=True, check=True
    )
    found = json.loads(load.stdout)
    assert not found["bad"], found
    return {name: found[name] for name in _FIGURES}


@contextmanager
def _asking_heavily(service: Variant, shop: BenchmarkShop, seconds: float) -> Generator[None]:
    bodies = request_bodies(service, HEAVY, shop.variables[HEAVY])
    plan = {**_address(service, shop), "bodies": bodies, "connections": HEAVY_CONNECTIONS, "seconds": seconds}
    load = subprocess.Popen(
        [sys.executable, HERE / "load.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert load.stdin is not None
    load.stdin.write(json.dumps(plan))
    load.stdin.close()
    load.stdin = None  # `communicate` would write to it
    try:
        yield
    finally:
        output, _ = load.communicate(timeout=60)
    found = json.loads(output)
    assert not found["bad"], found


def _address(service: Variant, shop: BenchmarkShop) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {shop.token}"}
    return {"port": service.port, "path": service.path, "headers": headers}
