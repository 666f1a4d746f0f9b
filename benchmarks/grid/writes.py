"""Writes with projections against the same without: database time and statements."""

import random
import re
import statistics
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, Final

from measurement import change_server, server_log
from prepare import BenchmarkShop

from customer_gql.core.ids import encode_id
from customer_gql.schema.projections import PROJECTIONS

from .client import GridClient, serving
from .imports import COPIED, IMPORTED, copying, import_files, vacuum

_DURATION: Final = re.compile(rb"LOG:  duration: ([0-9.]+) ms")
_EDITS: Final = 100
_ACTIONS: Final = 8
_SOME: Final = """SELECT id FROM customer WHERE customer_type = 'INDIVIDUAL' AND EXISTS (SELECT FROM address a
WHERE a.customer_id = customer.id AND a.is_default_billing) AND number % 997 = 5 ORDER BY id LIMIT 100"""
_PAGES: Final = "SELECT id FROM customer WHERE customer_type = 'INDIVIDUAL' ORDER BY number LIMIT 800"
_QUICK_EDIT: Final = """mutation E($input: CustomerQuickEditInput!) {
  customerQuickEdit(input: $input) { userErrors { code message } } }"""
_UPDATE: Final = """mutation E($input: CustomerUpdateInput!) {
  customerUpdate(input: $input) { userErrors { code message } } }"""
_MASS_ACTION: Final = """mutation A($input: CustomerMassActionInput!) {
  customerMassAction(input: $input) { results { outcome } userErrors { code message } } }"""


@dataclass(frozen=True)
class WriteCase:
    """A write that runs `times` times a round; `run` is told how many ran before it, and says how many statements it took."""

    name: str
    times: int
    run: Callable[[GridClient, int], Awaitable[int]]
    tidy: Callable[[], Awaitable[None]] | None = None
    """What follows each turn of a large one, and is not measured. So much work needs one turn alone, and no warm-up."""


async def compare_writes(shop: BenchmarkShop, customers: int, rounds: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    await change_server(shop, log_duration="on")
    try:
        async with serving(shop, PROJECTIONS) as projected, serving(shop, ()) as plain:
            async with plain.database.reads.acquire() as connection:
                some, pages = [
                    [encode_id("cus", row.id) for row in await connection.fetch(found)] for found in (_SOME, _PAGES)
                ]
            for case in _cases_of(shop, some, pages, customers):
                figures = await _compare_case(shop, case, {"with": projected, "without": plain}, rounds)
                print(f"{case.name}: {figures['time']} {figures['cpu']} {figures['statements']}", flush=True)
                found.append(figures)
    finally:
        await change_server(shop, log_duration="off")
    return found


async def _compare_case(
    shop: BenchmarkShop, case: WriteCase, clients: dict[str, GridClient], rounds: int
) -> dict[str, Any]:
    number = count()
    times: dict[str, list[float]] = {name: [] for name in clients}
    cpu: dict[str, list[float]] = {name: [] for name in clients}
    statements: dict[str, int] = {}
    for turn in range(rounds + 1) if case.tidy is None else (1,):
        # The order changes with every round, so that none is always measured after the other.
        for name, client in list(clients.items())[:: 1 if turn % 2 else -1]:
            logged, spent = server_log(shop).stat().st_size, shop.cpu_seconds()
            for _ in range(case.times):
                statements[name] = await case.run(client, next(number))
            if turn:  # the first round is a warm-up
                cpu[name].append((shop.cpu_seconds() - spent) / case.times * 1000)
                times[name].append(_logged_milliseconds(shop, logged) / case.times)
            if case.tidy is not None:
                await case.tidy()
    return {"write": case.name, "time": _compare(times), "cpu": _compare(cpu), "statements": statements}


def _compare(taken: dict[str, list[float]]) -> dict[str, float]:
    """Medians, and that of the ratios within a round."""
    ratio = statistics.median(more / less for more, less in zip(taken["with"], taken["without"], strict=True))
    return {"ratio": ratio} | {name: statistics.median(each) for name, each in taken.items()}


def _logged_milliseconds(shop: BenchmarkShop, after: int) -> float:
    """What the server took for all statements since the log was so long, commits included."""
    with server_log(shop).open("rb") as log:
        log.seek(after)
        return sum(map(float, _DURATION.findall(log.read())))


def _cases_of(shop: BenchmarkShop, some: list[str], pages: list[str], customers: int) -> list[WriteCase]:
    """Edits of customers from all over the table, and actions on those of one page of the list. Each round is of the same ones,
    so that none is about what happens to be in memory."""
    start = random.randrange(10**7)  # an edit that changes nothing would cost less

    def edit(document: str, values: Callable[[int], dict[str, Any]]) -> Callable[[GridClient, int], Awaitable[int]]:
        async def run(client: GridClient, number: int) -> int:
            answer = await client.ask(document, input={"id": some[number % _EDITS], **values(number)})
            assert not answer.errors, answer.errors
            [payload] = answer.data.values()
            assert payload["userErrors"] == [], payload
            return len(answer.statements)

        return run

    async def act(client: GridClient, number: int) -> int:
        first = number % _ACTIONS * 100
        group = encode_id("grp", (3, 1)[number // _ACTIONS % 2])
        input = {"action": "ASSIGN_GROUP", "selection": {"ids": pages[first : first + 100]}, "groupId": group}
        answer = await client.ask(_MASS_ACTION, input=input)
        assert not answer.errors, answer.errors
        assert answer.data["customerMassAction"]["userErrors"] == [], answer.data
        return len(answer.statements)

    def telephone(number: int) -> str:
        return f"+1 202-{200 + (start + number) // 10_000 % 700}-{(start + number) % 10_000:04d}"

    return [
        WriteCase(
            "quick edit of the tax number", _EDITS, edit(_QUICK_EDIT, lambda n: {"taxVatNumber": f"T{start + n}"})
        ),
        WriteCase("quick edit of the telephone", _EDITS, edit(_QUICK_EDIT, lambda n: {"telephone": telephone(n)})),
        WriteCase("edit of the name", _EDITS, edit(_UPDATE, lambda n: {"lastName": f"Edited{start + n}"})),
        WriteCase("mass action on 100", _ACTIONS, act),
        WriteCase(
            f"COPY of {COPIED:,} customers straight into the tables", 1, copying(customers), partial(vacuum, shop)
        ),
        WriteCase(
            f"import of {IMPORTED:,} customers from files, which uses COPY", 1, import_files, partial(vacuum, shop)
        ),
    ]
