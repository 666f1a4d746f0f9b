"""`--only cost`: CPU milliseconds for 1,000 points of cost, for documents of both endpoints; writes the table of docs/cost.md."""

import argparse
import asyncio
import http.client
import random
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import orjson
from prepare import BenchmarkShop
from variants import SERVE, Variant

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.customers.profile.reads import customer_list
from customer_gql.database.statements import Row

DOCUMENTS: Final = Path(__file__).parent / "documents"
PAGE: Final = Path(__file__).parents[1] / "docs" / "cost.md"
PATHS: Final = {"admin": "/admin/graphql", "storefront": "/graphql"}
_WARM_UP: Final = 30
_REQUESTS: Final = 40  # of each document in each round
_UNLIMITED: Final = {
    f"CUSTOMER_GQL_{audience}__{name}": "1000000000"
    for audience in ("ADMIN", "STOREFRONT")
    for name in ("BUCKET", "RATE", "GUEST_RATE")
}
_MARKS: Final = ("<!-- calibration -->\n", "<!-- end of the calibration -->\n")


@dataclass(frozen=True)
class CalibrationDocument:
    """A document of one endpoint, as it is sent."""

    audience: str
    name: str
    token: str
    bodies: tuple[str, ...]


def calibrate_cost(shop: BenchmarkShop, options: argparse.Namespace) -> None:
    documents = asyncio.run(_prepare_documents(shop))
    service = Variant("cost", SERVE, "", _UNLIMITED)
    service.start(shop.url)
    try:
        # One request at a time: requests that wait together share statements, and cost less.
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
        # A document that comes often gets statements of its own.
        points: dict[str, int] = {}
        for it in documents:
            for number in range(_WARM_UP):
                points[it.name] = _ask_cost(connection, it, number)
        runs: dict[str, list[tuple[float, float]]] = {it.name: [] for it in documents}
        for number in range(options.rounds):
            for it in documents:
                runs[it.name].append(_measure_run(connection, it, number, service, shop))
    finally:
        service.stop()
    table = format_table(documents, points, runs)
    print(table)
    if options.write:
        write_table(table, options)


def _measure_run(
    connection: http.client.HTTPConnection,
    document: CalibrationDocument,
    number: int,
    service: Variant,
    shop: BenchmarkShop,
) -> tuple[float, float]:
    """CPU milliseconds of the process and of the database for one request."""
    before, database_before = service.cpu_seconds(), shop.cpu_seconds()
    for request in range(_REQUESTS):
        _ask_cost(connection, document, number * _REQUESTS + request)
    took, database_took = service.cpu_seconds() - before, shop.cpu_seconds() - database_before
    return took / _REQUESTS * 1000, database_took / _REQUESTS * 1000


def _ask_cost(connection: http.client.HTTPConnection, document: CalibrationDocument, number: int) -> int:
    """The points that the service itself reports."""
    headers = {"Content-Type": "application/json"}
    if document.token:
        headers["Authorization"] = f"Bearer {document.token}"
    connection.request("POST", PATHS[document.audience], document.bodies[number % len(document.bodies)], headers)
    body = orjson.loads(connection.getresponse().read())
    assert "errors" not in body, (document.name, body["errors"])
    return body["extensions"]["cost"]["requested"]


