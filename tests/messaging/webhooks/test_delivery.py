"""Events reach real receivers: signed, at least once, whatever these answer."""

import asyncio
import datetime as dt

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from standardwebhooks.webhooks import WebhookVerificationError

from customer_gql.core.actor import SYSTEM
from customer_gql.core.ids import encode_id
from customer_gql.messaging.events.writes import Event, emit
from customer_gql.messaging.webhooks import outcomes
from customer_gql.messaging.webhooks.delivery import MORE_AT_ONCE, deliver_events
from support.customers import customer_id, make_customer
from support.hooks import RETRY, TEST
from support.receivers import answer, flood, hang, in_turn, receiving
from support.staff import make_website


async def test_an_event_arrives_signed(hooks, tell, work):
    async with receiving() as receiver:
        id, secret = await hooks.create(receiver.url)
        row = await tell()
        await work()
        [request] = receiver.requests
        [delivery] = await hooks.deliveries(id)
        assert request.head == "POST /hook HTTP/1.1"
        assert request.headers["content-type"] == "application/json"
        assert request.headers["webhook-id"] == delivery["eventId"]
        assert request.verify(secret) == {
            "type": "customer.updated",
            "timestamp": request.json["timestamp"],
            "data": {
                "subjectId": customer_id(row),
                "actor": "SYSTEM",
                "websiteId": encode_id("web", row.website_id),
                "version": row.version,
                "changedFields": ["firstName"],
            },
        }
        assert dt.datetime.fromisoformat(request.json["timestamp"]) == dt.datetime.fromisoformat(delivery["occurredAt"])
        assert delivery["status"] == "DELIVERED"
        assert delivery["nextAttemptAt"] is None
        assert [(one["statusCode"], one["error"]) for one in delivery["attempts"]] == [(204, None)]
        with pytest.raises(WebhookVerificationError):
            request.verify("whsec_" + "A" * 43)
        assert row.email.encode() not in request.body
        await work()
        assert len(receiver.requests) == 1


async def test_cloudevents_in_structured_mode(hooks, tell, work, settings, connection):
    """As the library of a receiver reads them."""
    async with receiving() as receiver:
        _, secret = await hooks.create(receiver.url, format="CLOUDEVENTS")
        row = await tell()
        await work()
        [request] = receiver.requests
        assert request.headers["content-type"] == "application/cloudevents+json"
        assert request.verify(secret) == request.json
        assert request.json["specversion"] == "1.0"
        event = from_http_event(HTTPMessage(request.headers, request.body))
        [occurred_at] = await connection.fetchrow("SELECT occurred_at FROM domain_event")
        assert event.get_attributes() == {
            "specversion": "1.0",
            "id": request.headers["webhook-id"],
            "source": settings.storefront_url,
            "type": "customer.updated",
            "subject": customer_id(row),
            "time": occurred_at,
            "datacontenttype": "application/json",
        }
        assert event.get_data() == {
            "subjectId": customer_id(row),
            "actor": "SYSTEM",
            "websiteId": encode_id("web", row.website_id),
            "version": row.version,
            "changedFields": ["firstName"],
        }


async def test_a_profile_is_that_of_the_time_of_the_delivery(hooks, tell, fan_out, work, connection):
    other = await make_website(connection)
    async with receiving() as receiver:
        await hooks.create(receiver.url, content="PROFILE", websiteIds=[encode_id("web", 1)])
        rows = [await tell(first_name=name) for name in ("Ada", "Moved", "Gone")]
        await fan_out()
        await connection.execute("UPDATE customer SET first_name = 'Augusta' WHERE id = $1", rows[0].id)
        await connection.execute("UPDATE customer SET website_id = $1 WHERE id = $2", other, rows[1].id)
        await connection.execute("DELETE FROM customer WHERE id = $1", rows[2].id)
        await work()
        sent = {request.json["data"]["subjectId"]: request.json["data"]["customer"] for request in receiver.requests}
        profile = sent[customer_id(rows[0])]
        assert (profile["firstName"], profile["email"], profile["id"]) == (
            "Augusta",
            rows[0].email,
            customer_id(rows[0]),
        )
        assert not [name for name in profile if "assword" in name or "lock" in name]
        assert (sent[customer_id(rows[1])], sent[customer_id(rows[2])]) == (None, None)


