"""A shop of two websites, with something of every kind on one and somebody who may do everything on the other."""

from dataclasses import dataclass
from typing import Any

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.schema.tables import metadata
from support.access_walk import GRAPH, Ids, selection
from support.clients import Client
from support.customers import customer_id, make_customer, make_full_customer
from support.slice_samples import sample_modules
from support.staff import make_website, staff_client

CHANGE_BY_LOOKING = {
    "staff_session",  # its last use
    "refused_movement",  # what a key was answered
    *("job_run", "job_part", "job_row"),  # what was asked of customers who are not found
    *("selection", "selection_batch", "record_version"),  # the same
}
"""Tables that a refused request may write to."""
WRITTEN_BY_LOOKING = {"domain_event": "type = 'job.finished'"}
"""Rows of other tables that one may write."""


@dataclass
class World:
    victim: dict[str, str]
    own: dict[str, str]
    markers: list[str]
    manager: Client
    stranger: Client
    customer: Client
    guest: Client

    def foreign(self) -> Ids:
        return Ids(self.victim, self.own)

    def unknown(self, key: int = 0xFFFFF) -> Ids:
        return Ids({prefix: unknown_id(id, key) for prefix, id in self.victim.items()}, self.own)


def unknown_id(id: str, key: int) -> str:
    """An id of that kind and shape which nothing has."""
    prefix, _, keys = id.partition("_")
    return encode_id(prefix, *[key] * (len(keys) // 16))


async def build(http: Any, connection: Any) -> World:
    elsewhere = await make_website(connection)
    everything = await staff_client(http, connection)
    victim = await make_full_customer(connection)
    own_customer = await make_customer(connection, website_id=elsewhere, created_in_store_view_id=elsewhere)
    stranger = await staff_client(http, connection, website_ids=[elsewhere])
    token = await issue_customer_token(connection, victim.id)
    victims, own = await furnish(connection, victim), await furnish(connection, own_customer)
    victim_ids = await ids_of(everything, customer_id(victim)) | victims
    own_ids = {"cus": customer_id(own_customer), "stv": encode_id("stv", elsewhere), **own}
    return World(
        victim=victim_ids,
        own=own_ids,
        markers=[
            victim.email,
            f"{victim.id:016x}",
            *victims.values(),
        ],
        manager=everything,
        stranger=stranger,
        customer=Client(http, "/admin/graphql", token),
        guest=Client(http, "/admin/graphql", None),
    )


async def furnish(connection: Any, customer: Any) -> dict[str, str]:
    """Give the customer something of every kind that slices add; ids of what `Customer` does not lead to."""
    made: dict[str, str] = {}
    for module in sample_modules():
        if hasattr(module, "furnish"):
            made |= await module.furnish(connection, customer)
    return made


async def ids_of(client: Client, id: str) -> dict[str, str]:
    """One id of each kind that hangs on the customer, found by asking for everything."""
    shape = selection(GRAPH.type_map["Customer"], 5)
    found: dict[str, str] = {}
    for value in texts((await client.data(f"query W($id: ID!) {{ customer(id: $id){shape} }}", id=id))["customer"]):
        prefix, _, keys = value.partition("_")
        if len(prefix) == 3 and keys and len(keys) % 16 == 0 and all(digit in "0123456789abcdef" for digit in keys):
            found.setdefault(prefix, value)
    return found


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts(inner)]
    return [value] if isinstance(value, str) else []


async def state(connection: Any) -> dict[str, Any]:
    """How many rows each table holds, and a sum over what stands in them."""
    parts = [
        f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {name} t"
        f" WHERE NOT ({WRITTEN_BY_LOOKING.get(name, 'false')})"
        for name in sorted(metadata.tables)
        if name not in CHANGE_BY_LOOKING
    ]
    return {row[0]: (row[1], row[2]) for row in await connection.fetch(" UNION ALL ".join(parts))}
