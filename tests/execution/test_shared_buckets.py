"""Rates that several processes count together, in a real redis-server."""

import asyncio
import signal
import time
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest
import redis.asyncio
from prometheus_client import REGISTRY

from customer_gql.execution.limits import shared_buckets
from customer_gql.execution.limits.rate import LocalBuckets
from customer_gql.execution.limits.shared_buckets import SharedBuckets
from support.service import serving
from support.storages import Storage, needs_redis, storing

pytestmark = [needs_redis, pytest.mark.slow]
SOON = 0.02


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    with storing(tmp_path) as started:
        yield started


@pytest.fixture
async def client(storage: Storage) -> AsyncGenerator[redis.asyncio.Redis]:
    async with redis.asyncio.Redis.from_url(storage.url) as opened:
        yield opened


def fallbacks() -> float:
    return REGISTRY.get_sample_value("customer_gql_rate_fallbacks_total") or 0


@pytest.fixture
async def buckets(storage: Storage) -> AsyncGenerator[SharedBuckets]:
    opened = SharedBuckets(storage.url)
    yield opened
    await opened.close()


async def test_buckets_of_two_processes_fill_and_leak_as_those_of_one(buckets: SharedBuckets, storage: Storage):
    one, other, local = buckets, SharedBuckets(storage.url), LocalBuckets()
    for asked, cost in ((one, 60), (other, 40), (one, 1), (other, 100)):
        shared = await asked.take_cost("a", cost, size=100, rate=1)
        alone = await local.take_cost("a", cost, size=100, rate=1)
        assert shared.wait == pytest.approx(alone.wait, abs=1)
        assert shared.left == pytest.approx(alone.left, abs=1)
    assert (await other.take_cost("b", 100, size=100, rate=1)).wait == 0
    assert (await one.take_cost("c", 100, size=100, rate=1000)).wait == 0
    await asyncio.sleep(0.1)  # the clock is that of the storage
    assert (await other.take_cost("c", 90, size=100, rate=1000)).wait == 0
    await other.close()


async def test_a_request_takes_one_script_and_its_key_goes_by_itself(
    buckets: SharedBuckets, client: redis.asyncio.Redis
):
    await buckets.take_cost("a", 1, size=100, rate=1)
    await client.config_resetstat()
    for _ in range(20):
        await buckets.take_cost("a", 1, size=100, rate=1)
    commands = await client.info("commandstats")
    from_outside = {
        name for name in commands if name not in {"cmdstat_time", "cmdstat_hmget", "cmdstat_hset", "cmdstat_pexpire"}
    }
    assert from_outside <= {"cmdstat_evalsha", "cmdstat_config|resetstat", "cmdstat_info"}
    assert commands["cmdstat_evalsha"]["calls"] == 20
    [key] = await client.keys("*")
    assert 15 <= await client.ttl(key) <= 22


@pytest.mark.parametrize("fault", ["hangs", "is killed"])
async def test_a_storage_that_fails_makes_one_request_wait_and_is_asked_again(
    fault: str, storage: Storage, buckets: SharedBuckets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared_buckets, "PAUSE_SECONDS", 5)
    assert (await buckets.take_cost("a", 90, size=100, rate=1)).left == pytest.approx(10, abs=1)
    storage.process.send_signal(signal.SIGSTOP if fault == "hangs" else signal.SIGKILL)
    counted = fallbacks()
    waited = []
    for _ in range(10):
        started = time.monotonic()
        level = await buckets.take_cost("a", 9, size=100, rate=1)
        waited.append(time.monotonic() - started)
        assert level.wait == 0
    assert fallbacks() == counted + 10
    assert sum(seconds > SOON for seconds in waited) <= 1
    assert max(waited) < 1
    monkeypatch.setattr(shared_buckets, "PAUSE_SECONDS", 0.05)
    buckets._resumes_at = time.monotonic()
    if fault == "hangs":
        storage.process.send_signal(signal.SIGCONT)
        await _answers_again(buckets)
    else:
        storage.process.wait()
        with storing(tmp_path, storage.port):
            await _answers_again(buckets)


async def _answers_again(buckets: SharedBuckets) -> None:
    deadline = time.monotonic() + 10
    while True:
        counted = fallbacks()
        await buckets.take_cost("b", 1, size=100, rate=1)
        if fallbacks() == counted:
            return
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def test_requests_beside_each_other_do_not_all_wait_for_a_storage_that_hangs(
    storage: Storage, buckets: SharedBuckets
):
    storage.process.send_signal(signal.SIGSTOP)
    await buckets.take_cost("a", 1, size=100, rate=1)
    started = time.monotonic()
    levels = await asyncio.gather(*[buckets.take_cost(str(caller), 1, size=100, rate=1) for caller in range(200)])
    assert time.monotonic() - started < 0.5
    assert {level.wait for level in levels} == {0}


def test_two_services_count_one_caller_together(storage: Storage, tmp_path: Path, database_url: str):
    settings = {
        "storefront__cost": 100,
        "storefront__bucket": 300,
        "storefront__guest_rate": 1,
        "rate_storage": storage.url,
    }
    (tmp_path / "other").mkdir()
    query = {"query": "{ __typename " + " ".join(f"a{number}: __typename" for number in range(14)) + " }"}
    with (
        serving(tmp_path, database_url, **settings) as one,
        serving(tmp_path / "other", database_url, **settings) as other,
    ):
        statuses = [service.post(query).status_code for _ in range(10) for service in (one, other)]
        assert statuses[0] == 200
        assert statuses[-2:] == [429, 429]
        assert statuses.count(200) <= 8
