"""The results of a run: a table for readers, figures for programs."""

import argparse
import datetime as dt
import math
import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

HERE = Path(__file__).parent
NOTES = HERE / "NOTES.md"


@dataclass(frozen=True)
class Measured:
    document: str
    variant: str
    rps: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    database_cpu_ms: float
    peak_mb: float


def write_report(
    results: list[Measured], statements: dict[tuple[str, str], float], options: argparse.Namespace, writes: str
) -> None:
    table = _format_table(results, statements)
    print("\n" + table)
    if not options.write:
        return
    figures = [
        {
            "document": it.document,
            "variant": it.variant,
            "rps": round(it.rps, 1),
            "p50_ms": round(it.p50_ms, 2),
            "p99_ms": round(it.p99_ms, 2),
            "cpu_ms": round(it.cpu_ms, 3),
            "database_cpu_ms": round(it.database_cpu_ms, 3),
            "statements": statements[it.variant, it.document],
        }
        for it in results
    ]
    store_figures("documents", figures)
    (HERE / "RESULTS.md").write_text(_format_page(table, options, writes))


def store_figures(block: str, figures: Any) -> None:
    """The figures of a block in `results.json`; those of the others stay."""
    file = HERE / "results.json"
    stored = orjson.loads(file.read_bytes()) if file.exists() else {}
    file.write_bytes(orjson.dumps({**stored, block: figures}, option=orjson.OPT_INDENT_2) + b"\n")


def describe_machine() -> str:
    today = dt.datetime.now(dt.UTC).date().isoformat()
    return f"{today}; {os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}."


def _format_page(table: str, options: argparse.Namespace, writes: str) -> str:
    how = (
        f"{options.rounds} rounds of {options.seconds:g} s for each, alternating, after a warm-up; {options.connections} "
        f"connections from one load process on the same machine; {options.customers:,} seeded customers; medians."
    )
    notes = NOTES.read_text() if NOTES.exists() else ""
    return f"# Results\n\n{describe_machine()}\n{how}\n\n{table}\n\n## Mutations\n\n{writes}\n\n{notes}"


def _format_table(results: list[Measured], statements: dict[tuple[str, str], float]) -> str:
    by = {(it.document, it.variant): it for it in results}
    head = "| Document | Variant | Requests/s | of the floor | p50 ms | p99 ms | CPU ms | Database CPU ms | Statements | Peak MB |"
    lines = [head, "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|"]
    for it in results:
        floor = by.get((it.document, "floor"))
        ratio = f"{it.rps / floor.rps:.2f}" if floor else ""
        lines.append(
            f"| {it.document} | {it.variant} | {it.rps:,.0f} | {ratio} | {it.p50_ms:.1f} | {it.p99_ms:.1f} | "
            f"{it.cpu_ms:.2f} | {it.database_cpu_ms:.2f} | {statements[it.variant, it.document]:g} | {it.peak_mb:.0f} |"
        )
    return "\n".join([*lines, "", *_format_ratios(by)])


def _format_ratios(by: dict[tuple[str, str], Measured]) -> list[str]:
    documents = list(dict.fromkeys(document for document, _ in by))
    lines: list[str] = []

    def ratios_to(other: str) -> dict[str, float]:
        return {
            document: by[document, "service"].rps / by[document, other].rps
            for document in documents
            if (document, other) in by and (document, "service") in by
        }

    floor = ratios_to("floor")
    if floor:
        mean = math.prod(floor.values()) ** (1 / len(floor))
        shown = ", ".join(f"{document} {ratio:.2f}" for document, ratio in floor.items())
        lines.append(f"- of the hand-written floor: {shown}; geometric mean {mean:.2f} (to reach: each 0.85, mean 1.0)")
        tails = ", ".join(
            f"{document} {by[document, 'service'].p99_ms / by[document, 'floor'].p99_ms:.2f}" for document in floor
        )
        lines.append(f"- p99 over the floor's: {tails} (to reach: at most 1.25)")
    for other, target in (("postgraphile", "each 1.3"), ("plans-off", "grid 10"), ("json", "no target")):
        if found := ratios_to(other):
            shown = ", ".join(f"{document} {ratio:.2f}" for document, ratio in found.items())
            lines.append(f"- times {other}: {shown} (to reach: {target})")
    return lines
