"""Writers of the stored values of a customer, as slices declare them in `WRITERS` of their samples, so that tests put every
two of them together.

A writer takes the subject and a turn, so that what two turns write differs, and gives who calls which mutation with what.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.schema import admin, storefront
from support.clients import Client

BOOKKEEPING = {
    "telephone_e164",
    "version",
    "updated_at",
    "name_sort_key",
    "region_code",
    "email_verified_at",
    "is_self_registered",
}
FLAGS = {"is_default_billing": "default_billing_address", "is_default_shipping": "default_shipping_address"}
CONFLICTS = "code path ... on VersionConflictError { currentVersion conflicts { field base yours stored } }"
OF_OTHER_RECORDS = {"mailTemplateUpdate", "mailTemplateReset"}
OF_OTHER_RECORDS |= {
    "attributeUpdate",
    "staffUpdate",
    "staffRoleUpdate",
    "customerGroupUpdate",
    "companyUpdate",
    "companyProfileUpdate",
}
OF_OTHER_RECORDS |= {"websiteUpdate", "storeUpdate", "storeViewUpdate"}
"""Mutations with a version that are not of a customer."""
OF_MANAGED_RECORDS = {
    "catalogPriceRuleUpdate",
    "cartPriceRuleUpdate",
    "taxClassUpdate",
    "taxRateUpdate",
    "taxRuleUpdate",
}
"""The same of records whose edits `commerce/managed` merges; see the tests of their slices."""
Stored = dict[tuple[str, str], Any]
"""Values by record and column; records are named as the history names them, the customer's own row by ''."""


def inputs_with_version() -> set[str]:
    """Mutations that take an expected version."""
    found = set[str]()
    for side in (storefront, admin):
        for name, field in side.schema._schema.mutation_type.fields.items():  # pyright: ignore
            input = getattr(field.args.get("input"), "type", None)
            fields = getattr(getattr(input, "of_type", input), "fields", {})
            if "expectedVersion" in fields:
                found.add(name)
    return found


class ClientAtView(Client):
    """Calls as a storefront of one store view does."""

    def __init__(self, http: httpx.AsyncClient, token: str, view: str) -> None:
        super().__init__(http, "/graphql", token)
        self.view = view

    async def post(self, query: str, **variables: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", "X-Store-View": self.view}
        return await self.http.post(self.path, json={"query": query, "variables": variables}, headers=headers)


@dataclass
class Subject:
    """A customer with three addresses: `home` is the default for both, `work` and `spare` for nothing."""

    connection: Any
    staff: Client
    id: int
    home: int
    work: int
    spare: int
    other_websites: list[int]

    async def device(self) -> Client:
        token = await issue_customer_token(self.connection, self.id)
        view = await self.connection.fetchval(
            "SELECT v.code FROM customer c JOIN store s ON s.website_id = c.website_id AND s.is_default"
            " JOIN store_view v ON v.store_id = s.id AND v.is_default WHERE c.id = $1",
            self.id,
        )
        return ClientAtView(self.staff.http, token, view)

    async def version(self) -> int:
        return await self.connection.fetchval("SELECT version FROM customer WHERE id = $1", self.id)

    async def stored(self) -> Stored:
        """Which address is a default is a value of the customer."""
        customer = await self.connection.fetchrow("SELECT * FROM customer WHERE id = $1", self.id)
        found = {("", column): value for column, value in customer.items()}
        found |= dict.fromkeys(("", default) for default in FLAGS.values())
        for row in await self.connection.fetch("SELECT * FROM address WHERE customer_id = $1", self.id):
            record = encode_id("adr", self.id, row.id)
            content = {column: value for column, value in row.items() if column not in FLAGS}
            del content["customer_id"], content["id"], content["created_at"]
            found |= {(record, column): value for column, value in content.items()}
            found |= {("", default): record for flag, default in FLAGS.items() if row[flag]}
        for row in await self.connection.fetch(
            "SELECT store_view_id, status FROM newsletter_subscription WHERE customer_id = $1", self.id
        ):
            found[encode_id("sub", self.id, row.store_view_id), "status"] = row.status
        return {key: value for key, value in found.items() if key[1] not in BOOKKEEPING}

    def is_known(self, record: str) -> str:
        """A record of one subject by a name that all subjects share."""
        keys = {encode_id("adr", self.id, getattr(self, name)): name for name in ("home", "work", "spare")}
        return keys.get(record, record.partition("_")[0])


def changed(before: Stored, after: Stored) -> Stored:
    """What a write changed, with the values after it."""
    keys = before.keys() | after.keys()
    return {key: after.get(key) for key in keys if before.get(key) != after.get(key)}


Writer = Callable[[Subject, int], Awaitable[tuple[str, Client, Mapping[str, Any] | None] | None]]
"""None where it has written already, by other means than a mutation."""


async def write(
    writer: Writer, subject: Subject, turn: int, *, version: int | None = None, leave_out: Collection[str] = ()
) -> list[dict[str, Any]]:
    """The refusals of a mutation. `version` is what it is based on."""
    made = await writer(subject, turn)
    if made is None:
        return []
    name, client, given = made
    input = None if given is None else {key: value for key, value in given.items() if key not in leave_out}
    if input is not None and version is not None:
        input["expectedVersion"] = version
    side: Any = storefront if client.path == "/graphql" else admin
    field = side.schema._schema.mutation_type.fields[name]
    head, call = (f"($input: {field.args['input'].type})", "(input: $input)") if input is not None else ("", "")
    variables = {} if input is None else {"input": input}
    answer = await client.data(f"mutation W{head} {{ {name}{call} {{ userErrors {{ {CONFLICTS} }} }} }}", **variables)
    return answer[name]["userErrors"]
