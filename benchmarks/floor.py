"""The floor: a hand-written endpoint for the same JSON, with asyncpg and orjson and nothing in between.

It runs the same statements as the service, one after another on one connection, which under load is faster than several
connections, and it knows in advance what is requested. `/json/…` answers with one statement each.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator
from typing import Any

import orjson
import uvicorn
from floor_json import STATEMENTS
from floor_profile import build_profile
from floor_rows import fetch_rows, format_time, lists_by, page_read, rows_by
from floor_writes import write_by_hand
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from customer_gql.commerce.orders import reads as orders
from customer_gql.core.ids import decode_id
from customer_gql.customers.addresses import reads as addresses
from customer_gql.customers.profile import reads as customers
from customer_gql.database.pools import Database, open_database
from customer_gql.database.statements import Connection, Statement
from customer_gql.execution.http.gc import freeze_gc
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.security.tokens import hash_token
from customer_gql.shop.groups import reads as groups
from customer_gql.shop.websites import reads as websites
from customer_gql.staff.reads import viewers_by_token

LIST = customers.customer_list
NEWEST = LIST.sorts[customers.NEWEST]


async def build_grid(connection: Connection, variables: dict[str, Any]) -> dict[str, Any]:
    place = find_place(variables)
    found = await fetch_statement(
        connection, LIST.statement_of(customers.NEWEST, positioned=bool(place)), limit=51, **place
    )
    shown = found[:50]
    ids = [row["id"] for row in shown]
    named = rows_by(await fetch_rows(connection, groups.groups_by_id, list({row["group_id"] for row in shown})), "id")
    sites = rows_by(
        await fetch_rows(connection, websites.websites_by_id, list({row["website_id"] for row in shown})), "id"
    )
    places = rows_by(await fetch_rows(connection, addresses.billing_addresses_by_customer, ids), "customer_id")
    return {
        "customers": {
            "totalCount": None,
            "pageInfo": {"hasNextPage": len(found) > 50, "endCursor": NEWEST.cursor(shown[-1])},
            "nodes": [
                {
                    "id": f"cus_{row['id']:016x}",
                    "number": row["number"],
                    "email": row["email"],
                    "firstName": row["first_name"],
                    "lastName": row["last_name"],
                    "createdAt": format_time(row["created_at"]),
                    "status": row["status"],
                    "group": {"name": named[row["group_id"]]["name"]},
                    "website": {"code": sites[row["website_id"]]["code"]},
                    "defaultBillingAddress": {
                        "city": place["city"],
                        "postcode": place["postcode"],
                        "countryCode": place["country_code"],
                        "telephone": place["telephone"],
                    }
                    if (place := places.get(row["id"]))
                    else None,
                }
                for row in shown
            ],
        }
    }


async def build_nested(connection: Connection, variables: dict[str, Any]) -> dict[str, Any]:
    place = find_place(variables)
    statement = LIST.statement_of(customers.NEWEST, positioned=bool(place))
    shown = (await fetch_statement(connection, statement, limit=21, **place))[:20]
    found = await fetch_rows(connection, page_read(orders.orders_by_customer, 5), [row["id"] for row in shown], 6)
    ordered = {owner: its[:5] for owner, its in lists_by(found, "customer_id").items()}
    keys = [(order["customer_id"], order["id"]) for its in ordered.values() for order in its]
    lines: dict[Any, list[Any]] = {}
    for line in await fetch_rows(connection, orders.items_by_order, keys, 3) if keys else []:
        shown_line = {"sku": line["sku"], "name": line["name"], "quantityOrdered": line["quantity_ordered"]}
        lines.setdefault((line["customer_id"], line["order_id"]), []).append(shown_line)
    return {
        "customers": {
            "nodes": [
                {
                    "id": f"cus_{row['id']:016x}",
                    "email": row["email"],
                    "orders": {
                        "nodes": [
                            {
                                "number": order["number"],
                                "status": order["status"],
                                "items": lines.get((row["id"], order["id"]), []),
                            }
                            for order in ordered.get(row["id"], [])
                        ]
                    },
                }
                for row in shown
            ]
        }
    }


def find_place(variables: dict[str, Any]) -> dict[str, Any]:
    """Where a page begins; empty for the first one."""
    after = variables.get("after")
    return NEWEST.place(after, "after") if after else {}


async def fetch_statement(connection: Connection, statement: Statement, **values: Any) -> list[Any]:
    return await connection.fetch(statement.sql, *statement.arguments(values))


async def answer_document(request: Request) -> Response:
    body = orjson.loads(await request.body())
    database: Database = request.app.state.database
    variables = body.get("variables") or {}
    name = request.path_params["document"]
    # Concurrent counts share one statement, as in the service: separate counts would take nearly all of the time.
    counting = asyncio.create_task(LIST.counted.of(database)) if name == "grid" else None
    async with database.reads.acquire() as connection:
        if AUTHENTICATES and not await is_authenticated(connection, request):
            return Response(b"{}", 401)
        data = await DOCUMENTS[name](connection, variables)
    if counting is not None:
        data["customers"]["totalCount"] = await counting
    return Response(orjson.dumps({"data": data}), media_type="application/json")


async def is_authenticated(connection: Connection, request: Request) -> bool:
    token = request.headers["authorization"].removeprefix("Bearer ")
    found = await fetch_rows(connection, viewers_by_token, [hash_token(token)])
    return bool(found) and "customers.read" in found[0]["permissions"]


async def answer_statement(request: Request) -> Response:
    variables = orjson.loads(await request.body()).get("variables") or {}
    name = request.path_params["document"]
    if name == "profile":
        arguments = [decode_id(variables["id"], "cus")]
    else:
        arguments = list(find_place(variables).values()) or [1 << 62, 1 << 62]
    if name == "grid":  # the count is shared, as in the service
        arguments.append(await LIST.counted.of(request.app.state.database))
    async with request.app.state.database.reads.acquire() as connection:
        text = await connection.fetchval(STATEMENTS[name], *arguments)
    return Response(text, media_type="application/json")


async def answer_write(request: Request) -> Response:
    given = orjson.loads(await request.body())["variables"]["input"]
    token = request.headers.get("authorization", "").removeprefix("Bearer ") or None
    answer = await write_by_hand(request.app.state.database, request.path_params["name"], given, token)
    return Response(orjson.dumps(answer), media_type="application/json")


DOCUMENTS = {"profile": build_profile, "grid": build_grid, "nested": build_nested}
AUTHENTICATES = os.environ.get("FLOOR_AUTHENTICATES") == "1"


@contextlib.asynccontextmanager
async def run_lifespan(app: Starlette) -> AsyncGenerator[None]:
    async with open_database(
        os.environ["CUSTOMER_GQL_DATABASE_URL"], read_connections=8, write_connections=4, projections=PROJECTIONS
    ) as database:
        app.state.database = database
        freeze_gc()
        yield


app = Starlette(
    routes=[
        Route("/floor/{document}", answer_document, methods=["POST"]),
        Route("/json/{document}", answer_statement, methods=["POST"]),
        Route("/floor/write/{name}", answer_write, methods=["POST"]),
    ],
    lifespan=run_lifespan,
)

if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_level="warning",
        server_header=False,
    )
