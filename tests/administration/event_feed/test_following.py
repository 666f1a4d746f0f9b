"""`eventPublished`: what happens from now on, or from a cursor on, without a gap."""

import json
from typing import Any

import pytest

from customer_gql.administration.event_feed import following
from customer_gql.administration.event_feed.feed import encode_event_cursor
from customer_gql.core.actor import SYSTEM
from customer_gql.database.pools import open_database
from customer_gql.messaging.events.numbering import number_events
from customer_gql.messaging.events.writes import Event, emit
from customer_gql.messaging.jobs.work import Tools
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.settings import LiveSettings
from support.blocking import wait_until
from support.clients import make_app
from support.customers import customer_id, make_customer
from support.live import settled, stream_with, streaming
from support.staff import make_role, make_staff, make_website, session_of

FOLLOW = """subscription Feed($after: String, $types: [EventType!]) {
  eventPublished(after: $after, types: $types) { cursor type subjectId } }"""


@pytest.fixture
async def database(empty_database_url: str, statements: Any) -> Any:
    """Of this test alone, so that the feed has its events alone."""
    async with open_database(empty_database_url, on_statement=statements, projections=PROJECTIONS) as opened:
        yield opened


@pytest.fixture
def app(settings: Any, database: Any) -> Any:
    live = LiveSettings(poll_seconds=0.05)  # pyright: ignore
    return make_app(settings.model_copy(update={"live": live}), database)


@pytest.fixture
def publish(connection: Any, database: Any, settings: Any) -> Any:
    """Events of a customer, numbered as a worker does."""

    async def emit_events(customer: Any, *names: str, **more: Any) -> None:
        for name in names:
            await emit(connection, [Event(name, customer_id(customer), (), customer.id, **more)], by=SYSTEM)
        while await number_events(Tools(database, settings)):
            pass

    return emit_events


async def staff_token(connection: Any, website_ids: Any = None) -> str:
    role = await make_role(connection, ["events.read"], website_ids)
    return await session_of(connection, (await make_staff(connection, role)).id)


async def read(stream: Any, count: int) -> list[tuple[str, str]]:
    """Id of the event and type, of so many events."""
    found = []
    for _ in range(count):
        event = await stream.event()
        told = json.loads(event["data"])["data"]["eventPublished"]
        assert event["id"] == told["cursor"]
        found.append((told["cursor"], told["type"]))
    return found


def cursors(*positions: int) -> list[str]:
    return [encode_event_cursor(position) for position in positions]


async def test_events_from_now_on_and_from_a_cursor_on(app: Any, connection: Any, publish: Any):
    customer, token = await make_customer(connection), await staff_token(connection)
    await publish(customer, "customer.created", "customer.updated")
    async with (
        streaming(app, token, FOLLOW) as later,
        streaming(app, token, FOLLOW, after=cursors(1)[0]) as all_of_them,
    ):
        assert await read(all_of_them, 1) == [(cursors(2)[0], "CUSTOMER_UPDATED")]
        await feed_was_read()
        await publish(customer, "customer.locked", "customer.unlocked")
        expected = [*zip(cursors(3, 4), ["CUSTOMER_LOCKED", "CUSTOMER_UNLOCKED"], strict=True)]
        assert await read(later, 2) == expected
        assert await read(all_of_them, 2) == expected
    assert settled(app)


async def feed_was_read() -> None:
    """Until it was for all who follow: new ones are told of what comes after."""

    async def was_read() -> bool:
        return any(reader.found is not None for reader in following.FOLLOWED_EVENTS._by_pool.values())

    await wait_until(was_read)


async def test_a_client_that_was_cut_off_goes_on_after_the_last_event(app: Any, connection: Any, publish: Any):
    customer, token = await make_customer(connection), await staff_token(connection)
    await publish(customer, *["customer.updated"] * 5)
    headers = {"authorization": f"Bearer {token}"}
    first = cursors(1)[0]
    async with stream_with(app, FOLLOW, {"after": first}, headers) as stream:
        assert [cursor for cursor, _ in await read(stream, 2)] == cursors(2, 3)
    headers["last-event-id"] = cursors(3)[0]
    async with stream_with(app, FOLLOW, {"after": first}, headers) as stream:
        assert [cursor for cursor, _ in await read(stream, 2)] == cursors(4, 5)


