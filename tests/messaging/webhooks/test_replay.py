"""Events are sent to a webhook once more, as a job that accounts for each of them."""

import pytest

from customer_gql.administration.event_feed.feed import encode_event_cursor
from customer_gql.administration.webhooks import replay
from customer_gql.core.actor import SYSTEM
from customer_gql.core.ids import decode_id, encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.messaging.events.cleanup import delete_old_events
from customer_gql.messaging.events.writes import Event, emit
from support.customers import customer_id
from support.hooks import DELETE, REPLAY, Hooks
from support.jobs import outcomes, run_all, show
from support.receivers import receiving
from support.staff import make_website, staff_client

URL = "https://crm.example.com/hook"
ROWS = """query R($id: ID!) { job(id: $id) { kind problems { key count } rows { nodes { id outcome key } } undo { isPossible key } } }"""
CANCEL = "mutation C($id: ID!) { jobCancel(input: { id: $id }) { userErrors { key } } }"
RETRY = "mutation R($id: ID!) { jobRetry(input: { id: $id }) { job { id } userErrors { key } } }"


@pytest.fixture
def told(tell, fan_out):
    """Things that happened one after another, and have their places in the feed: 1, 2, 3 and so on."""

    async def happen(*names, **given):
        rows = [await tell(name, **given) for name in names]
        await fan_out()
        return rows

    return happen


async def refused(client, **input):
    answer = (await client.data(REPLAY, input=input))["webhookReplay"]
    assert answer["job"] is None
    return [(error["code"], error["key"], error["path"]) for error in answer["userErrors"]]


def subjects(requests):
    return [request.json["data"]["subjectId"] for request in requests]


async def test_what_was_missed_while_it_was_disabled_is_sent(hooks, told, work, tools):
    async with receiving() as receiver:
        id, secret = await hooks.create(receiver.url)
        seen = await told("customer.updated")
        await work()
        await hooks.update(id, status="DISABLED")
        missed = await told("customer.updated", "customer.updated", "customer.locked")
        await hooks.update(id, status="ACTIVE")
        await work()
        assert subjects(receiver.requests) == [customer_id(row) for row in seen]
        job = await hooks.replay(id)
        await run_all(tools)
        await work()
        again = receiver.requests[1:]
        assert sorted(subjects(again)) == sorted(customer_id(row) for row in [*seen, *missed[:2]])
        assert all(request.verify(secret) for request in again)
        # What it has seen before has the id from before.
        assert receiver.requests[0].headers["webhook-id"] in {request.headers["webhook-id"] for request in again}
        done = await show(hooks.client, job)
        assert (done["status"], done["totalCount"], done["doneCount"]) == ("DONE", 3, 3)
        shown = (await hooks.client.data(ROWS, id=job))["job"]
        assert shown == {
            "kind": "WEBHOOK_REPLAY",
            "problems": [],
            "rows": {
                "nodes": [{"id": customer_id(row), "outcome": "DONE", "key": None} for row in [*seen, *missed[:2]]]
            },
            "undo": {"isPossible": False, "key": "undo.not_possible"},
        }


async def test_a_replay_is_narrowed_by_cursors_and_types(hooks, told, tools):
    id, _ = await hooks.create(URL, "CUSTOMER_UPDATED", "CUSTOMER_LOCKED", "CUSTOMER_DELETED")
    names = ["customer.updated", "customer.locked", "customer.updated", "customer.activated", "customer.locked"]
    rows = await told(*names)
    known = len(await hooks.deliveries(id))

    async def replayed(**more):
        nonlocal known
        await hooks.replay(id, **more)
        await run_all(tools)
        found = [one["subjectId"] for one in await hooks.deliveries(id)][known:]
        known += len(found)
        return [rows.index(row) + 1 for row in rows if customer_id(row) in found]

    assert await replayed() == [1, 2, 3, 5]
    assert await replayed(after=encode_event_cursor(1)) == [2, 3, 5]
    assert await replayed(after=encode_event_cursor(1), until=encode_event_cursor(3)) == [2, 3]
    assert await replayed(until=encode_event_cursor(4), types=["CUSTOMER_LOCKED"]) == [2]
    assert await replayed(types=["CUSTOMER_LOCKED", "CUSTOMER_UPDATED"]) == [1, 2, 3, 5]