def format_table(
    documents: list[CalibrationDocument], points: dict[str, int], runs: dict[str, list[tuple[float, float]]]
) -> str:
    lines = [
        "| Document | Endpoint | Points | Service, ms | Database, ms | ms for 1,000 points |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    rates: list[float] = []
    for it in documents:
        service = statistics.median(run[0] for run in runs[it.name])
        database = statistics.median(run[1] for run in runs[it.name])
        rates.append((service + database) / points[it.name] * 1000)
        lines.append(
            f"| [{it.name}](../benchmarks/documents/{it.audience}/{it.name}.graphql) | {it.audience} | {points[it.name]:,} "
            f"| {service:.2f} | {database:.2f} | {rates[-1]:.1f} |"
        )
    spread = max(rates) / min(rates)
    return "\n".join(
        [*lines, "", f"The dearest document takes {spread:.2f} times the time of the cheapest for the same points."]
    )


def write_table(table: str, options: argparse.Namespace) -> None:
    page = PAGE.read_text()
    before, _, rest = page.partition(_MARKS[0])
    _, _, after = rest.partition(_MARKS[1])
    how = f"Medians of {options.rounds} rounds of {_REQUESTS} requests, one at a time; {options.customers:,} customers."
    PAGE.write_text(f"{before}{_MARKS[0]}\n{table}\n{how}\n\n{_MARKS[1]}{after}")


# The customers whose pages and lists are fullest become the newest, so that documents are answered at the size they pay for.
_FULLEST_FIRST: Final = """
WITH full_pages AS (
  SELECT c.id, row_number() OVER (ORDER BY
      least(10, (SELECT count(*) FROM sales_order o WHERE o.customer_id = c.id)) * 3
    + least(3, (SELECT count(*) FROM review r WHERE r.customer_id = c.id))
    + least(3, (SELECT count(*) FROM store_credit_entry e WHERE e.customer_id = c.id))
    + least(3, (SELECT count(*) FROM reward_points_entry e WHERE e.customer_id = c.id))
    + least(5, (SELECT count(*) FROM wishlist_item i WHERE i.customer_id = c.id))
    + least(5, (SELECT count(*) FROM cart_item i WHERE i.customer_id = c.id)) DESC, c.id) AS place
  FROM customer c)
UPDATE customer c SET number = 2000000000 + full_pages.place FROM full_pages
WHERE c.id = full_pages.id AND full_pages.place <= 500 AND NOT EXISTS (SELECT FROM customer WHERE number > 2000000000)
"""
# As many as the cost assumes.
_WEBSITE_TREE: Final = """
WITH w AS (
  INSERT INTO website (id, code, name, currency) SELECT 900 + n, 'site' || n, 'Site ' || n, 'EUR'
  FROM generate_series(1, 10 - (SELECT count(*)::int FROM website)) n RETURNING id),
s AS (
  INSERT INTO store (id, website_id, code, name) SELECT 9000 + w.id * 10 + n, w.id, 'shop' || w.id || n, 'Shop'
  FROM w, generate_series(1, 3) n RETURNING id)
INSERT INTO store_view (id, store_id, code, name, locale)
SELECT 90000 + s.id * 10 + n, s.id, 'view' || s.id || n, 'View', 'en_US' FROM s, generate_series(1, 5) n
"""


async def _prepare_documents(shop: BenchmarkShop) -> list[CalibrationDocument]:
    connection = await asyncpg.connect(shop.url, record_class=Row)
    try:
        await connection.execute(_FULLEST_FIRST)
        await connection.execute(_WEBSITE_TREE)
        await connection.execute("ANALYZE")
        rows = await connection.fetch("SELECT id, number FROM customer ORDER BY number DESC LIMIT 500")
        tokens = [await issue_customer_token(connection, row["id"]) for row in rows[:1]]
    finally:
        await connection.close()
    chance = random.Random(1)
    ids = [encode_id("cus", row["id"]) for row in rows]
    sort = customer_list.sorts["NEWEST"]
    pages = [{"after": sort.cursor(row)} for row in rows[:300]]
    variables: dict[str, list[dict[str, Any]]] = {
        "profile": [{"id": id} for id in ids[:100]],
        "profiles": [{"ids": chance.sample(ids[:100], 20)} for _ in range(50)],
        **dict.fromkeys(("grid_3", "grid_30", "grid_30_lists", "nested"), pages),
        "checkout": [{"country": code} for code in ("US", "DE", "GB", "IT", "JP")],
    }
    return [
        CalibrationDocument(
            audience,
            file.stem,
            shop.token if audience == "admin" else "" if file.stem in ("countries", "checkout") else tokens[0],
            tuple(
                orjson.dumps({"query": file.read_text(), "variables": given}).decode()
                for given in variables.get(file.stem, [{}])
            ),
        )
        for audience in PATHS
        for file in sorted((DOCUMENTS / audience).glob("*.graphql"))
    ]