async def test_only_what_is_asked_for_is_sent(hooks, tell, work, connection):
    other = await make_website(connection)
    async with receiving() as receiver:
        await hooks.create(receiver.url, "CUSTOMER_LOCKED", "CUSTOMER_DELETED", websiteIds=[encode_id("web", 1)])
        await tell()
        await tell("customer.locked", website_id=other)
        mine = await tell("customer.locked")
        await work()
        assert [request.json["data"]["subjectId"] for request in receiver.requests] == [customer_id(mine)]


async def test_a_new_webhook_begins_with_later_events(hooks, tell, work):
    """Also where earlier ones have no place in the feed yet."""
    async with receiving() as receiver:
        await tell()
        await hooks.create(receiver.url)
        later = await tell()
        await work()
        assert [request.json["data"]["subjectId"] for request in receiver.requests] == [customer_id(later)]


async def test_what_fails_is_tried_again_with_the_same_id(hooks, tell, work, connection):
    async with receiving(in_turn(answer(500), answer(503), answer(200))) as receiver:
        id, secret = await hooks.create(receiver.url)
        await tell()
        await work()
        shown = await hooks.show(id)
        assert (shown["failureCount"], shown["status"]) == (1, "ACTIVE")
        await hooks.waits(id, dt.timedelta(seconds=4), dt.timedelta(seconds=6))
        await work()
        assert len(receiver.requests) == 1  # its time has not come
        for _ in range(2):
            await hooks.make_due()
            await work()
        assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
        assert len(receiver.requests) == 3
        assert receiver.requests[2].verify(secret)
        [delivery] = await hooks.deliveries(id)
        assert delivery["status"] == "DELIVERED"
        assert [one["error"] for one in delivery["attempts"]] == ["The answer was 500.", "The answer was 503.", None]
        assert (await hooks.show(id))["failureCount"] == 0


async def test_ten_attempts_over_three_days_then_dead(hooks, tell, work):
    async with receiving(answer(500)) as receiver:
        id, _ = await hooks.create(receiver.url)
        await tell()
        await work()
        for pause in outcomes.PAUSES:
            await hooks.waits(id, 0.8 * pause, 1.2 * pause)
            await hooks.make_due()
            await work()
        [delivery] = await hooks.deliveries(id)
        assert (delivery["status"], len(delivery["attempts"]), len(receiver.requests)) == ("DEAD", 10, 10)
        assert delivery["finishedAt"]
        await hooks.make_due()
        await work()
        assert len(receiver.requests) == 10
        total = sum(outcomes.PAUSES, dt.timedelta())
        assert dt.timedelta(days=2.5) < total <= dt.timedelta(days=3)
        again = (await hooks.client.data(RETRY, input={"ids": [delivery["id"]]}))["webhookDeliveryRetry"]
        assert again["userErrors"] == []
        assert [one["status"] for one in again["deliveries"]] == ["PENDING"]
        receiver.behave = answer(200)
        await hooks.make_due()
        await work()
        [delivery] = await hooks.deliveries(id)
        assert (delivery["status"], len(delivery["attempts"])) == ("DELIVERED", 11)


@pytest.mark.parametrize("given", ["43200", "date"])
async def test_retry_after_is_respected(given, hooks, tell, work):
    """For everything that is due to the receiver."""
    day = dt.timedelta(days=1)
    when = dt.datetime.now(dt.UTC).replace(microsecond=0) + day / 2
    header = given if given != "date" else when.strftime("%a, %d %b %Y %H:%M:%S GMT")
    async with receiving(answer(429, f"Retry-After: {header}")) as receiver:
        id, _ = await hooks.create(receiver.url)
        await tell()
        await work()
        if given == "date":
            [delivery] = await hooks.deliveries(id)
            assert dt.datetime.fromisoformat(delivery["nextAttemptAt"]) == when
        else:
            await hooks.waits(id, day / 2, day / 2)
        await tell()
        await work()
        assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        (None, 0),
        ("soon", 0),
        ("-5", 0),
        ("99999999999999", 0),
        ("1000000", 86_400),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ],
)
def test_odd_retry_after(given, seconds):
    assert outcomes.parse_retry_after(given, dt.datetime.now(dt.UTC)) == dt.timedelta(seconds=seconds)


MAILS = "SELECT recipient, placeholders FROM mail_outbox WHERE template = 'webhook_disabled'"