async def test_only_events_of_the_websites_of_the_webhook_are_sent(hooks, told, tools, connection):
    other = await make_website(connection)
    id, _ = await hooks.create(URL, "CUSTOMER_UPDATED", "JOB_FINISHED", websiteIds=[encode_id("web", 1)])
    await told("customer.updated", website_id=other)
    [mine] = await told("customer.updated", website_id=1)
    for websites in ([1], [1, other], None):
        await emit(connection, [Event("job.finished", f"job_{websites}", website_ids=websites)], by=SYSTEM)
    await told()
    job = await hooks.replay(id)
    await run_all(tools)
    assert (await show(hooks.client, job))["totalCount"] == 2
    assert [one["subjectId"] for one in await hooks.deliveries(id)][-2:] == [customer_id(mine), "job_[1]"]


async def test_what_cannot_be_replayed_says_why(hooks, told, connection, monkeypatch):
    id, _ = await hooks.create(URL)
    assert await refused(hooks.client, id=id) == [("NOT_ALLOWED", "webhook.nothing_to_replay", ["after"])]
    await told("customer.updated", "customer.updated")
    assert await refused(hooks.client, id=id, types=["CUSTOMER_UPDATED", "CUSTOMER_LOCKED"]) == [
        ("INVALID", "webhook.type_not_sent", ["types", "1"])
    ]
    assert await refused(hooks.client, id=id, types=[]) == [("NOT_ALLOWED", "webhook.nothing_to_replay", ["after"])]
    backwards = {"after": encode_event_cursor(2), "until": encode_event_cursor(1)}
    assert await refused(hooks.client, id=id, **backwards) == [("NOT_ALLOWED", "webhook.nothing_to_replay", ["after"])]
    monkeypatch.setattr(replay, "MAX_REPLAYED", 1)
    assert await refused(hooks.client, id=id) == [("TOO_MANY", "webhook.too_many_events", ["after"])]
    await hooks.update(id, status="DISABLED")
    assert await refused(hooks.client, id=id) == [("NOT_ALLOWED", "webhook.disabled", ["id"])]
    await hooks.client.data(DELETE, input={"id": id})
    for unknown, key in ((id, "webhook.not_found"), ("cus_1", "id.malformed")):
        assert await refused(hooks.client, id=unknown) == [("NOT_FOUND", key, ["id"])]
    assert await connection.fetchval("SELECT count(*) FROM job_run") == 0
    assert await connection.fetchval("SELECT count(*) FROM job_part") == 0


async def test_cursors_are_judged_as_those_of_the_feed(hooks, told, tools, connection):
    id, _ = await hooks.create(URL)
    await told("customer.updated", "customer.updated")
    await connection.execute("UPDATE domain_event SET occurred_at = now() - interval '31 days' WHERE position = 1")
    await delete_old_events(tools)
    for name in ("after", "until"):
        for cursor, key in (
            (encode_event_cursor(0), "events.cursor_expired"),
            (encode_event_cursor(3), "events.cursor_of_other_database"),
            ("rubbish", None),
        ):
            answer = await hooks.client.answer(REPLAY, input={"id": id, name: cursor})
            [error] = answer["errors"]
            assert (error["extensions"]["code"], error["extensions"].get("key")) == ("BAD_USER_INPUT", key)
            assert error["message"].startswith(name)
    assert await connection.fetchval("SELECT count(*) FROM job_run") == 0


async def test_a_replay_takes_what_a_change_of_the_webhook_takes(http, connection, hooks, told):
    """Its permission, its websites, and `customers.pii` for profiles."""
    await told("customer.updated", website_id=1)
    everywhere, _ = await hooks.create(URL)
    personal, _ = await hooks.create(URL, content="PROFILE", websiteIds=[encode_id("web", 1)])
    client = await staff_client(http, connection, ["webhooks.manage"], [1])
    assert await refused(client, id=everywhere) == [("NOT_FOUND", "webhook.not_found", ["id"])]
    reader = await staff_client(http, connection, ["events.read", "customers.pii"])
    for asker, permission in ((client, "customers.pii"), (reader, "webhooks.manage")):
        answer = await asker.answer(REPLAY, input={"id": personal})
        assert answer["data"] == {"webhookReplay": None}
        assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": permission}
    assert await connection.fetchval("SELECT count(*) FROM job_run") == 0


async def narrow(hooks, id, connection):
    await hooks.update(id, types=["CUSTOMER_LOCKED"])


async def disable(hooks, id, connection):
    await hooks.update(id, status="DISABLED")


async def remove(hooks, id, connection):
    await hooks.client.data(DELETE, input={"id": id})


async def widen(hooks, id, connection):
    """Beyond what the owner of the job reaches."""
    await hooks.update(id, websiteIds=None)


async def make_personal(hooks, id, connection):
    """Which the owner of the job may not see."""
    await hooks.update(id, content="PROFILE")


