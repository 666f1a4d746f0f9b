"""What becomes of attempts that overlap, and of those that are not about an event."""

import asyncio
import datetime as dt

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.messaging.webhooks.delivery import deliver_events
from support.customers import customer_id
from support.hooks import RETRY, TEST
from support.receivers import answer, receiving
from support.staff import staff_client


class Gate:
    """A receiver that answers each request as it is told, and only then: nothing, after one that was not told."""

    def __init__(self):
        self.answers = {}

    async def __call__(self, receiver, writer):
        number = len(receiver.requests)
        status, *headers = await self.answers.setdefault(number, asyncio.get_running_loop().create_future())
        await answer(status, *headers)(receiver, writer)

    def tell(self, number, *answered):
        self.answers.setdefault(number, asyncio.get_running_loop().create_future()).set_result(answered)


@pytest.mark.parametrize("statuses", [(500, 200), (200, 500), (200, 200)])
async def test_a_worker_that_lost_its_lease_moves_nothing(statuses, hooks, tell, fan_out, tools):
    """Another one sends it meanwhile, with the same id. It is done when the receiver took either, and the failure of the
    first does not put off what the second has; see test_killed_deliverer for a worker that dies."""
    gate = Gate()
    async with receiving(gate) as receiver:
        id, _ = await hooks.create(receiver.url)
        await tell()
        await fan_out()
        slow = asyncio.create_task(deliver_events(tools))
        await receiver.until(1)
        await hooks.make_due()
        quick = asyncio.create_task(deliver_events(tools))
        await receiver.until(2)
        gate.tell(2, statuses[1])
        await quick
        [before] = await hooks.deliveries(id)
        gate.tell(1, statuses[0])
        await slow
        [after] = await hooks.deliveries(id)
        assert (after["status"], len(after["attempts"])) == ("DELIVERED", 2)
        if statuses[1] == 200:
            assert (before["status"], before["finishedAt"]) == ("DELIVERED", after["finishedAt"])
        assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1


async def test_a_late_failure_does_not_put_off_the_attempt_of_another_worker(hooks, tell, fan_out, tools, connection):
    gate = Gate()
    async with receiving(gate) as receiver:
        id, _ = await hooks.create(receiver.url)
        await tell()
        await fan_out()
        slow = asyncio.create_task(deliver_events(tools))
        await receiver.until(1)
        await hooks.make_due()
        quick = asyncio.create_task(deliver_events(tools))
        await receiver.until(2)
        taken = "SELECT attempts, next_attempt_at FROM webhook_delivery"
        before = await connection.fetchrow(taken)
        gate.tell(1, 500)
        await slow
        assert await connection.fetchrow(taken) == before
        gate.tell(2, 200)
        await quick
        assert [one["status"] for one in await hooks.deliveries(id)] == ["DELIVERED"]


async def test_a_success_does_not_end_the_pause_that_the_receiver_asked_for(hooks, tell, work, fan_out, tools):
    """Of what was on its way together one is told to wait, and the other is taken afterwards."""
    gate = Gate()
    async with receiving(gate) as receiver:
        id, _ = await hooks.create(receiver.url)
        for _ in range(2):
            await tell()
        await fan_out()
        delivering = asyncio.create_task(deliver_events(tools))
        await receiver.until(2)
        gate.tell(1, 429, "Retry-After: 3600")
        async with asyncio.timeout(15):
            while not (await hooks.show(id))["failureCount"]:
                await asyncio.sleep(0.01)
        gate.tell(2, 204)
        await delivering
        assert sorted(one["status"] for one in await hooks.deliveries(id)) == ["DELIVERED", "PENDING"]
        assert (await hooks.show(id))["failureCount"] == 0
        await tell()
        await work()
        assert len(receiver.requests) == 2


@pytest.mark.parametrize("answered", [(410,), (503, "Retry-After: 3600")])
@pytest.mark.parametrize("attempts", [1, 10])
async def test_what_a_former_address_answers_says_nothing_about_the_present_one(
    answered, attempts, hooks, tell, work, fan_out, tools, connection
):
    """The address is changed while a request to the one before it is on its way."""
    gate = Gate()
    async with receiving(gate) as former, receiving() as present:
        id, _ = await hooks.create(former.url)
        await tell()
        await fan_out()
        await connection.execute("UPDATE webhook_delivery SET attempts = $1", attempts - 1)
        delivering = asyncio.create_task(deliver_events(tools))
        await former.until(1)
        await hooks.update(id, url=present.url)
        gate.tell(1, *answered)
        await delivering
        shown = await hooks.show(id)
        assert (shown["status"], shown["disabledReason"], shown["failureCount"]) == ("ACTIVE", None, 0)
        await tell()
        await work()
        assert len(present.requests) == 2
        assert [one["status"] for one in await hooks.deliveries(id)] == ["DELIVERED", "DELIVERED"]
        assert len(former.requests) == 1


