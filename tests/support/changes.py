"""Parts of the samples by which slices say how to call each mutation that changes a customer, so that it does.

A sample takes the scene, arranges what it needs, and gives who asks, the input, and the customer. With it stand the
kind of history entry it causes, and the fields that are there before and after.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from customer_gql.customers.accounts.writes import issue_customer_token
from support.clients import Client
from support.customers import customer_id
from support.mailed import newest_token


@dataclass
class Scene:
    connection: Any
    shopper: Callable[..., Awaitable[Any]]
    guest: Client
    staff: Client

    async def device(self, row: Any) -> Client:
        return Client(self.guest.http, "/graphql", await issue_customer_token(self.connection, row.id))

    async def mailed(self, recipient: str, template: str) -> str:
        return await newest_token(self.connection, recipient, template) or ""


@dataclass
class Change:
    client: Client
    input: dict[str, Any] | None
    row: Any = None
    """Nobody yet, at sign-up."""


Make = Callable[[Scene], Awaitable[Change]]
Changes = dict[str, list[tuple[Make, str, set[str]]]]


def own(**input: Any) -> Make:
    """What customers do to themselves while signed in."""

    async def make(scene: Scene) -> Change:
        row = await scene.shopper()
        return Change(await scene.device(row), input, row)

    return make


def by_staff(given: Any = None, **input: Any) -> Make:
    """What staff do to a customer named by `id`."""

    async def make(scene: Scene) -> Change:
        row = await scene.shopper(**(given or {}))
        return Change(scene.staff, {"id": customer_id(row), **input}, row)

    return make


async def subscribed(scene: Scene, row: Any) -> None:
    await (await scene.device(row)).data("mutation { newsletterSubscribe { userErrors { code } } }")
