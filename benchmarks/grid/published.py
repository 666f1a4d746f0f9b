"""The results of the block: tables for readers in GRID.md, all figures in results.json."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import orjson
from report import HERE, describe_machine

PAGE: Final = HERE / "GRID.md"
NOTES: Final = Path(__file__).parent / "NOTES.md"
FAR_LIMIT: Final = 1.5
FILTER_LIMIT: Final = 20
ATTRIBUTE_LIMIT: Final = 2
EDIT_LIMIT: Final = 1.5
BULK_LIMIT: Final = 2


def write_grid_page() -> None:
    """From the stored figures of every block."""
    stored = orjson.loads((HERE / "results.json").read_bytes())
    lines = ["# The grid of customers at size", "", describe_machine(), "", NOTES.read_text()]
    for block, describe in _BLOCKS.items():
        if found := stored.get(f"grid {block}"):
            lines += [*describe(found), _describe_run(found), ""]
    PAGE.write_text("\n".join(lines))


def _describe_run(block: dict[str, Any]) -> str:
    start, end = block["load"]
    return (
        f"{block['customers']:,} customers; {block['rounds']} rounds; load of the machine {start:.0f} at the start, {end:.0f} at "
        "the end: compare ratios."
    )


def machine_load() -> float:
    return os.getloadavg()[0]


def _mark(ratio: float, limit: float) -> str:
    return f"{ratio:.2f}" if ratio <= limit else f"**{ratio:.2f}**"


def _describe_pages(block: dict[str, Any]) -> list[str]:
    pages = block["pages"]
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


def _describe_filters(block: dict[str, Any]) -> list[str]:
    lines = [
        "## Filters by indexed columns against the page without a filter",
        "",
        f"The slowest of several values, from the most frequent to the rarest. At most {FILTER_LIMIT} times.",
        "",
        "| Column | Kind | Ratio | ms | Planning, ms | Buffers | Slowest filter | Plan |",
        "| --- | --- | ---: | ---: | ---: | ---: | --- | --- |",
    ]
    worst: dict[tuple[str, str], dict[str, Any]] = {}
    for it in block["filters"]:
        key = (it["column"], it["kind"])
        worst[key] = max(worst.get(key, it), it, key=lambda one: one["ratio"])
    for (column, kind), it in worst.items():
        lines.append(
            f"| {column} | {kind} | {_mark(it['ratio'], FILTER_LIMIT)} | {it['milliseconds']:.1f} | {it['planning']:.1f} "
            f"| {it['buffers']:,} | `{it['case']}` | {it['shape']} |"
        )
    return [*lines, ""]


def _describe_attributes(block: dict[str, Any]) -> list[str]:
    lines = [
        "## Filters and an order by attributes against a built-in text column",
        "",
        f"A quarter of the customers has a value. A filter at most {ATTRIBUTE_LIMIT} times; an order has no such limit.",
        "",
        "| Case | Ratio | Attribute, ms | Column, ms | Plan by the attribute |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for it in block["attributes"]:
        shown = f"{it['ratio']:.2f}" if it["case"].startswith("order") else _mark(it["ratio"], ATTRIBUTE_LIMIT)
        own, other = it["attribute"], it["column"]
        lines.append(
            f"| {it['case']} | {shown} | {own['milliseconds']:.2f} | {other['milliseconds']:.2f} | {own['shape']} |"
        )
    return [*lines, ""]


def _describe_questions(block: dict[str, Any]) -> list[str]:
    statements, refused = block["statements"], block["refused"]
    lines = [
        "## Counts, facets, `explain`, and a refused list",
        "",
        f"Statements with every column of the grid: {', '.join(f'{n} for a {name}' for name, n in statements.items())}.",
        "",
        "| Question | Statements | Times the page | Answer |",
        "| --- | ---: | ---: | --- |",
    ]
    lines += [
        f"| {it['question']} | {it['statements']} | {it['ratio']:.1f} | {_shorten(it['answer'])} |"
        for it in block["questions"]
    ]
    clauses = refused["clauses"]
    lines += [
        "",
        f"Refused, with {len(clauses)} clauses of `contains`: `{refused['code']}`: {refused['message']}",
        f"`extensions.clauses` has {len(clauses)}: `{clauses[0]}` to `{clauses[-1]}`.",
        "",
    ]
    return lines


def _shorten(answer: Any) -> str:
    shown = str(answer).replace("|", " ")
    return shown if len(shown) < 160 else f"{shown[:160]} ..."


def _describe_writes(block: dict[str, Any]) -> list[str]:
    lines = [
        "## Writes with projections against without",
        "",
        "What the server logs as the duration of all statements, commits included; and its CPU.",
        f"At most {EDIT_LIMIT} times the time and 2 statements more for an edit, {BULK_LIMIT} times for the others.",
        "COPY straight into the tables is for comparison.",
        "",
        "| Write | Ratio of time | With, ms | Without, ms | Ratio of CPU | With, ms | Without, ms | Statements | Without |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for it in block["writes"]:
        time, cpu, limit = it["time"], it["cpu"], EDIT_LIMIT if "edit" in it["write"] else BULK_LIMIT
        ratio = f"{time['ratio']:.2f}" if it["write"].startswith("COPY") else _mark(time["ratio"], limit)
        figures = [f"{ratio} | {time['with']:,.2f} | {time['without']:,.2f}"]
        figures.append(f"{cpu['ratio']:.2f} | {cpu['with']:,.2f} | {cpu['without']:,.2f}")
        statements = it["statements"]
        lines.append(f"| {it['write']} | {' | '.join(figures)} | {statements['with']} | {statements['without']} |")
    return [*lines, ""]


_BLOCKS: Final[dict[str, Callable[[dict[str, Any]], list[str]]]] = {
    "pages": _describe_pages,
    "filters": _describe_filters,
    "attributes": _describe_attributes,
    "questions": _describe_questions,
    "writes": _describe_writes,
}
