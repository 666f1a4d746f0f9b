"""Mutations against statements by hand, by the same load: rows of `make bench`, alone with `--only writes`."""

import argparse
import asyncio
import itertools
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import orjson
from floor_writes import WRITES
from import_batch import compare_import_batch
from measurement import HERE
from prepare import BenchmarkShop
from report import replace_section, store_figures
from variants import Variant, choose_variants

from customer_gql.core.ids import encode_id, new_id
from customer_gql.security.hashing import hash_password
from customer_gql.security.tokens import REFRESH, hash_token, new_token

TITLE: Final = "Mutations"
PASSWORD: Final = "a correct horse of 2026"
CASES: Final = {
    "sign-in": ("signIn", "SignInInput", 24),
    "token-refresh": ("tokenRefresh", "TokenRefreshInput", 200),
    "sign-up": ("signUp", "SignUpInput", 24),
    "quick-edit": ("customerQuickEdit", "CustomerQuickEditInput", 200),
    "email-edit": ("customerUpdate", "CustomerUpdateInput", 100),
    "address-create": ("customerAddressCreate", "CustomerAddressCreateInput", 200),
    "credit-adjust": ("storeCreditAdjust", "StoreCreditAdjustInput", 200),
    "mass-action-100": ("customerMassAction", "CustomerMassActionInput", 16),
}
"""Mutation, its input type and the requests of one turn."""
_TOKENS: Final = ("sign-in", "token-refresh")
_STOREFRONT: Final = (*_TOKENS, "sign-up")
_CONNECTIONS: Final = 4
FIGURES: Final = ("cpu_ms", "database_cpu_ms", "p50_ms")
_CUSTOMERS: Final = """SELECT c.id, c.email FROM customer c JOIN customer_email e ON e.customer_id = c.id AND e.email_normalised = c.email
WHERE c.customer_type = 'INDIVIDUAL' AND c.status = 'ACTIVE' AND c.is_email_confirmed AND c.website_id = 1 AND c.locked_until IS NULL
ORDER BY c.id LIMIT 4000"""
_PASSWORDS: Final = """INSERT INTO customer_password (customer_id, hash) SELECT id, $2 FROM unnest($1::bigint[]) AS id
ON CONFLICT (customer_id) DO UPDATE SET hash = excluded.hash"""
_SESSIONS: Final = """INSERT INTO customer_session (customer_id, id, website_id, expires_at)
SELECT c, s, 1, now() + interval '1 day' FROM unnest($1::bigint[], $2::bigint[]) AS n(c, s)"""
_REFRESH: Final = """INSERT INTO customer_refresh_token (token_hash, customer_id, session_id, expires_at)
SELECT t, c, s, now() + interval '1 day' FROM unnest($1::bytea[], $2::bigint[], $3::bigint[]) AS n(t, c, s)"""


