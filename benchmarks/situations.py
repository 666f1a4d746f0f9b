"""`--only situations`: the service for other callers and loads than the main table has: roles, one connection, an open loop, many documents
in rotation, and its first answers after a start."""

import argparse
import asyncio
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import orjson
from comparison import send_request
from measurement import measure_bodies, measure_run
from prepare import BenchmarkShop
from report import replace_section, store_figures
from roles import ROLE, issue_role_token, measure_shopper
from variants import SERVE, Variant, request_bodies

TITLE: Final = "Other callers and loads"
ROTATED: Final = 200
_FIELD: Final = re.compile(r"\b(email|status|createdAt)\b")
Figures = dict[str, float]
Measure = Callable[[], Figures]


def compare_situations(shop: BenchmarkShop, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Medians over the rounds, of each document and situation; `ratio` is the machine's CPU over that of the administrator under the usual
    load in the same round."""
    found = [measure_first_answers(shop, document) for document in options.documents]
    service = Variant("service", SERVE, "/admin/graphql")
    service.start(shop.url)
    limited = replace(shop, token=asyncio.run(issue_role_token(shop.url)))
    try:
        for document in options.documents:
            ways = _list_ways(service, document, shop, limited, options)
            found += _measure_ways(document, ways, options.rounds)
        found += summarize_runs("own data", measure_shopper(service, shop, options))
    finally:
        service.stop()
    print("\n" + format_situations(found), flush=True)
    if options.write:
        store_figures("situations", found)
        replace_section(TITLE, format_situations(found))
    return found


def _list_ways(
    service: Variant, document: str, shop: BenchmarkShop, limited: BenchmarkShop, options: argparse.Namespace
) -> dict[str, Measure]:
    seconds, connections = options.seconds, options.connections
    usual: list[Figures] = []

    def measure_usual() -> Figures:
        usual.append(measure_run(service, document, shop, seconds, connections))
        return usual[-1]

    def measure_open_loop() -> Figures:
        bodies = request_bodies(service, document, shop.variables[document])
        return measure_bodies(service, bodies, shop, seconds, connections, rate=max(usual[-1]["rps"] / 2, 1))

    return {
        "administrator": measure_usual,
        ROLE: lambda: measure_run(service, document, limited, seconds, connections),
        "one connection": lambda: measure_run(service, document, shop, seconds, 1),
        "open loop at half of that": measure_open_loop,
        f"{ROTATED} documents in rotation": lambda: measure_bodies(
            service, rotate_documents(service, document, shop), shop, seconds, connections
        ),
    }


def _measure_ways(document: str, ways: dict[str, Measure], rounds: int) -> list[dict[str, Any]]:
    runs: dict[str, list[Figures]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, measure in ways.items():
            figures = measure()
            if number:  # the first round is a warm-up
                runs[name].append(figures)
    return summarize_runs(document, runs)


def summarize_runs(document: str, runs: dict[str, list[Figures]]) -> list[dict[str, Any]]:
    """The first of the runs is what the others are compared with."""
    usual = next(iter(runs.values()))
    rows: list[dict[str, Any]] = []
    for name, its in runs.items():
        ratio = statistics.median(
            _machine_cpu(one) / _machine_cpu(other) for one, other in zip(its, usual, strict=True)
        )
        medians = {key: round(statistics.median(run[key] for run in its), 3) for key in its[0]}
        rows.append({"document": document, "situation": name, "ratio": round(ratio, 2), **medians})
        print(f"{document:8} {name:32} {ratio:.2f}", flush=True)
    return rows


def _machine_cpu(run: Figures) -> float:
    return max(run["cpu_ms"] + run["database_cpu_ms"], 1e-9)


def rotate_documents(service: Variant, document: str, shop: BenchmarkShop) -> list[str]:
    """Bodies of documents of which no two are the same: each has aliases of its own."""
    bodies: list[str] = []
    for number in range(ROTATED):
        given = shop.variables[document][number % len(shop.variables[document])]
        body = orjson.loads(request_bodies(service, document, [given])[0])
        body["query"] = _FIELD.sub(rf"\g<1>{number}: \g<1>", body["query"])
        bodies.append(orjson.dumps(body).decode())
    return bodies


def measure_first_answers(shop: BenchmarkShop, document: str) -> dict[str, Any]:
    """Of a service that has just started: milliseconds of the first answer, which also parses, validates and compiles, and opens
    connections, and of the second. The cache of the database is as the runs before left it."""
    service = Variant("service", SERVE, "/admin/graphql")
    service.start(shop.url)
    try:
        bodies = request_bodies(service, document, shop.variables[document][:2])
        times: list[float] = []
        for body in (bodies * 2)[:2]:
            begun = time.perf_counter()
            answer = orjson.loads(send_request(service, document, body, shop.token))
            times.append((time.perf_counter() - begun) * 1000)
            assert "errors" not in answer, answer
    finally:
        service.stop()
    return {
        "document": document,
        "situation": "first answer",
        "first_ms": round(times[0], 1),
        "second_ms": round(times[1], 1),
    }


def format_situations(found: Any) -> str:
    if not found:
        return "Not measured."
    lines = [
        "| Document | Situation | CPU of the usual load's | Requests/s | p50 ms | p99 ms | CPU ms | Database CPU ms |"
    ]
    lines.append("|---|---|---:|---:|---:|---:|---:|---:|")
    lines += [
        f"| {it['document']} | {it['situation']} | {it['ratio']:.2f} | {it['rps']:,.0f} | {it['p50_ms']:.1f} "
        f"| {it['p99_ms']:.1f} | {it['cpu_ms']:.2f} | {it['database_cpu_ms']:.2f} |"
        for it in found
        if "first_ms" not in it
    ]
    firsts = [it for it in found if "first_ms" in it]
    told = "; ".join(f"{it['document']} {it['first_ms']:.0f} ms, then {it['second_ms']:.0f} ms" for it in firsts)
    return "\n".join([*lines, "", f"First answer after a start, and the second one: {told}."])