async def forget(hooks, id, connection):
    await connection.execute("DELETE FROM domain_event")


@pytest.mark.parametrize(
    ("change", "outcome", "key"),
    [
        (narrow, "REFUSED", "webhook.not_asked_for"),
        (disable, "REFUSED", "webhook.disabled"),
        (remove, "REFUSED", "webhook.not_found"),
        (widen, "REFUSED", "webhook.not_found"),
        (make_personal, "REFUSED", "webhook.not_found"),
        (forget, "NOT_FOUND", None),
    ],
)
async def test_a_webhook_that_changed_since_gets_nothing_it_may_not(
    change, outcome, key, http, connection, hooks, told, tools
):
    await told("customer.updated", "customer.updated", website_id=1)
    id, _ = await hooks.create(URL, websiteIds=[encode_id("web", 1)])
    owner = Hooks(await staff_client(http, connection, ["webhooks.manage", "customers.read"], [1]), connection)
    job = await owner.replay(id)
    await change(hooks, id, connection)
    await run_all(tools)
    shown = (await owner.client.data(ROWS, id=job))["job"]
    assert [(one["outcome"], one["key"]) for one in shown["rows"]["nodes"]] == [(outcome, key)] * 2
    assert await connection.fetchval("SELECT count(*) FROM webhook_delivery") == 0


async def test_the_owner_of_a_replay_needs_the_permissions_to_the_end(http, connection, hooks, told, tools):
    await told("customer.updated")
    id, _ = await hooks.create(URL, content="PROFILE")
    job = await Hooks(await staff_client(http, connection, ALL_PERMISSIONS), connection).replay(id)
    lost = "UPDATE staff_role SET permissions = array_remove(permissions, 'customers.pii') WHERE id ="
    await connection.execute(f"{lost} (SELECT role_id FROM staff_user u JOIN job_run j ON j.actor_id = u.id)")
    await run_all(tools)
    shown = await show(hooks.client, job)
    assert (shown["status"], shown["cancelReason"], shown["canceledCount"]) == ("CANCELED", "OWNER_LOST_ACCESS", 1)
    assert await connection.fetchval("SELECT count(*) FROM webhook_delivery") == 0


async def test_a_key_makes_one_job(hooks, told):
    await told("customer.updated")
    id, _ = await hooks.create(URL)
    first = await hooks.replay(id, idempotencyKey="r-1")
    await told("customer.updated")
    assert await hooks.replay(id, idempotencyKey="r-1") == first
    answer = await hooks.client.answer(REPLAY, input={"id": id, "idempotencyKey": "r-1", "types": ["CUSTOMER_UPDATED"]})
    assert answer["errors"][0]["extensions"]["code"] == "IDEMPOTENCY_CONFLICT"
    assert (await show(hooks.client, first))["totalCount"] == 1


async def test_a_replay_that_was_canceled_is_retried(hooks, told, tools, connection):
    await told("customer.updated", "customer.updated")
    id, _ = await hooks.create(URL)
    job = await hooks.replay(id)
    assert (await hooks.client.data(CANCEL, id=job))["jobCancel"]["userErrors"] == []
    await run_all(tools)
    assert await outcomes(connection, job) == ["CANCELED", "CANCELED"]
    assert await hooks.deliveries(id) == []
    again = (await hooks.client.data(RETRY, id=job))["jobRetry"]["job"]["id"]
    await run_all(tools)
    assert await outcomes(connection, again) == ["DONE", "DONE"]
    assert len(await hooks.deliveries(id)) == 2


async def test_deliveries_of_a_replay_are_in_the_order_of_the_feed(hooks, told, tools, connection):
    await told(*["customer.updated"] * 20)
    id, _ = await hooks.create(URL)
    await hooks.replay(id)
    await run_all(tools)
    places = await connection.fetch(
        "SELECT e.position FROM webhook_delivery d JOIN domain_event e ON e.id = d.event_id WHERE d.webhook_id = $1 ORDER BY d.id",
        decode_id(id, "whk"),
    )
    assert [row.position for row in places] == list(range(1, 21))


async def test_a_replay_takes_the_same_statements_for_1_and_for_50_events(hooks, told, tools, statements):
    await told(*["customer.updated"] * 50)
    id, _ = await hooks.create(URL)
    counts = []
    for last in (1, 50):
        await statements.clear()
        await hooks.replay(id, until=encode_event_cursor(last))
        await run_all(tools)
        counts.append(await statements.count())
    assert counts[0] == counts[1], statements.texts
