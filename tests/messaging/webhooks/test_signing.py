"""What is sent is signed with every secret that is valid, and nothing is sent without one."""

import asyncio

from customer_gql.messaging.webhooks.delivery import deliver_events
from support.hooks import DELETE
from support.races import stop_before
from support.receivers import receiving


async def test_the_secret_before_signs_beside_the_new_one_for_the_overlap(hooks, tell, work, connection):
    async with receiving() as receiver:
        id, first = await hooks.create(receiver.url)
        second = await hooks.rotate(id, 24)

        async def signers():
            await tell()
            await work()
            return [receiver.requests[-1].is_signed_with(secret) for secret in (first, second, third)]

        third = first
        assert await signers() == [True, True, True]
        third = await hooks.rotate(id, 24)
        assert await signers() == [False, True, True]
        await connection.execute("UPDATE webhook_secret SET expires_at = now() WHERE expires_at > now()")
        assert await signers() == [False, False, True]
        first = await hooks.rotate(id, 0)
        assert await signers() == [True, False, False]


async def test_nothing_is_sent_to_a_webhook_that_was_deleted_meanwhile(hooks, tell, fan_out, tools, connection):
    """Its secrets are gone, and what is not signed is not sent."""
    async with receiving() as receiver:
        id, _ = await hooks.create(receiver.url)
        await tell()
        await fan_out()
        async with stop_before("FROM webhook_secret") as stop:
            working = asyncio.create_task(deliver_events(tools))
            await stop.reached_by(working)
            deleted = (await hooks.client.data(DELETE, input={"id": id}))["webhookDelete"]
            assert deleted["userErrors"] == []
        await working
        assert receiver.connections == 0
        assert await connection.fetchval("SELECT count(*) FROM webhook_attempt") == 0


async def test_a_secret_that_cannot_be_read_is_replaced_at_once(hooks, tell, work, connection):
    """Nothing is sent unsigned, and one of an overlap does not keep the new one from signing."""
    async with receiving() as receiver:
        id, first = await hooks.create(receiver.url)
        # Of another row, so that no key opens it: as after the loss of a key.
        await connection.execute("UPDATE webhook_secret SET id = id + 1")
        await tell()
        await work()
        [delivery] = await hooks.deliveries(id)
        assert [one["error"] for one in delivery["attempts"]] == [
            "The secret cannot be decrypted with CUSTOMER_GQL_SECRET_KEYS. Give the webhook another one."
        ]
        assert receiver.connections == 0
        second = await hooks.rotate(id, 24)
        await hooks.make_due()
        await work()
        [request] = receiver.requests
        assert (request.is_signed_with(first), request.is_signed_with(second)) == (False, True)
        assert [one["status"] for one in await hooks.deliveries(id)] == ["DELIVERED"]
