"""What a run has found: a table for the reader, figures for a program."""

import argparse
import datetime as dt
import math
import os
import platform
from dataclasses import dataclass
from pathlib import Path

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


def write(measured: list[Measured], counted: dict[tuple[str, str], float], asked: argparse.Namespace) -> None:
    table = _table(measured, counted)
    print("\n" + table)
    if not asked.write:
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
            "statements": counted[it.variant, it.document],
        }
        for it in measured
    ]
    (HERE / "results.json").write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2) + b"\n")
    (HERE / "RESULTS.md").write_text(_page(table, asked))


def _page(table: str, asked: argparse.Namespace) -> str:
    today = dt.datetime.now(dt.UTC).date().isoformat()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    how = (
        f"{asked.rounds} rounds of {asked.seconds:g} s for each, in turn, after one to warm up; {asked.connections} "
        f"connections from one process of load on the same machine; {asked.customers:,} seeded customers; medians."
    )
    notes = NOTES.read_text() if NOTES.exists() else ""
    return f"# Results\n\n{today}; {machine}.\n{how}\n\n{table}\n\n{notes}"


def _table(measured: list[Measured], counted: dict[tuple[str, str], float]) -> str:
    by = {(it.document, it.variant): it for it in measured}
    head = "| Document | Variant | Requests/s | of the floor | p50 ms | p99 ms | CPU ms | Database CPU ms | Statements | Peak MB |"
    lines = [head, "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|"]
    for it in measured:
        floor = by.get((it.document, "floor"))
        ratio = f"{it.rps / floor.rps:.2f}" if floor else ""
        lines.append(
            f"| {it.document} | {it.variant} | {it.rps:,.0f} | {ratio} | {it.p50_ms:.1f} | {it.p99_ms:.1f} | "
            f"{it.cpu_ms:.2f} | {it.database_cpu_ms:.2f} | {counted[it.variant, it.document]:g} | {it.peak_mb:.0f} |"
        )
    return "\n".join([*lines, "", *_verdicts(by)])


def _verdicts(by: dict[tuple[str, str], Measured]) -> list[str]:
    documents = list(dict.fromkeys(document for document, _ in by))
    said: list[str] = []

    def ratios(other: str) -> dict[str, float]:
        return {
            document: by[document, "service"].rps / by[document, other].rps
            for document in documents
            if (document, other) in by and (document, "service") in by
        }

    floor = ratios("floor")
    if floor:
        mean = math.prod(floor.values()) ** (1 / len(floor))
        told = ", ".join(f"{document} {ratio:.2f}" for document, ratio in floor.items())
        said.append(f"- of the hand-written floor: {told}; geometric mean {mean:.2f} (to reach: each 0.85, mean 1.0)")
        tails = ", ".join(
            f"{document} {by[document, 'service'].p99_ms / by[document, 'floor'].p99_ms:.2f}" for document in floor
        )
        said.append(f"- p99 over the floor's: {tails} (to reach: at most 1.25)")
    for other, target in (("postgraphile", "each 1.3"), ("plans-off", "grid 10"), ("json", "no target")):
        if found := ratios(other):
            told = ", ".join(f"{document} {ratio:.2f}" for document, ratio in found.items())
            said.append(f"- times {other}: {told} (to reach: {target})")
    return said
