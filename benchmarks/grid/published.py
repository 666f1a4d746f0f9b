"""The results of the block: tables for readers in GRID.md, all figures in results.json."""

import argparse
import os
from pathlib import Path
from typing import Any, Final

from report import describe_machine, store_figures

PAGE: Final = Path(__file__).parents[1] / "GRID.md"
NOTES: Final = Path(__file__).parent / "NOTES.md"
FAR_LIMIT: Final = 1.5
FILTER_LIMIT: Final = 20
EDIT_LIMIT: Final = 1.5
BULK_LIMIT: Final = 2


def write_grid_report(results: dict[str, Any], options: argparse.Namespace, customers: int) -> None:
    start, end = results["load"]
    how = (
        f"{customers:,} customers; the quickest of {options.rounds} rounds; load of the machine {start:.1f} at the start and "
        f"{end:.1f} at the end, so read ratios, not milliseconds."
    )
    page = "\n".join(
        [
            "# The grid of customers at size",
            "",
            describe_machine(),
            how,
            "",
            *_describe_pages(results["pages"]),
            *_describe_filters(results["filters"]),
            *_describe_questions(results["questions"], results["refused"]),
            *_describe_writes(results["writes"]),
            NOTES.read_text() if NOTES.exists() else "",
        ]
    )
    print("\n" + page)
    if options.write:
        store_figures("grid", {"customers": customers, **results})
        PAGE.write_text(page)


def machine_load() -> float:
    return os.getloadavg()[0]


def _mark(ratio: float, limit: float) -> str:
    return f"{ratio:.2f}" if ratio <= limit else f"**{ratio:.2f}**"


def _describe_pages(pages: list[dict[str, Any]]) -> list[str]:
    lines = [
        f"## Page {pages[0]['page']:,} against page 1",
        "",
        f"Pages of 50 with every column. Execution time, at most {FAR_LIMIT} times page 1; what misses is bold.",
        "",
        "| Sort | Ratio | Page 1, ms | Far page, ms | Buffers | Far buffers | Plan of the far page |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for it in pages:
        first, far = it["first"], it["far"]
        lines.append(
            f"| {it['sort']} | {_mark(it['ratio'], FAR_LIMIT)} | {first['milliseconds']:.1f} | {far['milliseconds']:.1f} "
            f"| {first['buffers']:,} | {far['buffers']:,} | {far['shape']} |"
        )
    return [*lines, ""]


def _describe_filters(filters: list[dict[str, Any]]) -> list[str]:
    lines = [
        "## Filters by indexed columns against the page without a filter",
        "",
        f"The slowest of several values, from the most frequent to the rarest. At most {FILTER_LIMIT} times.",
        "",
        "| Column | Kind | Ratio | ms | Planning, ms | Buffers | Slowest filter | Plan |",
        "| --- | --- | ---: | ---: | ---: | ---: | --- | --- |",
    ]
    worst: dict[tuple[str, str], dict[str, Any]] = {}
    for it in filters:
        key = (it["column"], it["kind"])
        worst[key] = max(worst.get(key, it), it, key=lambda one: one["ratio"])
    for (column, kind), it in worst.items():
        lines.append(
            f"| {column} | {kind} | {_mark(it['ratio'], FILTER_LIMIT)} | {it['milliseconds']:.1f} | {it['planning']:.1f} "
            f"| {it['buffers']:,} | `{it['case']}` | {it['shape']} |"
        )
    return [*lines, ""]


def _describe_questions(questions: list[dict[str, Any]], refused: dict[str, Any]) -> list[str]:
    lines = [
        "## Counts, facets, `explain`, and a refused list",
        "",
        "| Question | Statements | Times the page | Answer |",
        "| --- | ---: | ---: | --- |",
    ]
    lines += [
        f"| {it['question']} | {it['statements']} | {it['ratio']:.1f} | {_shorten(it['answer'])} |" for it in questions
    ]
    clauses = refused["clauses"]
    lines += [
        "",
        f"Refused, with 50 clauses of `contains`: `{refused['code']}`: {refused['message']}",
        f"`extensions.clauses` has {len(clauses)}: `{clauses[0]}` to `{clauses[-1]}`.",
        "",
    ]
    return lines


def _shorten(answer: Any) -> str:
    shown = str(answer).replace("|", " ")
    return shown if len(shown) < 160 else f"{shown[:160]} ..."


def _describe_writes(writes: list[dict[str, Any]]) -> list[str]:
    lines = [
        "## Writes with projections against without",
        "",
        "What the server logs as the duration of all statements, commits included; and its CPU.",
        f"At most {EDIT_LIMIT} times and 2 statements more for an edit, {BULK_LIMIT} times for the last two.",
        "",
        "| Write | Ratio of time | With, ms | Without, ms | Ratio of CPU | With, ms | Without, ms | Statements | Without |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for it in writes:
        limit = EDIT_LIMIT if "edit" in it["write"] else BULK_LIMIT
        figures = [
            f"{_mark(kind['ratio'], limit)} | {kind['with']:,.2f} | {kind['without']:,.2f}"
            for kind in (it["time"], it["cpu"])
        ]
        statements = it["statements"]
        lines.append(f"| {it['write']} | {' | '.join(figures)} | {statements['with']} | {statements['without']} |")
    return [*lines, ""]
