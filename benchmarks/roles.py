"""`--only roles`: what a role that lacks permissions costs, against the administrator, by the same process."""

import argparse
import asyncio
import statistics
from dataclasses import replace
from typing import Any, Final

import asyncpg
import orjson
from measurement import measure_bodies, measure_run
from prepare import BenchmarkShop
from variants import SERVE, Variant

from customer_gql.core.ids import decode_id
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.database.statements import Row
from customer_gql.staff import writes as staff

ROLE = "viewer"
EMAIL = "bench-viewer@example.com"
FIGURES = ("cpu_ms", "database_cpu_ms", "p50_ms")
OWN: Final = """{ email firstName lastName createdAt addresses { city postcode telephone }
orders(first: 5) { nodes { number status items { sku name quantityOrdered } } } storeCredit { balance { amount currency } } }"""


def compare_roles(shop: BenchmarkShop, options: argparse.Namespace) -> None:
    """Prints the median over the rounds of the role's figures divided by the administrator's in the same round."""
    limited = replace(shop, token=asyncio.run(issue_role_token(shop.url)))
    service = Variant("service", SERVE, "/admin/graphql")
    service.start(shop.url)
    try:
        for document in options.documents:
            ratios: dict[str, list[float]] = {figure: [] for figure in FIGURES}
            for number in range(options.rounds + 1):
                # The order changes with every round, so that none is always measured after the other.
                order = [shop, limited] if number % 2 else [limited, shop]
                runs = [(it, measure_run(service, document, it, options.seconds, options.connections)) for it in order]
                full, less = (next(run for it, run in runs if it is wanted) for wanted in (shop, limited))
                for figure, found in ratios.items() if number else ():  # the first round is a warm-up
                    found.append(less[figure] / max(full[figure], 1e-9))
            shown = "  ".join(f"{figure} {statistics.median(found):.2f}" for figure, found in ratios.items())
            print(f"{document:8} {ROLE} / administrator  {shown}", flush=True)
    finally:
        service.stop()


def measure_shopper(
    service: Variant, shop: BenchmarkShop, options: argparse.Namespace
) -> dict[str, list[dict[str, float]]]:
    """One customer, read by an administrator and by the customer: runs of each, the administrator's first."""
    customer_id = shop.variables["profile"][0]["id"]
    token = asyncio.run(_issue_customer_token(shop.url, decode_id(customer_id, "cus")))
    as_staff = {"query": f"query C($id: ID!) {{ customer(id: $id) {OWN} }}", "variables": {"id": customer_id}}
    as_shopper = {"query": f"query C {{ me {OWN} }}"}
    shopper = {"path": "/graphql", "headers": {"Authorization": f"Bearer {token}"}}
    ways: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "administrator": (as_staff, {}),
        "customer": (as_shopper, shopper),
    }
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
    for number in range(options.rounds + 1):
        for name, (body, more) in ways.items():
            bodies = [orjson.dumps(body).decode()]
            figures = measure_bodies(service, bodies, shop, options.seconds, options.connections, **more)
            if number:  # the first round is a warm-up
                runs[name].append(figures)
    return runs


async def _issue_customer_token(url: str, customer_id: int) -> str:
    connection = await asyncpg.connect(url, record_class=Row)
    try:
        return await issue_customer_token(connection, customer_id)
    finally:
        await connection.close()


async def issue_role_token(url: str) -> str:
    connection = await asyncpg.connect(url, record_class=Row)
    try:
        if not await connection.fetchval("SELECT 1 FROM staff_user WHERE email = $1", EMAIL):
            await staff.create_staff_user(connection, email=EMAIL, name="Bench", role=ROLE)
        return await staff.issue_staff_token(connection, email=EMAIL)
    finally:
        await connection.close()
