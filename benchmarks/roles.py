"""`--only roles`: what a role that lacks permissions costs, against the administrator, by the same process."""

import argparse
import asyncio
import statistics
from dataclasses import replace

import asyncpg
from measurement import measure_run
from prepare import BenchmarkShop
from variants import SERVE, Variant

from customer_gql.database.statements import Row
from customer_gql.staff import writes as staff

ROLE = "viewer"
EMAIL = "bench-viewer@example.com"
FIGURES = ("cpu_ms", "database_cpu_ms", "p50_ms")


def compare_roles(shop: BenchmarkShop, options: argparse.Namespace) -> None:
    """Prints the median over the rounds of the role's figures divided by the administrator's in the same round."""
    limited = replace(shop, token=asyncio.run(_issue_token(shop.url)))
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


async def _issue_token(url: str) -> str:
    connection = await asyncpg.connect(url, record_class=Row)
    try:
        if not await connection.fetchval("SELECT 1 FROM staff_user WHERE email = $1", EMAIL):
            await staff.create_staff_user(connection, email=EMAIL, name="Bench", role=ROLE)
        return await staff.issue_staff_token(connection, email=EMAIL)
    finally:
        await connection.close()
