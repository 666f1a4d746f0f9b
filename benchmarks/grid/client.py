"""Requests to the service in this process, with the statements that they run."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from prepare import BenchmarkShop

from customer_gql.app import create_app
from customer_gql.database.pools import Database, open_database
from customer_gql.database.projections import Projection
from customer_gql.settings import AdminSettings, load_settings

_UNLIMITED: Final = AdminSettings(bucket=10**9, rate=10**9)  # pyright: ignore[reportCallIssue]


@dataclass(frozen=True)
class Ran:
    """A statement that ran, with its values."""

    sql: str
    values: tuple[Any, ...]

    @property
    def is_of_grid(self) -> bool:
        return "customer_grid_row" in self.sql


@dataclass(frozen=True)
class Answer:
    data: Any
    errors: list[Any]
    statements: list[Ran]


@dataclass(eq=False)
class GridClient:
    """The administrator of a shop."""

    http: httpx.AsyncClient
    token: str
    database: Database
    seen: list[Ran] = field(default_factory=list)

    async def ask(self, document: str, **variables: Any) -> Answer:
        await asyncio.sleep(0)  # the driver tells of a statement a moment after its end
        self.seen.clear()
        body = {"query": document, "variables": variables}
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = (await self.http.post("/admin/graphql", json=body, headers=headers)).json()
        await asyncio.sleep(0)
        return Answer(answer.get("data"), answer.get("errors", []), list(self.seen))

    async def data(self, document: str, **variables: Any) -> Any:
        answer = await self.ask(document, **variables)
        assert not answer.errors, answer.errors
        return answer.data


@asynccontextmanager
async def serving(shop: BenchmarkShop, projections: tuple[Projection, ...]) -> AsyncGenerator[GridClient]:
    settings = load_settings(database_url=shop.url, environment="development", admin=_UNLIMITED)
    app = create_app(settings)
    seen: list[Ran] = []

    def note(record: Any) -> None:
        if record.query.lstrip().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "EXPLAIN")):
            seen.append(Ran(record.query, tuple(record.args or ())))

    async with open_database(
        shop.url, statement_timeout_seconds=600, projections=projections, on_statement=note
    ) as database:
        app.state.databases = {"storefront": database, "admin": database}
        app.state.health = database.reads
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bench", timeout=600) as http:
            yield GridClient(http, shop.token, database, seen)