async def test_a_slow_client_stays_at_its_place(
    app: Any, connection: Any, publish: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(following, "_KEPT", 5)
    monkeypatch.setattr(following, "_PAGE", 3)
    customer, token = await make_customer(connection), await staff_token(connection)
    await publish(customer, "customer.created")
    async with (
        streaming(app, token, FOLLOW, after=cursors(1)[0]) as slow,
        streaming(app, token, FOLLOW, after=cursors(1)[0]) as quick,
    ):
        for number in range(2, 32):
            await publish(customer, "customer.updated")
            assert [cursor for cursor, _ in await read(quick, 1)] == cursors(number)
        assert [cursor for cursor, _ in await read(slow, 30)] == cursors(*range(2, 32))
        kept = [reader.found for reader in following.FOLLOWED_EVENTS._by_pool.values() if reader.found]
        assert [len(recent.events) for recent in kept] == [5]


async def test_types_and_websites_narrow_the_feed(app: Any, connection: Any, publish: Any):
    website = await make_website(connection)
    ours, theirs = await make_customer(connection, website_id=website), await make_customer(connection)
    everywhere, somewhere = await staff_token(connection), await staff_token(connection, [website])
    await publish(theirs, "customer.created")  # position 1
    begin = cursors(1)[0]
    async with (
        streaming(app, everywhere, FOLLOW, after=begin, types=["CUSTOMER_LOCKED"]) as locked,
        streaming(app, somewhere, FOLLOW, after=begin) as seen,
    ):
        for customer in (theirs, ours):
            await publish(customer, "customer.updated", "customer.locked")
        assert [cursor for cursor, _ in await read(locked, 2)] == cursors(3, 5)
        assert [cursor for cursor, _ in await read(seen, 2)] == cursors(4, 5)
    async with streaming(app, somewhere, FOLLOW, after=begin) as seen:  # pages are narrowed as memory is
        assert [cursor for cursor, _ in await read(seen, 2)] == cursors(4, 5)


async def test_a_cursor_that_leads_nowhere_is_refused(app: Any, connection: Any, publish: Any):
    customer, token = await make_customer(connection), await staff_token(connection)
    await publish(customer, *["customer.updated"] * 3)
    await connection.execute("DELETE FROM domain_event WHERE position <= 2")
    await connection.execute("UPDATE domain_event_feed SET deleted_through = 2 WHERE name = 'events'")
    for after, key in (
        (cursors(1)[0], "events.cursor_expired"),
        (cursors(99)[0], "events.cursor_of_other_database"),
        ("rubbish", None),
    ):
        async with streaming(app, token, FOLLOW, after=after) as stream:
            [error] = (await stream.data())["errors"]
            assert (error["extensions"]["code"], error["extensions"].get("key")) == ("BAD_USER_INPUT", key)
            assert await stream.event() == {"event": "complete", "data": ""}
    async with streaming(app, token, FOLLOW, after=cursors(2)[0]) as stream:
        assert [cursor for cursor, _ in await read(stream, 1)] == cursors(3)


async def test_who_follows_needs_the_permission(app: Any, connection: Any):
    role = await make_role(connection, ["customers.read"])
    token = await session_of(connection, (await make_staff(connection, role)).id)
    async with streaming(app, token, FOLLOW) as stream:
        refused = {"code": "FORBIDDEN", "permission": "events.read"}
        assert (await stream.data())["errors"][0]["extensions"] == refused


async def test_followers_of_the_feed_share_a_statement(app: Any, connection: Any, publish: Any, statements: Any):
    customer, token = await make_customer(connection), await staff_token(connection)
    await publish(customer, "customer.created")
    async with (
        streaming(app, token, FOLLOW, after=cursors(1)[0]) as one,
        streaming(app, token, FOLLOW, after=cursors(1)[0]) as two,
    ):
        await publish(customer, "customer.updated")
        await read(one, 1)
        await read(two, 1)
        await statements.clear()
        await publish(customer, "customer.updated")
        await read(one, 1)
        await read(two, 1)
        reads = {text for text in statements.texts if "scanned_to" in text}
        assert len(reads) == 1
