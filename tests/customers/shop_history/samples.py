"""Samples of the history of all customers for the tests that walk the whole graph."""

from customer_gql.core.actor import SYSTEM, Actor, ActorKind
from customer_gql.core.ids import encode_id
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile.tables import deleted_customer
from customer_gql.database.statements import Connection
from support.access_walk import Sample
from support.customers import make_customer, put
from support.made_rows import MadeRows
from support.staff import make_role, make_staff, make_website


def filtered(key: str, prefix: str) -> Sample:
    return lambda ids: {"filter": {key: {"eq": ids[prefix], "in": [ids[prefix]], "notIn": []}}}


NOT_PERSONAL = {"HistoryEventGridRow.kind": "a word of this service"}
CALLS = {
    "history": [
        lambda _: {},
        lambda ids: {"viewId": ids["gvw"]},
        filtered("staff", "stf"),
        filtered("impersonator", "stf"),
        filtered("website", "web"),
    ]
}


async def make_rows(connection: Connection, count: int) -> MadeRows:
    """Events of three customers of one website, one of whom is deleted."""
    website = await make_website(connection)
    here = {"website_id": website, "created_in_store_view_id": website}
    owners = [await make_customer(connection, **here) for _ in range(3)]
    staff = await make_staff(connection, await make_role(connection))
    actors = [SYSTEM, Actor(ActorKind.STAFF, staff.id), Actor(ActorKind.CUSTOMER, owners[1].id, staff.id)]

    async def record(connection: Connection, number: int) -> None:
        owner, by = owners[number % 3], actors[number // 2 % 3]
        if number % 4 == 0:
            await record_customer_event(connection, owner.id, kind="EDITED", version=number, by=by)
        else:
            await record_customer_event(connection, owner.id, kind="LOCKED_OUT", version=number, by=by)

    for number in range(count):
        await record(connection, number)
    gone = owners[0]
    await connection.execute("DELETE FROM customer WHERE id = $1", gone.id)
    await put(connection, deleted_customer, customer_id=gone.id, number=gone.number, website_id=website, actor="SYSTEM")

    async def add(connection: Connection) -> None:
        await record(connection, 1)

    return MadeRows({"website": {"eq": encode_id("web", website)}}, add, website)


GRID_ROWS = {"HISTORY": make_rows}
