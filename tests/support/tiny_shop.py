"""A shop just big enough for the page: a real schema that answers nothing, its own description included, without a token."""

import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from customer_gql import graphiql

TOKEN = "tiny-shop-secret-0451"
REFUSAL = {"data": None, "errors": [{"message": "Sign in first."}]}


@strawberry.type
class Customer:
    id: strawberry.ID
    email: str


CUSTOMERS = [Customer(id=strawberry.ID(str(number)), email=f"customer{number}@example.com") for number in range(1, 4)]


@strawberry.type
class Query:
    @strawberry.field
    def me(self) -> Customer:
        return CUSTOMERS[0]

    @strawberry.field
    def customers(self, first: int = 50) -> list[Customer]:
        return CUSTOMERS[:first]


SCHEMA = strawberry.Schema(query=Query)


async def admin(request: Request) -> Response:
    return graphiql.page_response("admin", request) if wants_page(request) else await answer(request)


async def storefront(request: Request) -> Response:
    return graphiql.page_response("storefront", request) if wants_page(request) else await answer(request)


def wants_page(request: Request) -> bool:
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")


async def answer(request: Request) -> Response:
    if request.headers.get("authorization") != f"Bearer {TOKEN}":
        return JSONResponse(REFUSAL)
    body = await request.json()
    result = await SCHEMA.execute(body["query"], body.get("variables"), operation_name=body.get("operationName"))
    return JSONResponse({"data": result.data, "errors": [{"message": error.message} for error in result.errors or ()]})


def tiny_shop() -> Starlette:
    routes = [
        Route("/graphql", storefront, methods=["GET", "POST"]),
        Route("/admin/graphql", admin, methods=["GET", "POST"]),
        *graphiql.graphiql_routes(),
    ]
    return Starlette(routes=routes)
