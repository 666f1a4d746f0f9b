"""`--only pool`: what handing on connections and coalescing requests give, each against the service without it."""

import argparse
import statistics
import sys
from pathlib import Path

from comparison import compare_answers
from measurement import measure_run
from prepare import BenchmarkShop
from variants import SERVE, Variant

WITHOUT = str(Path(__file__).parent / "serve_without.py")
FIGURES = ("rps", "p99_ms", "cpu_ms", "database_cpu_ms")


def pool_variants() -> list[Variant]:
    without = {"asyncpg-pool": "lease", "no-coalescing": "coalescing", "neither": "lease,coalescing"}
    return [
        Variant("service", SERVE, "/admin/graphql"),
        *(
            Variant(name, [sys.executable, WITHOUT, parts, "serve"], "/admin/graphql")
            for name, parts in without.items()
        ),
    ]


def compare_pools(shop: BenchmarkShop, options: argparse.Namespace) -> None:
    """Prints the median over the rounds of each variant's figures divided by the service's in the same round."""
    variants = pool_variants()
    try:
        for variant in variants:
            variant.start(shop.url)
        compare_answers(variants, shop, options.documents)
        for document in options.documents:
            ratios = _measure_ratios(variants, document, shop, options)
            for name, found in ratios.items():
                print(f"{document:8} {name:14} " + "  ".join(_summarize(figure, found[figure]) for figure in FIGURES))
    finally:
        for variant in variants:
            variant.stop()


def _measure_ratios(
    variants: list[Variant], document: str, shop: BenchmarkShop, options: argparse.Namespace
) -> dict[str, dict[str, list[float]]]:
    ratios: dict[str, dict[str, list[float]]] = {
        variant.name: {figure: [] for figure in FIGURES} for variant in variants[1:]
    }
    for number in range(options.rounds + 1):
        # The order changes with every round, so that none is always measured after the same other one.
        order = variants[number % len(variants) :] + variants[: number % len(variants)]
        figures = {it.name: measure_run(it, document, shop, options.seconds, options.connections) for it in order}
        for name, found in ratios.items() if number else ():  # the first round is a warm-up
            for figure, values in found.items():
                values.append(figures[name][figure] / max(figures["service"][figure], 1e-9))
    return ratios


def _summarize(figure: str, values: list[float]) -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{figure} {middle:.2f} ({low:.2f} to {high:.2f})"
