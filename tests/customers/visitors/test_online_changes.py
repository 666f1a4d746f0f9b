"""`nowOnlineChanged`: who enters, acts and leaves."""

from typing import Any

import pytest

from customer_gql.customers.visitors.online import OnlineChange, OnlineChangeKind, OnlinePeople
from customer_gql.settings import LiveSettings
from support.clients import make_app
from support.customers import make_customer
from support.live import settled, streaming
from support.staff import make_role, make_staff, make_website, session_of

FOLLOW = """subscription Online { nowOnlineChanged { change visitor {
  kind number email lastActivityAt customer { number } gridRow { kind } } } }"""


@pytest.fixture
def app(settings: Any, database: Any) -> Any:
    live = LiveSettings(poll_seconds=0.05)  # pyright: ignore
    return make_app(settings.model_copy(update={"live": live}), database)


async def staff_token(connection: Any, *permissions: str, website_ids: Any = None) -> str:
    role = await make_role(connection, ["customers.read", *permissions], website_ids)
    return await session_of(connection, (await make_staff(connection, role)).id)


async def be_active(connection: Any, customer: Any) -> None:
    await connection.execute(
        "INSERT INTO customer_activity (customer_id, last_activity_at) VALUES ($1, clock_timestamp())"
        " ON CONFLICT (customer_id) DO UPDATE SET last_activity_at = clock_timestamp()",
        customer.id,
    )


async def sign_out(connection: Any, customer: Any) -> None:
    statement = "UPDATE customer_activity SET last_sign_out_at = clock_timestamp() WHERE customer_id = $1"
    await connection.execute(statement, customer.id)


async def change(stream: Any, number: int | None) -> Any:
    """The next change of this person."""
    while True:
        told = (await stream.data())["data"]["nowOnlineChanged"]
        if told["visitor"]["number"] == number:
            return told


async def test_people_enter_act_and_leave(app: Any, connection: Any):
    customer = await make_customer(connection)
    token = await staff_token(connection)
    async with streaming(app, token, FOLLOW) as stream:
        await people_were_read(stream)
        await be_active(connection, customer)
        entered = await change(stream, customer.number)
        assert entered == {
            "change": "ENTERED",
            "visitor": {
                "kind": "CUSTOMER",
                "number": customer.number,
                "email": f"{customer.email[0]}•••@•••",
                "lastActivityAt": entered["visitor"]["lastActivityAt"],
                "customer": {"number": customer.number},
                "gridRow": {"kind": "CUSTOMER"},
            },
        }
        await be_active(connection, customer)
        updated = await change(stream, customer.number)
        assert updated["change"] == "UPDATED"
        assert updated["visitor"]["lastActivityAt"] > entered["visitor"]["lastActivityAt"]
        await sign_out(connection, customer)
        left = await change(stream, customer.number)
        assert (left["change"], left["visitor"]["lastActivityAt"]) == ("LEFT", updated["visitor"]["lastActivityAt"])
    assert settled(app)


async def people_were_read(stream: Any) -> None:
    """Until the list was read for who follows: changes are told from then on."""
    from support.blocking import wait_until

    async def read() -> bool:
        from customer_gql.customers.visitors.online import FOLLOWED_PEOPLE

        return any(reader.found is not None for reader in FOLLOWED_PEOPLE._by_pool.values())

    await wait_until(read)


async def test_staff_of_some_websites_hear_of_their_customers_alone(app: Any, connection: Any):
    website = await make_website(connection)
    ours, theirs = await make_customer(connection, website_id=website), await make_customer(connection)
    token = await staff_token(connection, "customers.pii", website_ids=[website])
    async with streaming(app, token, FOLLOW) as stream:
        await people_were_read(stream)
        await be_active(connection, theirs)
        await connection.execute(
            "INSERT INTO visitor (id, token_hash, last_activity_at) VALUES ($1, sha256($2), clock_timestamp())",
            theirs.id,
            str(theirs.id).encode(),
        )
        await be_active(connection, ours)
        told = (await stream.data())["data"]["nowOnlineChanged"]
        assert (told["change"], told["visitor"]["email"]) == ("ENTERED", ours.email)
    await connection.execute("DELETE FROM visitor WHERE id = $1", theirs.id)
    for customer in (ours, theirs):
        await sign_out(connection, customer)


class Row:
    def __init__(self, place: int) -> None:
        self.kind, self.place = "CUSTOMER", place

    def __repr__(self) -> str:
        return f"Row({self.place})"


def people(number: int, *rows: Row) -> OnlinePeople:
    return OnlinePeople(number, {(row.kind, row.place): row for row in rows}, [])  # pyright: ignore


def test_a_slow_client_hears_of_each_person_once_and_as_they_are_now():
    one, two, three, later = Row(1), Row(2), Row(3), Row(2)
    told, newest = people(1, one, two), people(9, later, three)
    kinds = {change.visitor: change.change.value for change in newest.changes_since(told)}
    assert kinds == {one: "LEFT", later: "UPDATED", three: "ENTERED"}
    left = OnlineChange(OnlineChangeKind.LEFT, one)  # pyright: ignore
    entered = OnlineChange(OnlineChangeKind.ENTERED, three)  # pyright: ignore
    partly = told.with_changes([left, entered])
    assert {change.visitor: change.change.value for change in newest.changes_since(partly)} == {later: "UPDATED"}
    assert newest.changes_since(newest) == []
