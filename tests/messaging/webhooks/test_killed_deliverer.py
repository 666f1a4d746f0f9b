"""A worker that is killed while it sends: nothing is lost, and what goes out twice has the same id."""

import asyncio
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.messaging.webhooks.delivery import AT_ONCE_TO_ONE
from support.jobs import show
from support.processes import environment
from support.receivers import answer, hang, receiving

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).parents[2] / "support" / "job_worker.py"
OLD, NEW, KILLS = 20, 40, 2
ANSWERED = 12
"""Requests that each worker that is killed gets an answer to; it dies with the next ones under way."""
SECONDS = 150
"""The lease of a delivery is 40 seconds."""


def start_worker(url):
    return subprocess.Popen([sys.executable, SCRIPT, url], env=environment(environment="development"))


async def test_a_worker_killed_while_it_sends_loses_nothing(hooks, tell, fan_out, connection, empty_database_url):
    for _ in range(OLD):
        await tell()
    await fan_out()
    async with receiving() as receiver:
        id, secret = await hooks.create(receiver.url)
        job = await hooks.replay(id)
        for _ in range(NEW):
            await tell()
        for kill in range(KILLS):
            allowed = ANSWERED * (kill + 1) + AT_ONCE_TO_ONE * kill

            async def answer_some(receiver, writer, allowed=allowed):
                await (answer(204) if len(receiver.requests) <= allowed else hang)(receiver, writer)

            receiver.behave = answer_some
            process = start_worker(empty_database_url)
            try:
                await receiver.until(allowed + AT_ONCE_TO_ONE, seconds=SECONDS)
            finally:
                process.kill()
                process.wait()
        receiver.behave = answer(204)
        process = start_worker(empty_database_url)
        try:
            async with asyncio.timeout(SECONDS):
                while (
                    await connection.fetchval("SELECT count(*) FROM webhook_delivery WHERE status = 'DELIVERED'") < 60
                ):
                    await asyncio.sleep(0.1)
        finally:
            process.kill()
            process.wait()
        done = await show(hooks.client, job)
        assert (done["status"], done["doneCount"]) == ("DONE", OLD)
        stored = await connection.fetch("SELECT id FROM domain_event WHERE type = 'customer.updated'")
        came = Counter(request.headers["webhook-id"] for request in receiver.requests)
        assert set(came) == {encode_id("dev", row.id) for row in stored}
        # At most what each killed worker was just sending went out once more.
        assert sum(came.values()) <= OLD + NEW + KILLS * AT_ONCE_TO_ONE
        bodies = {(request.headers["webhook-id"], request.body) for request in receiver.requests}
        assert len(bodies) == OLD + NEW
        assert all(request.verify(secret) for request in receiver.requests[-AT_ONCE_TO_ONE:])
