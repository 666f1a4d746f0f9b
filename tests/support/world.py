"""A shop of two websites, with something of every kind on one and somebody who may do everything on the other."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from customer_gql.core.actor import SYSTEM, actor_of
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.schema.tables import metadata
from customer_gql.staff.service_tokens import writes
from support.access_walk import GRAPH, Ids, selection
from support.clients import Client
from support.customers import customer_id, make_customer, make_full_customer
from support.staff import make_dead_mail, make_role, make_staff, make_website, session_of, staff_client

CHANGE_BY_LOOKING = {"staff_session"}  # a session's last use
"""Tables that a refused request may write to."""


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
    await record_customer_event(connection, victim.id, kind="EDITED", version=1, by=SYSTEM)
    token = await issue_customer_token(connection, victim.id)
    await impersonated(connection, victim.id)
    mail = encode_id("mai", await make_dead_mail(connection, recipient=victim.email, customer_id=victim.id))
    victim_ids = await ids_of(everything, customer_id(victim)) | await staff_of(connection, 1) | {"mai": mail}
    own_ids = {"cus": customer_id(own_customer), "stv": encode_id("stv", elsewhere)}
    own_ids |= await staff_of(connection, elsewhere)
    return World(
        victim=victim_ids,
        own=own_ids,
        markers=[
            victim.email,
            f"{victim.id:016x}",
            *(victim_ids[prefix] for prefix in ("stf", "rol", "svt", "sse", "mai")),
        ],
        manager=everything,
        stranger=stranger,
        customer=Client(http, "/admin/graphql", token),
        guest=Client(http, "/admin/graphql", None),
    )


async def ids_of(client: Client, id: str) -> dict[str, str]:
    """One id of each kind that hangs on the customer, found by asking for everything."""
    shape = selection(GRAPH.type_map["Customer"], 5)
    found: dict[str, str] = {}
    for value in texts((await client.data(f"query W($id: ID!) {{ customer(id: $id){shape} }}", id=id))["customer"]):
        prefix, _, keys = value.partition("_")
        if len(prefix) == 3 and keys and len(keys) % 16 == 0 and all(digit in "0123456789abcdef" for digit in keys):
            found.setdefault(prefix, value)
    return found


async def impersonated(connection: Any, customer: int) -> None:
    await connection.execute(
        "INSERT INTO impersonation (customer_id, id, staff_id, reason, started_at, expires_at)"
        " VALUES ($1, $2, $3, 'Walk', now(), now() + interval '1 hour')",
        customer,
        new_id(),
        (await make_staff(connection, await make_role(connection))).id,
    )


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts(inner)]
    return [value] if isinstance(value, str) else []


async def staff_of(connection: Any, website_id: int) -> dict[str, str]:
    role = await make_role(connection, website_ids=[website_id])
    user = await make_staff(connection, role)
    await session_of(connection, user.id)
    by = actor_of(
        Viewer(ViewerKind.STAFF, staff_id=user.id, permissions=frozenset(["customers.read"]), website_ids=None)
    )
    async with connection.transaction():
        token, _ = await writes.create_service_token(
            connection,
            name="Walk",
            permissions=["customers.read"],
            website_ids=[website_id],
            expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(days=1),
            by=by,
        )
    session = await connection.fetchval("SELECT id FROM staff_session WHERE staff_id = $1", user.id)
    event = await connection.fetchval("SELECT max(id) FROM staff_event")
    return {
        "rol": encode_id("rol", role),
        "stf": encode_id("stf", user.id),
        "svt": encode_id("svt", token),
        "sse": encode_id("sse", session),
        "sev": encode_id("sev", event),
    }


async def state(connection: Any) -> dict[str, Any]:
    """How many rows each table holds, and a sum over what stands in them."""
    parts = [
        f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {name} t"
        for name in sorted(metadata.tables)
        if name not in CHANGE_BY_LOOKING
    ]
    return {row[0]: (row[1], row[2]) for row in await connection.fetch(" UNION ALL ".join(parts))}