async def test_410_disables_the_webhook(hooks, tell, work, connection):
    async with receiving(answer(410)) as receiver:
        id, _ = await hooks.create(receiver.url)
        await tell()
        await work()
        shown = await hooks.show(id)
        assert (shown["status"], shown["disabledReason"]) == ("DISABLED", "GONE")
        await tell()
        await hooks.make_due()
        await work()
        assert len(receiver.requests) == 1
        assert len(await hooks.deliveries(id)) == 1
        [mail] = await connection.fetch(MAILS)
        assert '"webhook": "CRM"' in mail.placeholders
        assert '"isGone": "yes"' in mail.placeholders
        # It begins again with later events; what was pending is sent then.
        receiver.behave = answer(200)
        shown = await hooks.update(id, status="ACTIVE")
        assert (shown["disabledReason"], shown["failureCount"]) == (None, 0)
        later = await tell()
        await work()
        assert [one["status"] for one in await hooks.deliveries(id)] == ["DELIVERED", "DELIVERED"]
        assert receiver.requests[-1].json["data"]["subjectId"] == customer_id(later)


async def test_five_days_of_failures_disable_the_webhook(hooks, tell, work, connection):
    async with receiving(answer(500)) as receiver:
        id, _ = await hooks.create(receiver.url)
        await tell()
        await work()
        for days, status in (("4 days 23 hours", "ACTIVE"), ("5 days", "DISABLED")):
            await connection.execute(f"UPDATE webhook SET failing_since = now() - interval '{days}'")
            await hooks.make_due()
            await work()
            assert (await hooks.show(id))["status"] == status
        assert (await hooks.show(id))["disabledReason"] == "FAILING"
        [mail] = await connection.fetch(MAILS)
        assert '"isGone": ""' in mail.placeholders
        assert len(receiver.requests) == 3


async def test_redirects_are_not_followed(hooks, tell, work):
    async with receiving() as secret_place, receiving() as receiver:
        receiver.behave = answer(302, f"Location: {secret_place.url}")
        id, _ = await hooks.create(receiver.url)
        await tell()
        await work()
        [delivery] = await hooks.deliveries(id)
        assert delivery["attempts"][0]["error"].startswith("The answer was 302. Redirects are not followed")
        assert secret_place.connections == 0


async def test_an_answer_is_read_for_16_kib_at_most(hooks, tell, work):
    async with receiving(flood) as receiver:
        id, _ = await hooks.create(receiver.url)
        await tell()
        await work()
        [delivery] = await hooks.deliveries(id)
        assert delivery["attempts"][0]["error"] == "The answer is longer than 16 KiB."
        receiver.behave = answer(200, body=b"x" * 10_000_000)
        await hooks.make_due()
        await work()
        assert (await hooks.deliveries(id))[0]["status"] == "DELIVERED"


async def test_proxy_variables_take_no_part(hooks, tell, work, monkeypatch):
    async with receiving() as proxy, receiving() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        await hooks.create(receiver.url)
        await tell()
        await work()
        assert (proxy.connections, receiver.connections) == (0, 1)


async def test_who_refuses_the_connection_fails(hooks, tell, work):
    async with receiving() as receiver:
        url = receiver.url
    id, _ = await hooks.create(url)
    await tell()
    await work()
    [delivery] = await hooks.deliveries(id)
    [attempt] = delivery["attempts"]
    assert (attempt["statusCode"], attempt["error"]) == (None, "The connection was refused.")


async def test_a_receiver_that_hangs_delays_no_other(hooks, tell, work, fan_out, tools, monkeypatch):
    """While one keeps its requests waiting, another one gets all of its own."""
    async with receiving(hang) as slow, receiving() as quick:
        slow_id, _ = await hooks.create(slow.url)
        quick_id, _ = await hooks.create(quick.url)
        for _ in range(30):
            await tell()
        await fan_out()
        working = asyncio.create_task(deliver_events(tools))
        try:
            await quick.until(30)
            assert not working.done()
            await slow.until(4)
            assert slow.connections == 4
            later = await tell()
            await fan_out()
            await quick.until(31)
            assert quick.requests[-1].json["data"]["subjectId"] == customer_id(later)
            assert slow.connections == 4
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
        assert {one["status"] for one in await hooks.deliveries(quick_id)} <= {"DELIVERED", "PENDING"}
        assert {one["status"] for one in await hooks.deliveries(slow_id)} == {"PENDING"}


