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
from interpreters import describe_interpreters

HERE = Path(__file__).parent
NOTES = HERE / "NOTES.md"
NOTES_TITLE = "How to read it"
RESULTS = HERE / "results.json"


TARGETS = {
    "floor": "each 1.8",
    "service-debian": "no target",
    "postgraphile": "profile 3.0, nested 2.0",
    "mercurius": "no target",
    "plans-off": "no target",
    "json": "profile 1.0, grid 0.9, nested 0.9",
}
"""What the service is compared with, and how many times less CPU it has to take."""


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

    @property
    def machine_cpu_ms(self) -> float:
        return self.cpu_ms + self.database_cpu_ms


def write_report(
    results: list[Measured],
    statements: dict[tuple[str, str], float],
    options: argparse.Namespace,
    sections: dict[str, str],
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
    (HERE / "RESULTS.md").write_text(_format_page(table, options, sections))


def store_figures(block: str, figures: Any) -> None:
    """The figures of a block in `results.json`; those of the others stay."""
    RESULTS.write_bytes(orjson.dumps({**_load_results(), block: figures}, option=orjson.OPT_INDENT_2) + b"\n")


def replace_section(title: str, text: str) -> None:
    """A section of the page whose block was measured alone; the others stay."""
    page = HERE / "RESULTS.md"
    before, found, rest = page.read_text().partition(f"## {title}\n\n")
    if found:
        others = rest.partition("\n## ")[2]
    else:  # a block that is younger than the page
        before, _, others = before.partition(f"## {NOTES_TITLE}")
        others = NOTES_TITLE + others
    page.write_text(f"{before}## {title}\n\n{text}\n\n## {others}")


def load_figures(block: str) -> Any:
    """The figures of a block as an earlier run stored them, or an empty list."""
    return _load_results().get(block, [])


def _load_results() -> dict[str, Any]:
    return orjson.loads(RESULTS.read_bytes()) if RESULTS.exists() else {}


def describe_machine() -> str:
    today = dt.datetime.now(dt.UTC).date().isoformat()
    return f"{today}; {os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}."


def _format_page(table: str, options: argparse.Namespace, sections: dict[str, str]) -> str:
    how = (
        f"{options.rounds} rounds of {options.seconds:g} s for each, alternating, after a warm-up; {options.connections} "
        f"connections from one load process on the same machine; {options.customers:,} seeded customers; medians."
    )
    notes = NOTES.read_text() if NOTES.exists() else ""
    others = "".join(f"## {title}\n\n{text}\n\n" for title, text in sections.items())
    return f"# Results\n\n{describe_machine()} {describe_interpreters()}\n{how}\n\n{table}\n\n{others}{notes}"


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
    """Of processor time, service and database together: how many times less the service takes for a request."""
    lines: list[str] = []
    for other, target in TARGETS.items():
        pairs = {
            document: (one, by[document, other])
            for (document, variant), one in by.items()
            if variant == "service" and (document, other) in by
        }
        if not pairs:
            continue
        ratios = {document: theirs.machine_cpu_ms / ours.machine_cpu_ms for document, (ours, theirs) in pairs.items()}
        mean = math.prod(ratios.values()) ** (1 / len(ratios))
        lines.append(f"- {other}: {_list_ratios(ratios)}; geometric mean {mean:.2f} (to reach: {target})")
        if other == "floor":
            tails = {document: ours.p99_ms / theirs.p99_ms for document, (ours, theirs) in pairs.items()}
            lines.append(f"- p99 over the floor's: {_list_ratios(tails)} (to reach: at most 1.25)")
    return ["CPU of a request, service and database together, over the service's:", "", *lines] if lines else []


def _list_ratios(ratios: dict[str, float]) -> str:
    return ", ".join(f"{document} {ratio:.2f}" for document, ratio in ratios.items())
