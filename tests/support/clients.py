"""Clients that post documents over HTTP, to an application in the test's own process."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.applications import Starlette

from customer_gql.app import create_app
from customer_gql.database.pools import Database
from customer_gql.execution.plans import cache
from customer_gql.execution.plans.statements import frequency
from customer_gql.loading import merging
from customer_gql.security import hashing
from customer_gql.settings import Settings


class Client:
    """Posts documents as one viewer, over HTTP."""

    def __init__(self, http: httpx.AsyncClient, path: str, token: str | None) -> None:
        self.http = http
        self.path = path
        self.token = token

    async def post(self, query: str, **variables: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"query": query, "variables": variables}
        return await self.http.post(self.path, json=body, headers=headers)

    async def answer(self, query: str, **variables: Any) -> dict[str, Any]:
        """The body, without the cost that stands in every answer; tests/execution look at that."""
        body = (await self.post(query, **variables)).json()
        body.pop("extensions", None)
        return body

    async def data(self, query: str, **variables: Any) -> Any:
        answer = await self.answer(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]


def treat_documents_as_frequent() -> None:
    """In this process: tests count the statements of documents that come often, without sending each so many times."""
    merging.MERGE_AFTER = 0
    cache.OWN_STATEMENTS_AFTER = 2
    frequency.FREQUENT_AFTER = 3
    frequency.MAX_IDLE = 0


def hash_cheaply() -> None:
    """In this process: few tests are about hashing, and many sign in. A test that is sets the cost itself."""
    hashing.set_cost(memory_kib=8, passes=1)


def make_app(settings: Settings, database: Database) -> Starlette:
    """The application on an open database."""
    app = create_app(settings)
    app.state.databases = {"storefront": database, "admin": database}
    app.state.health = database.writes
    hash_cheaply()
    return app


@asynccontextmanager
async def served(settings: Settings, database: Database) -> AsyncGenerator[httpx.AsyncClient]:
    app = make_app(settings, database)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        yield http
