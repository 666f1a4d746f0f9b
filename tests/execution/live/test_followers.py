"""One statement for all who follow, none for nobody, and nothing that piles up for those who are slow."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.loading.followed import Followed
from support.blocking import wait_until
from support.clients import make_app
from support.following import FOLLOW, deleted_job, progress
from support.live import streaming


class Source:
    """Something to follow, whose reads are counted."""

    def __init__(self) -> None:
        self.value = 0
        self.reads: list[tuple[Any, ...]] = []
        self.is_away = False
        self.followed: Followed[int] = Followed("test", self.read)

    async def read(self, _database: Any, keys: Any, _before: int | None) -> int:
        self.reads.append(tuple(sorted(keys)))
        await asyncio.sleep(0)
        if self.is_away:
            raise ConnectionError
        return self.value


async def test_nothing_is_read_without_followers(database: Any):
    source = Source()
    with source.followed.follow(database, "a", seconds=0.01) as follower:
        assert await follower.wait() == 0
    count = len(source.reads)
    await asyncio.sleep(0.05)
    assert len(source.reads) == count


async def test_all_who_follow_are_read_for_at_once(database: Any):
    source = Source()
    with (
        source.followed.follow(database, "a", seconds=3600) as one,
        source.followed.follow(database, "b", seconds=3600) as two,
    ):
        assert [await one.wait(), await two.wait()] == [0, 0]
        assert source.reads == [("a", "b")]
        with source.followed.follow(database, "b", seconds=3600) as three:  # who comes is read for at once
            assert await three.wait() == 0
        assert source.reads == [("a", "b"), ("a", "b")]
        assert one.is_behind


async def test_one_who_is_slow_finds_what_was_read_last(database: Any):
    source = Source()
    with (
        source.followed.follow(database, "a", seconds=0.005) as slow,
        source.followed.follow(database, "a", seconds=0.005) as quick,
    ):
        await slow.wait()
        for number in range(1, 20):
            source.value = number
            while await quick.wait() != number:
                pass
        assert await slow.wait() == 19


async def test_reads_that_fail_are_tried_again(database: Any):
    source = Source()
    source.is_away = True
    with source.followed.follow(database, "a", seconds=0.005) as follower:
        waiting = asyncio.ensure_future(follower.wait())

        async def tried() -> bool:
            return len(source.reads) > 2

        await wait_until(tried)
        assert not waiting.done()
        source.is_away = False
        assert await asyncio.wait_for(waiting, 5) == 0


async def test_one_who_gives_up_leaves_the_others_waiting(database: Any):
    source = Source()
    with (
        source.followed.follow(database, "a", seconds=0.02) as one,
        source.followed.follow(database, "a", seconds=0.02) as two,
    ):
        tasks = [asyncio.ensure_future(follower.wait()) for follower in (one, two)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        assert await asyncio.wait_for(tasks[1], 5) == 0


@pytest.mark.parametrize("followers", [1, 50])
async def test_followers_of_a_job_share_a_statement(
    followers: int, live_app: Any, staff: Any, connection: Any, statements: Any
):
    user, _ = await staff()
    tokens = [(await staff(["customers.read", "jobs.manage"]))[1] for _ in range(5)]
    app = live_app(poll_seconds=0.05, rights_seconds=3600)
    async with deleted_job(connection, user) as job, AsyncExitStack() as stack:
        id = encode_id("job", job)
        streams = [
            await stack.enter_async_context(streaming(app, tokens[number % 5], FOLLOW, id=id))
            for number in range(followers)
        ]
        for stream in streams:
            await stream.data()
        await statements.clear()
        await progress(connection, job, 1)
        for stream in streams:
            assert (await stream.data())["data"]["jobChanged"]["processedCount"] == 1
        texts = [text for text in statements.texts if not text.startswith("UPDATE")]
        assert len({text for text in texts if "job_run" in text}) == 1
        assert all("job_run" in text for text in texts)  # nothing is read for a follower alone
    await statements.clear()
    await asyncio.sleep(0.2)
    assert await statements.count("job_run") == 0


async def test_a_slow_client_gets_the_newest_progress(live_app: Any, staff: Any, connection: Any):
    user, token = await staff()
    app = live_app()
    async with (
        deleted_job(connection, user, total=1000) as job,
        streaming(app, token, FOLLOW, id=encode_id("job", job)) as slow,
        streaming(app, token, FOLLOW, id=encode_id("job", job)) as quick,
    ):
        await slow.data()
        assert (await quick.data())["data"]["jobChanged"]["processedCount"] == 0
        for count in range(1, 31):
            await progress(connection, job, count)
            while (await quick.data())["data"]["jobChanged"]["processedCount"] < count:
                pass
        told = [(await slow.data())["data"]["jobChanged"]["processedCount"]]
        while told[-1] < 30:
            told.append((await slow.data())["data"]["jobChanged"]["processedCount"])
        assert len(told) <= 4  # what it had asked for before, and then the last


async def test_one_who_used_up_their_rate_waits_for_the_next_event(
    settings: Any, database: Any, staff: Any, connection: Any
):
    user, token = await staff()
    admin = settings.admin.model_copy(update={"bucket": 60_000, "rate": 5_000})
    live = settings.live.model_copy(update={"poll_seconds": 0.05})
    app = make_app(settings.model_copy(update={"admin": admin, "live": live}), database)
    async with deleted_job(connection, user) as job, streaming(app, token, FOLLOW, id=encode_id("job", job)) as stream:
        await stream.data()
        buckets = app.state.buckets[1]
        await buckets.take_cost(f"admin:staff:{user.id}", 58_000, size=60_000, rate=5_000)
        await progress(connection, job, 1)
        assert (await stream.data())["data"]["jobChanged"]["processedCount"] == 1
