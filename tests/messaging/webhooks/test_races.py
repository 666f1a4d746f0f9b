"""What two of a webhook do at one time: a change of it while events are being told, and deliveries while its secret changes."""

import asyncio

import pytest

from customer_gql.core.ids import decode_id, encode_id
from customer_gql.messaging.webhooks.delivery import deliver_events
from support.customers import customer_id
from support.hooks import UPDATE
from support.jobs import outcomes, run_all
from support.races import stop_after, stop_before
from support.receivers import answer, receiving
from support.staff import make_website

URL = "https://crm.example.com/hook"


async def test_a_website_that_is_lost_while_deliveries_are_made_has_none_then(hooks, tell, fan_out, connection):
    """The worker saw the websites from before, and those who reach the others alone would read what it made."""
    other = await make_website(connection)
    mine, theirs = encode_id("web", 1), encode_id("web", other)
    id, _ = await hooks.create(URL, websiteIds=[mine, theirs])
    kept = await tell(website_id=1)
    await tell(website_id=other)
    async with stop_after("INTO webhook_delivery", "FROM domain_event") as stop:
        fanning_out = asyncio.create_task(fan_out())
        await stop.reached_by(fanning_out)
        narrowing = asyncio.create_task(hooks.client.data(UPDATE, input={"id": id, "websiteIds": [mine]}))
        assert await stop.is_waited_for_by(narrowing, connection)
    await fanning_out
    assert (await narrowing)["webhookUpdate"]["userErrors"] == []
    assert [one["subjectId"] for one in await hooks.deliveries(id)] == [customer_id(kept)]


async def test_deliveries_of_a_lost_website_are_not_sent_however_many_wait(hooks, tell, fan_out, work, connection):
    """The change itself does not depend on their number: they are forgotten when they are due."""
    other = await make_website(connection)
    mine, theirs = encode_id("web", 1), encode_id("web", other)
    async with receiving() as receiver:
        id, _ = await hooks.create(receiver.url, websiteIds=[mine, theirs])
        for _ in range(9):
            await tell(website_id=other)
        kept = await tell(website_id=1)
        await fan_out()
        await hooks.update(id, websiteIds=[mine])
        await work()
        assert [one["subjectId"] for one in await hooks.deliveries(id)] == [customer_id(kept)]
        assert len(receiver.requests) == 1
    assert await connection.fetchval("SELECT count(*) FROM webhook_delivery") == 1


async def test_deliveries_that_a_webhook_kept_are_sent_when_it_has_every_website_again(
    hooks, tell, fan_out, work, connection
):
    mine, theirs = encode_id("web", 1), encode_id("web", await make_website(connection))
    async with receiving() as receiver:
        id, _ = await hooks.create(receiver.url, websiteIds=[mine, theirs])
        await tell(website_id=1)
        await fan_out()
        await hooks.update(id, websiteIds=[mine])
        await hooks.update(id, websiteIds=None)
        await work()
        assert len(receiver.requests) == 1


async def test_a_receiver_that_has_the_new_secret_alone_gets_it_signed_with_that(hooks, tell, fan_out, work, tools):
    """The worker had read the secret from before: the receiver refuses it, and gets the event again, under the same id."""

    async def judge(receiver, writer):
        await answer(204 if receiver.requests[-1].is_signed_with(second) else 401)(receiver, writer)

    async with receiving(judge) as receiver:
        id, first = await hooks.create(receiver.url)
        await tell()
        await fan_out()
        async with stop_after("FROM webhook_secret") as stop:
            delivering = asyncio.create_task(deliver_events(tools))
            await stop.reached_by(delivering)
            second = await hooks.rotate(id, 0)
        await delivering
        await hooks.make_due()
        await work()
        refused, taken = receiver.requests
        assert (refused.is_signed_with(first), refused.is_signed_with(second)) == (True, False)
        assert (taken.is_signed_with(first), taken.is_signed_with(second)) == (False, True)
        assert refused.headers["webhook-id"] == taken.headers["webhook-id"]
        assert [one["status"] for one in await hooks.deliveries(id)] == ["DELIVERED"]


async def test_what_is_sent_before_a_rotation_commits_is_signed_with_the_secret_until_now(hooks, tell, fan_out, tools):
    async with receiving() as receiver:
        id, first = await hooks.create(receiver.url)
        await tell()
        await fan_out()
        async with stop_after("INTO webhook_secret") as stop:
            rotating = asyncio.create_task(hooks.rotate(id, 24))
            await stop.reached_by(rotating)
            async with asyncio.timeout(5):
                await deliver_events_until_sent(tools, receiver)
        second = await rotating
        [request] = receiver.requests
        assert (request.is_signed_with(first), request.is_signed_with(second)) == (True, False)


async def deliver_events_until_sent(tools, receiver):
    """The outcome waits for the rotation, which locks the webhook."""
    delivering = asyncio.create_task(deliver_events(tools))
    await receiver.until(1)
    delivering.cancel()
    await asyncio.gather(delivering, return_exceptions=True)


async def test_deliveries_among_rotations_are_signed_with_what_is_valid_then(hooks, tell, fan_out, tools):
    """Each rotation leaves the secret before valid, so that a receiver that has either takes everything."""
    async with receiving() as receiver:
        id, first = await hooks.create(receiver.url)
        for _ in range(60):
            await tell()
        await fan_out()
        secrets = [first]

        async def rotate_now_and_then():
            for turn in range(1, 4):
                await receiver.until(15 * turn)
                secrets.append(await hooks.rotate(id, 24))

        await asyncio.gather(deliver_events(tools), rotate_now_and_then())
        assert len({request.headers["webhook-id"] for request in receiver.requests}) == 60
        for request in receiver.requests:
            signers = [place for place, secret in enumerate(secrets) if request.is_signed_with(secret)]
            assert signers in ([0], [0, 1], [1, 2], [2, 3]), signers


async def test_two_rotations_leave_one_secret_and_the_one_before_it(hooks, connection):
    id, _ = await hooks.create(URL)
    async with stop_after("INTO webhook_secret") as stop:
        one = asyncio.create_task(hooks.rotate(id, 24))
        await stop.reached_by(one)
        other = asyncio.create_task(hooks.rotate(id, 24))
        assert await stop.is_waited_for_by(other, connection)
    assert await one != await other
    left = await connection.fetch(
        "SELECT expires_at IS NULL AS is_current FROM webhook_secret WHERE webhook_id = $1"
        " AND (expires_at IS NULL OR expires_at > now()) ORDER BY id",
        decode_id(id, "whk"),
    )
    assert [row.is_current for row in left] == [False, True]


@pytest.mark.parametrize("deed", [{"status": "DISABLED"}, {"types": ["CUSTOMER_LOCKED"]}])
async def test_a_replay_waits_for_a_change_of_its_webhook(deed, hooks, tell, fan_out, tools, connection):
    """What the change leaves of it is judged afterwards: no delivery is made of what the webhook does not get any more."""
    id, _ = await hooks.create(URL, "CUSTOMER_UPDATED", "CUSTOMER_LOCKED")
    await tell()
    await fan_out()
    made = len(await hooks.deliveries(id))
    job = await hooks.replay(id)
    async with stop_before("INTO staff_event") as stop:
        changing = asyncio.create_task(hooks.update(id, **deed))
        await stop.reached_by(changing)
        replaying = asyncio.create_task(run_all(tools))
        assert await stop.is_waited_for_by(replaying, connection)
    await asyncio.gather(changing, replaying)
    assert await outcomes(connection, job) == ["REFUSED"]
    assert len(await hooks.deliveries(id)) == made
