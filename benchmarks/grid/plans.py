"""`EXPLAIN (ANALYZE, BUFFERS)` of statements, as the engine sends them: planned with their values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from customer_gql.database.statements import Connection

from .client import Ran

_EXPLAIN: Final = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) "
_SLOW: Final = 400
"""Milliseconds; what takes longer is measured twice and no oftener."""
_QUICK: Final = 20
"""Milliseconds; what takes less is measured five times as often: which of the pages are in the cache of the processor decides
half of half a millisecond."""


@dataclass(frozen=True)
class PlanCost:
    """The quickest run of a statement, since all that other work on the machine does is to add to it; and what its plan does."""

    milliseconds: float
    planning: float
    buffers: int
    shape: str


async def measure_in_turn(connection: Connection, statements: Mapping[str, Ran], rounds: int) -> dict[str, PlanCost]:
    """Each statement in each round, so that what else the machine does meets all of them; the first round is a warm-up."""
    runs: dict[str, list[Any]] = {name: [] for name in statements}
    for number in range(5 * rounds + 1):
        for name, ran in statements.items():
            most = _SLOW if number <= rounds else _QUICK
            if number > 2 and runs[name][-1]["Execution Time"] > most:
                continue
            explained: Any = await connection.fetchval(_EXPLAIN + ran.sql, *ran.values)
            [plan] = orjson.loads(explained)
            if number:
                runs[name].append(plan)
    return {name: _summarize(found) for name, found in runs.items()}


def _summarize(runs: list[Any]) -> PlanCost:
    plan = runs[-1]["Plan"]
    return PlanCost(
        milliseconds=min(run["Execution Time"] for run in runs),
        planning=min(run["Planning Time"] for run in runs),
        buffers=plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
        shape=_describe(plan),
    )


def _describe(plan: dict[str, Any]) -> str:
    """How the rows of the grid are found and ordered, without how their nodes and names are read."""
    found: list[str] = []
    for node in _nodes_of_page(plan):
        kind = node["Node Type"]
        if kind in {"Sort", "Incremental Sort"}:
            found.append(f"{kind} ({node.get('Sort Method', 'presorted')})")
        elif "Scan" in kind and node.get("Index Name", node.get("Relation Name")):
            found.append(f"{kind} {node.get('Index Name', node.get('Relation Name'))}".removeprefix("Parallel "))
    return ", ".join(dict.fromkeys(found))


def _nodes_of_page(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    whole = list(_walk(plan))
    limits = [node for node in whole if node["Node Type"] == "Limit"]
    return _walk(limits[0]) if limits else iter(whole)


def _walk(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _walk(inner)