@dataclass
class WriteInputs:
    """Inputs of which each changes something: no two are the same, in this run or in another one."""

    url: str
    customers: list[tuple[int, str]]
    numbers: Iterator[int]
    turn: int = 0

    @classmethod
    async def prepare(cls, url: str) -> "WriteInputs":
        connection = await asyncpg.connect(url)
        found = [(row["id"], row["email"]) for row in await connection.fetch(_CUSTOMERS)]
        # Those at the front sign in; the address of the others is edited, which takes the password away.
        await connection.execute(_PASSWORDS, [id for id, _ in found[:100]], await hash_password(PASSWORD))
        await connection.close()
        return cls(url, found, itertools.count(time.time_ns() // 1_000_000))

    async def make(self, name: str, count: int) -> list[dict[str, Any]]:
        await self._forget_attempts()
        if name == "token-refresh":
            return [{"refreshToken": token} for token in await self._start_sessions(count)]
        if name == "mass-action-100":
            self.turn += 1
            return [self._choose_hundred(number) for number in range(count)]
        make = _MAKERS[name]
        chosen = self.customers[:count] if name == "sign-in" else self.customers[100 : 100 + count]
        return [make(id, email, next(self.numbers)) for id, email in chosen]

    async def _forget_attempts(self) -> None:
        """All requests come from one network address, whose attempts the service limits."""
        connection = await asyncpg.connect(self.url)
        await connection.execute("DELETE FROM throttle")
        await connection.close()

    def _choose_hundred(self, number: int) -> dict[str, Any]:
        some = self.customers[200 + number * 100 :][:100]
        ids, group = [encode_id("cus", id) for id, _ in some], encode_id("grp", (3, 1)[self.turn % 2])
        return {"action": "ASSIGN_GROUP", "selection": {"ids": ids}, "groupId": group}

    async def _start_sessions(self, count: int) -> list[str]:
        made, ids = [new_token(REFRESH) for _ in range(count)], [id for id, _ in self.customers[100 : 100 + count]]
        sessions = [new_id() for _ in made]
        connection = await asyncpg.connect(self.url)
        await connection.execute(_SESSIONS, ids, sessions)
        await connection.execute(_REFRESH, [hash_token(token) for token in made], ids, sessions)
        await connection.close()
        return made


_PLACE: Final = {"street": ["Main Street 1"], "city": "Berlin", "postcode": "10115", "countryCode": "DE"}
_MAKERS: Final[dict[str, Callable[[int, str, int], dict[str, Any]]]] = {
    "sign-in": lambda _, email, __: {"email": email, "password": PASSWORD},
    "sign-up": lambda _, __, n: {
        "email": f"s{n}@example.com",
        "password": PASSWORD,
        "firstName": "Ada",
        "lastName": "Byron",
    },
    "quick-edit": lambda id, _, n: {"id": encode_id("cus", id), "taxVatNumber": f"T{n}"},
    "email-edit": lambda id, _, n: {"id": encode_id("cus", id), "email": f"e{n}@example.com"},
    "address-create": lambda id, _, n: {
        "customerId": encode_id("cus", id),
        "firstName": "Ada",
        "lastName": f"Byron {n}",
        **_PLACE,
        "telephone": "+49 30 123456",
    },
    "credit-adjust": lambda id, _, n: {"id": encode_id("cus", id), "amount": "1.00", "idempotencyKey": str(n)},
}


def compare_writes(shop: BenchmarkShop, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Figures of the service and of the floor, and the median ratio of their CPU within a round."""
    variants = choose_variants(["service", "floor"])
    try:
        for variant in variants:
            variant.start(shop.url)
        inputs = asyncio.run(WriteInputs.prepare(shop.url))
        found = [_compare_case(name, variants, shop, inputs, options) for name in CASES]
    finally:
        for variant in variants:
            variant.stop()
    found.append(compare_import_batch(shop, options))
    print("\n" + format_writes(found), flush=True)
    if options.write:
        store_figures("writes", found)
        replace_section(TITLE, format_writes(found))
    return found


def _compare_case(
    name: str, variants: list[Variant], shop: BenchmarkShop, inputs: WriteInputs, options: argparse.Namespace
) -> dict[str, Any]:
    runs: dict[str, list[dict[str, float]]] = {variant.name: [] for variant in variants}
    for number in range(options.rounds + 1):
        # The order changes with every round, so that none is always measured after the other.
        for variant in variants[:: 1 if number % 2 else -1]:
            figures = _measure_case(name, variant, shop, asyncio.run(inputs.make(name, CASES[name][2])))
            if number:  # the first round is a warm-up
                runs[variant.name].append(figures)
    totals = [[run["cpu_ms"] + run["database_cpu_ms"] for run in runs[it.name]] for it in variants]
    ratio = statistics.median(one / other for one, other in zip(*totals, strict=True))
    medians = {it: {key: statistics.median(run[key] for run in found) for key in FIGURES} for it, found in runs.items()}
    print(f"{name:16} {ratio:.2f} of the floor's CPU", flush=True)
    return {"write": name, "ratio": round(ratio, 2), **{it: _round(figures) for it, figures in medians.items()}}


def _round(figures: dict[str, float]) -> dict[str, float]:
    return {key: round(value, 2) for key, value in figures.items()}


def _measure_case(name: str, variant: Variant, shop: BenchmarkShop, inputs: list[dict[str, Any]]) -> dict[str, float]:
    before, database_before = variant.cpu_seconds(), shop.cpu_seconds()
    found = send_inputs(name, variant, shop, inputs)
    cpu, database_cpu = variant.cpu_seconds() - before, shop.cpu_seconds() - database_before
    each = 1000 / len(inputs)
    return {"cpu_ms": cpu * each, "database_cpu_ms": database_cpu * each, "p50_ms": found["p50_ms"]}


def send_inputs(name: str, variant: Variant, shop: BenchmarkShop, inputs: list[dict[str, Any]]) -> dict[str, Any]:
    """What the load found; none of the mutations may be refused."""
    path, headers = address_write(name, variant, shop.token)
    plan = {
        "port": variant.port,
        "path": path,
        "bodies": [encode_body(name, given) for given in inputs],
        "headers": headers,
        "connections": _CONNECTIONS,
        "is_once": True,
    }
    load = subprocess.run(
        [sys.executable, HERE / "load.py"], input=json.dumps(plan), capture_output=True, text=True, check=True
    )
    found = json.loads(load.stdout)
    assert found["requests"] == len(inputs), found
    assert not found["bad"], (variant.name, name, found)
    return found


def address_write(name: str, variant: Variant, token: str) -> tuple[str, dict[str, str]]:
    """The path of a mutation, and who asks."""
    is_storefront = name in _STOREFRONT
    headers = {} if is_storefront else {"Authorization": f"Bearer {token}"}
    if variant.name == "floor":
        return f"/floor/write/{name}", headers
    return "/graphql" if is_storefront else variant.path, headers


def encode_body(name: str, given: dict[str, Any]) -> str:
    mutation, kind, _ = CASES[name]
    fields = "accessToken refreshToken" if name in _TOKENS else ""
    query = f"mutation W($input: {kind}!) {{ payload: {mutation}(input: $input) {{ userErrors {{ code message }} {fields} }} }}"
    return orjson.dumps({"query": query, "variables": {"input": given}}).decode()


def format_writes(found: list[dict[str, Any]]) -> str:
    head = "| Mutation | CPU of the floor's | Service CPU ms | its database | Floor CPU ms | its database | p50 ms | of the floor |"
    lines = [head, "|---|---:|---:|---:|---:|---:|---:|---:|"]
    for it in found:
        service, floor = it["service"], it["floor"]
        lines.append(
            f"| {it['write']} | {it['ratio']:.2f} | {service['cpu_ms']:.2f} | {service['database_cpu_ms']:.2f} "
            f"| {floor['cpu_ms']:.2f} | {floor['database_cpu_ms']:.2f} | {service['p50_ms']:.1f} | {floor['p50_ms']:.1f} |"
        )
    by = {it["write"]: it["service"] for it in found}
    if {"mass-action-100", "quick-edit"} <= by.keys():
        whole = {name: by[name]["cpu_ms"] + by[name]["database_cpu_ms"] for name in ("mass-action-100", "quick-edit")}
        lines += [
            "",
            f"A mass action of 100 takes {whole['mass-action-100'] / whole['quick-edit']:.1f} times a quick edit.",
        ]
    return "\n".join(lines)


assert CASES.keys() == WRITES.keys()