async def test_many_receivers_that_hang_leave_a_place_for_each_other(hooks, tell, fan_out, tools):
    """However many requests they keep waiting, a receiver with none under way gets one at once."""
    async with receiving(hang) as slow, receiving() as quick:
        ids = [(await hooks.create(slow.url, name=f"Slow {number}"))[0] for number in range(16)]
        for _ in range(4):
            await tell()
        await fan_out()
        working = asyncio.create_task(deliver_events(tools))
        try:
            await slow.until(len(ids) + MORE_AT_ONCE)
            await hooks.create(quick.url)
            await tell()
            await fan_out()
            async with asyncio.timeout(5):  # half of what a request that hangs takes
                await quick.until(1)
            assert slow.connections == len(ids) + MORE_AT_ONCE
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


async def test_a_test_is_sent_during_a_pause_and_nothing_else_is(hooks, tell, work, connection):
    async with receiving(in_turn(answer(503, "Retry-After: 3600"), answer(200))) as receiver:
        id, _ = await hooks.create(receiver.url)
        await tell()
        await work()
        await connection.execute("UPDATE webhook_delivery SET next_attempt_at = now()")
        await tell()
        done = (await hooks.client.data(TEST, input={"id": id}))["webhookTest"]
        assert done["userErrors"] == []
        await work()
        assert [request.json["type"] for request in receiver.requests] == ["customer.updated", "webhook.test"]
        found = [(one["type"], one["status"]) for one in await hooks.deliveries(id)]
        assert found.count(("CUSTOMER_UPDATED", "PENDING")) == 2
        assert set(found) == {("CUSTOMER_UPDATED", "PENDING"), (None, "DELIVERED")}
        await hooks.make_due()
        await work()
        assert len(receiver.requests) == 4


@pytest.mark.slow
async def test_an_attempt_takes_ten_seconds_at_most(hooks, tell, work):
    async with receiving(hang) as receiver:
        id, _ = await hooks.create(receiver.url)
        await tell()
        await work()
        [delivery] = await hooks.deliveries(id)
        [attempt] = delivery["attempts"]
        assert attempt["error"] == "There was no answer within 10 seconds."
        assert attempt["milliseconds"] >= 10_000


async def test_a_worker_that_stops_finishes_what_it_began(hooks, tell, fan_out, tools):
    gate = asyncio.Event()

    async def wait_at_gate(receiver, writer):
        await gate.wait()
        await answer(200)(receiver, writer)

    async with receiving(wait_at_gate) as receiver:
        id, _ = await hooks.create(receiver.url)
        for _ in range(10):
            await tell()
        await fan_out()
        working = asyncio.create_task(deliver_events(tools))
        await receiver.until(4)
        tools.stop.set()
        gate.set()
        assert await working == 4
        statuses = [one["status"] for one in await hooks.deliveries(id)]
        assert (statuses.count("DELIVERED"), statuses.count("PENDING")) == (4, 6)


async def test_two_workers_send_each_delivery_once(hooks, tell, fan_out, tools):
    async with receiving() as receiver:
        await hooks.create(receiver.url)
        for _ in range(25):
            await tell()
        await asyncio.gather(fan_out(), fan_out())
        await asyncio.gather(deliver_events(tools), deliver_events(tools))
        assert len(receiver.requests) == 25
        assert len({request.headers["webhook-id"] for request in receiver.requests}) == 25


async def test_fanning_out_takes_the_same_statements_for_1_and_for_50_events(hooks, tell, fan_out, statements):
    async with receiving() as receiver:
        await hooks.create(receiver.url)
        counts = []
        for size in (1, 50):
            for _ in range(size):
                await tell()
            await statements.clear()
            await fan_out()
            counts.append(await statements.count())
        assert counts[0] == counts[1], statements.texts


async def test_a_job_of_several_websites_is_told_to_those_who_reach_them(hooks, work, connection):
    other = await make_website(connection)
    await make_customer(connection)
    async with receiving() as receiver:
        await hooks.create(receiver.url, "JOB_FINISHED", websiteIds=[encode_id("web", 1)])
        for websites in ([1], [1, other], None):
            await emit(connection, [Event("job.finished", f"job_{websites}", website_ids=websites)], by=SYSTEM)
        await work()
        assert [request.json["data"]["subjectId"] for request in receiver.requests] == ["job_[1]"]
