"""`make bench`: the same documents on every variant, in turn, round after round; one table, and two files."""

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import asyncpg
import orjson
from prepare import Shop, shop
from report import Measured, write
from variants import Variant, bodies, variants

HERE = Path(__file__).parent
DOCUMENTS = ["profile", "grid", "nested"]
VARIANTS = ["service", "plans-off", "floor", "json", "postgraphile"]
SLOW = {"plans-off"}


def main() -> None:
    asked = arguments()
    with shop(asked.customers) as made:
        compared = variants(asked.variants)
        try:
            for variant in compared:
                variant.start(made.url)
            check(compared, made, asked.documents)
            counted = statements(compared, made, asked.documents)
            measured = rounds(compared, made, asked)
        finally:
            for variant in compared:
                if variant.process is not None:
                    variant.stop()
    write(measured, counted, asked)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--variants", nargs="+", default=VARIANTS)
    parser.add_argument("--documents", nargs="+", default=DOCUMENTS)
    parser.add_argument("--write", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


def ask(variant: Variant, document: str, body: str, token: str) -> bytes:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    url = f"http://127.0.0.1:{variant.port}{variant.where(document)}"
    with urllib.request.urlopen(urllib.request.Request(url, body.encode(), headers)) as answer:
        return answer.read()


def check(compared: list[Variant], made: Shop, documents: list[str]) -> None:
    """Before anything is timed: every variant gives the same data, a peer what its own schema can say of it."""
    for document in documents:
        given = made.variables[document][:25]
        answers: dict[str, list[Any]] = {}
        for variant in compared:
            answers[variant.name] = [
                orjson.loads(ask(variant, document, body, made.token)) for body in bodies(variant, document, given)
            ]
        for name, found in answers.items():
            assert all(answer.get("data") and "errors" not in answer for answer in found), (name, found[0])
        first = next(iter(answers))
        for name, found in answers.items():
            for one, other in zip(answers[first], found, strict=True):
                if name == "postgraphile":
                    # Its schema is its own: the same texts of the database stand in it, in the same order.
                    assert texts(one["data"]) == texts(other["data"]), (document, name)
                else:
                    left, right = plain(one["data"]), plain(other["data"])
                    assert left == right, (document, name, difference(left, right))


_FRACTION = re.compile(r"(T\d\d:\d\d:\d\d\.\d*?)0+(?=\+)")


def plain(data: Any) -> Any:
    """PostgreSQL drops the zeros at the end of a second's fraction, Python keeps them; the instant is the same."""
    if isinstance(data, dict):
        return {key: plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [plain(value) for value in data]
    return _FRACTION.sub(r"\1", data) if isinstance(data, str) else data


def texts(data: Any) -> list[str]:
    """E-mail addresses, order numbers, SKUs and titles."""
    if isinstance(data, dict):
        own = [value for key, value in data.items() if key in {"email", "sku", "title"} and value]
        return own + [text for value in data.values() for text in texts(value)]
    return [text for value in data for text in texts(value)] if isinstance(data, list) else []


def difference(one: Any, other: Any, path: str = "") -> str:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            if one.get(key) != other.get(key):
                return difference(one.get(key), other.get(key), f"{path}.{key}")
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for i, (left, right) in enumerate(zip(one, other, strict=True)):
            if left != right:
                return difference(left, right, f"{path}[{i}]")
    return f"{path}: {one!r} is not {other!r}"


def statements(compared: list[Variant], made: Shop, documents: list[str]) -> dict[tuple[str, str], float]:
    """Statements of one request, as the database's log tells them."""
    log = made.server.data_dir / "server.log"
    counted: dict[tuple[str, str], float] = {}
    asyncio.run(_log_statements(made, "all"))
    try:
        for variant in compared:
            for document in documents:
                sent = bodies(variant, document, made.variables[document][:4])
                for body in sent:  # statements of a document's own are prepared when it comes again
                    ask(variant, document, body, made.token)
                time.sleep(0.2)
                before = log.stat().st_size
                for body in sent:
                    ask(variant, document, body, made.token)
                time.sleep(0.3)
                with log.open("rb") as file:
                    file.seek(before)
                    told = len(re.findall(rb"LOG:  (?:execute|statement)", file.read()))
                counted[variant.name, document] = round(told / len(sent), 1)
    finally:
        asyncio.run(_log_statements(made, "none"))
    return counted


async def _log_statements(made: Shop, which: str) -> None:
    connection = await asyncpg.connect(made.server.admin_url())
    await connection.execute(f"ALTER SYSTEM SET log_statement = '{which}'")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()
    await asyncio.sleep(0.5)  # until every process of the server has read it


def rounds(compared: list[Variant], made: Shop, asked: argparse.Namespace) -> list[Measured]:
    runs: dict[tuple[str, str], list[dict[str, float]]] = {}
    for number in range(asked.rounds + 1):
        for document in asked.documents:
            for variant in compared:
                seconds = asked.seconds if number else min(2.0, asked.seconds)
                figures = one_run(variant, document, made, seconds, asked.connections)
                if number:  # the first round warms up
                    runs.setdefault((document, variant.name), []).append(figures)
                    print(
                        f"round {number}  {document:8} {variant.name:20} {figures['rps']:8.0f} rps "
                        f"{figures['cpu_ms']:6.2f} + {figures['database_cpu_ms']:.2f} ms CPU",
                        flush=True,
                    )
    peaks = {variant.name: variant.peak_mb() for variant in compared}
    return [
        Measured(
            document,
            name,
            **{figure: statistics.median(run[figure] for run in found) for figure in found[0]},
            peak_mb=peaks[name],
        )
        for (document, name), found in runs.items()
    ]


def one_run(variant: Variant, document: str, made: Shop, seconds: float, connections: int) -> dict[str, float]:
    plan = {
        "port": variant.port,
        "path": variant.where(document),
        "bodies": bodies(variant, document, made.variables[document]),
        "headers": {"Authorization": f"Bearer {made.token}"},
        "connections": connections,
        "seconds": seconds,
    }
    before, database_before = variant.cpu_seconds(), made.cpu_seconds()
    loaded = subprocess.run(
        [sys.executable, HERE / "load.py"], input=json.dumps(plan), capture_output=True, text=True, check=True
    )
    found = json.loads(loaded.stdout)
    cpu, database_cpu = variant.cpu_seconds() - before, made.cpu_seconds() - database_before
    assert not found["bad"], (variant.name, document, found)
    return {
        "rps": found["rps"],
        "p50_ms": found["p50_ms"],
        "p99_ms": found["p99_ms"],
        "cpu_ms": cpu / found["requests"] * 1000,
        "database_cpu_ms": database_cpu / found["requests"] * 1000,
    }


if __name__ == "__main__":
    main()
