"""One saved view, two people: the second waits for the first, and judges the view that it left."""

import asyncio

import pytest

from administration.grid_views.test_grid_views import CHOOSE, DELETE, UPDATE, call, keys, saved, show
from support.races import stop_after
from support.staff import staff_client

LOCK = ("FROM grid_view WHERE grid_view.id =", "FOR UPDATE")
UNKNOWN = [("NOT_FOUND", "grid_view.not_found", ["id"])]
STALE = [("VERSION_CONFLICT", "version.conflict", ["expectedVersion"])]


@pytest.fixture
async def clerk(http, connection):
    return await staff_client(http, connection)


@pytest.fixture
async def other(http, connection):
    return await staff_client(http, connection)


@pytest.fixture
async def view(clerk, connection):
    """Shared, and gone afterwards: other tests list the views that everybody sees."""
    id = (await saved(clerk, isShared=True))["id"]
    yield id
    await connection.execute("DELETE FROM grid_view WHERE id = $1", int(id[4:], 16))


async def race(connection, first, second):
    """The payloads of two calls, each a client, a document and an input."""
    async with stop_after(*LOCK) as stop:
        client, document, input = first
        leading = asyncio.create_task(call(client, document, **input))
        await stop.reached_by(leading)
        client, document, input = second
        following = asyncio.create_task(call(client, document, **input))
        assert await stop.is_waited_for_by(following, connection)
    return await leading, await following


async def stored(connection, view):
    return await connection.fetchrow("SELECT name, version FROM grid_view WHERE id = $1", int(view[4:], 16))


async def defaults(connection, view):
    return await connection.fetchval("SELECT count(*) FROM grid_view_default WHERE view_id = $1", int(view[4:], 16))


async def test_of_two_edits_of_one_version_the_second_is_a_conflict(clerk, other, view, connection):
    first, second = await race(
        connection,
        (clerk, UPDATE, {"id": view, "name": "First", "expectedVersion": 1}),
        (other, UPDATE, {"id": view, "name": "Second", "expectedVersion": 1}),
    )
    assert (first["view"]["version"], keys(second)) == (2, STALE)
    [conflict] = second["userErrors"][0]["conflicts"]
    assert (conflict["field"], conflict["yours"], conflict["stored"]) == ("name", "Second", "First")
    assert tuple(await stored(connection, view)) == ("First", 2)


async def test_of_two_edits_without_a_version_both_are_stored_one_after_the_other(clerk, other, view, connection):
    content = {"customers": {"filter": {"orderCount": {"gte": 7}}}}
    await race(
        connection, (clerk, UPDATE, {"id": view, "name": "First"}), (other, UPDATE, {"id": view, "content": content})
    )
    shown = await show(clerk, view)
    assert (shown["name"], shown["filter"], shown["version"]) == ("First", {"orderCount": {"gte": 7}}, 3)
    told = "SELECT version FROM staff_event WHERE subject = $1 ORDER BY id"
    assert [event.version for event in await connection.fetch(told, view)] == [1, 2, 3]


async def test_an_edit_of_a_view_that_is_deleted_meanwhile_finds_none(clerk, other, view, connection):
    deleted, edited = await race(
        connection, (clerk, DELETE, {"id": view}), (other, UPDATE, {"id": view, "name": "Late", "expectedVersion": 1})
    )
    assert (deleted["deletedId"], keys(edited)) == (view, UNKNOWN)
    assert await stored(connection, view) is None


async def test_a_view_that_is_edited_meanwhile_is_deleted_with_what_was_edited(clerk, other, view, connection):
    edited, deleted = await race(
        connection, (other, UPDATE, {"id": view, "name": "First"}), (clerk, DELETE, {"id": view})
    )
    assert (edited["userErrors"], deleted["deletedId"]) == ([], view)
    assert await stored(connection, view) is None


async def test_a_view_that_is_shared_no_more_is_nobody_elses_default(clerk, other, view, connection):
    """Who chooses it while that happens is told that it is not there; who has chosen it before loses it."""
    private = (clerk, UPDATE, {"id": view, "isShared": False})
    choose = (other, CHOOSE, {"grid": "CUSTOMERS", "viewId": view})
    _, chosen = await race(connection, private, choose)
    assert keys(chosen) == [("NOT_FOUND", "grid_view.not_found", ["viewId"])]
    assert await defaults(connection, view) == 0
    await call(clerk, UPDATE, id=view, isShared=True)
    chosen, _ = await race(connection, choose, private)
    assert chosen["userErrors"] == []
    assert await defaults(connection, view) == 0


async def test_a_default_of_a_view_that_is_deleted_meanwhile_goes_with_it(clerk, other, view, connection):
    chosen, deleted = await race(
        connection, (other, CHOOSE, {"grid": "CUSTOMERS", "viewId": view}), (clerk, DELETE, {"id": view})
    )
    assert (chosen["userErrors"], deleted["deletedId"]) == ([], view)
    assert await defaults(connection, view) == 0