async def test_a_success_of_a_former_address_does_not_end_the_failures_of_the_present_one(
    hooks, tell, fan_out, tools, connection
):
    gate = Gate()
    async with receiving(gate) as former, receiving(answer(500)) as present:
        id, _ = await hooks.create(former.url)
        await tell()
        await fan_out()
        delivering = asyncio.create_task(deliver_events(tools))
        await former.until(1)
        await hooks.update(id, url=present.url)
        await tell()
        await fan_out()
        await deliver_events(tools)
        assert (await hooks.show(id))["failureCount"] == 1
        gate.tell(1, 200)
        await delivering
        assert (await hooks.show(id))["failureCount"] == 1
        assert sorted(one["status"] for one in await hooks.deliveries(id)) == ["DELIVERED", "PENDING"]


async def send_test(hooks, id, work):
    made = (await hooks.client.data(TEST, input={"id": id}))["webhookTest"]
    assert (made["userErrors"], made["webhook"], made["delivery"]["status"]) == ([], {"id": id}, "PENDING")
    await work()
    [found] = [one for one in await hooks.deliveries(id) if one["id"] == made["delivery"]["id"]]
    return found


async def test_a_test_is_sent_as_an_event_would_be(hooks, work):
    async with receiving() as receiver:
        id, secret = await hooks.create(receiver.url, content="PROFILE")
        found = await send_test(hooks, id, work)
        [request] = receiver.requests
        sent = request.verify(secret)
        assert (sent["type"], sent["data"]["subjectId"], sent["data"]["customer"]) == ("webhook.test", id, None)
        assert (found["type"], found["status"], found["eventId"]) == (None, "DELIVERED", request.headers["webhook-id"])


async def test_a_test_that_fails_is_neither_counted_nor_repeated(hooks, work):
    async with receiving(answer(410)) as receiver:
        id, _ = await hooks.create(receiver.url)
        found = await send_test(hooks, id, work)
        assert (found["status"], [one["statusCode"] for one in found["attempts"]]) == ("DEAD", [410])
        shown = await hooks.show(id)
        assert (shown["status"], shown["failureCount"], shown["failingSince"]) == ("ACTIVE", 0, None)
        await hooks.make_due()
        await work()
        assert len(receiver.requests) == 1
        again = (await hooks.client.data(RETRY, input={"ids": [found["id"]]}))["webhookDeliveryRetry"]
        assert [error["key"] for error in again["userErrors"]] == ["webhook.delivery_not_found"]


async def test_dead_deliveries_with_profiles_are_retried_by_those_who_may_see_them(
    http, connection, hooks, tell, fan_out
):
    id, _ = await hooks.create("https://crm.example.com/hook", content="PROFILE", websiteIds=[encode_id("web", 1)])
    row = await tell(website_id=1)
    await fan_out()
    await connection.execute("UPDATE webhook_delivery SET status = 'DEAD', finished_at = now()")
    [delivery] = await hooks.deliveries(id)
    assert delivery["subjectId"] == customer_id(row)
    client = await staff_client(http, connection, ["webhooks.manage"], [1])
    answered = await client.answer(RETRY, input={"ids": [delivery["id"]]})
    assert answered["data"] == {"webhookDeliveryRetry": None}
    assert answered["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.pii"}
    assert [one["status"] for one in await hooks.deliveries(id)] == ["DEAD"]


async def test_a_delivery_that_is_retried_twice_at_once_is_sent_once(hooks, tell, work, connection):
    async with receiving() as receiver:
        id, _ = await hooks.create(receiver.url)
        await tell()
        await work()
        old = dt.timedelta(hours=1)
        await connection.execute(
            "UPDATE webhook_delivery SET status = 'DEAD', attempts = 10, finished_at = now() - $1::interval", old
        )
        [delivery] = await hooks.deliveries(id)
        both = [hooks.client.data(RETRY, input={"ids": [delivery["id"]]}) for _ in range(2)]
        answers = [one["webhookDeliveryRetry"]["userErrors"] for one in await asyncio.gather(*both)]
        assert [] in answers
        await work()
        assert len(receiver.requests) == 2
        assert [one["status"] for one in await hooks.deliveries(id)] == ["DELIVERED"]
