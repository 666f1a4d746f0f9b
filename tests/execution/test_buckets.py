"""Rates: cost per caller and time."""

import pytest

from customer_gql.execution.limits.rate import BucketLevel, LocalBuckets
from customer_gql.execution.limits.shared_buckets import SharedBuckets
from support.service import Service, code_of, serving

pytestmark = pytest.mark.slow  # starts processes


class Clock:
    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("customer_gql.execution.limits.rate.time", made)
    return made


async def test_a_bucket_fills_and_leaks(clock: Clock):
    buckets = LocalBuckets()

    async def take(cost: int, caller: str = "a") -> BucketLevel:
        return await buckets.take_cost(caller, cost, size=100, rate=10)

    assert await take(60) == (0, 40)
    assert await take(40) == (0, 0)
    assert await take(1) == (0.1, 0)
    assert await take(100, "b") == (0, 0)
    clock.now = 3
    assert await take(31) == (pytest.approx(0.1), 30)
    assert await take(30) == (0, 0)
    clock.now = 1000
    assert await take(100) == (0, 0)


async def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("customer_gql.execution.limits.rate._MAX_CALLERS", 10)
    buckets = LocalBuckets()
    for i in range(100):
        await buckets.take_cost(str(i), 1, size=10, rate=1)
    assert len(buckets._levels) == 10


async def test_each_counts_for_itself_while_the_storage_is_away():
    buckets = SharedBuckets("redis://127.0.0.1:1")
    assert (await buckets.take_cost("a", 60, size=100, rate=1)).wait == 0
    assert (await buckets.take_cost("a", 60, size=100, rate=1)).wait == pytest.approx(20, abs=1)


def test_who_asks_too_much_waits_and_others_do_not(tmp_path, database_url: str, customer_token: str, staff_token: str):
    settings = {"storefront__cost": 400, "storefront__bucket": 1000, "storefront__guest_rate": 1}
    query = {
        "query": "{ limits { " + " ".join("cost { limit }" for _ in range(20)) + " } }"
    }  # costs 302, and the first time 250 more
    with serving(tmp_path, database_url, **settings, storefront__rate=1) as service:
        answers = [service.post(query) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
        refused = answers[-1]
        assert code_of(refused.json()) == "RATE_LIMITED"
        assert 10 <= int(refused.headers["retry-after"]) <= 302
        signed_in = [service.post(query, token=customer_token).status_code for _ in range(3)]
        assert signed_in == [200, 200, 200]
        assert service.post(query, "/admin/graphql", token=staff_token).status_code == 200
        assert service.http.get("/health/live").status_code == 200


def test_documents_that_are_none_cost_too(tmp_path, database_url: str):
    settings = {"storefront__cost": 100, "storefront__bucket": 100, "storefront__guest_rate": 1}
    with serving(tmp_path, database_url, **settings) as service:
        seen = [service.post({"query": f"{{ nothing{i} }}"}).status_code for i in range(8)]
    assert seen == [200] * 4 + [429] * 4


def test_the_default_bucket_holds_the_profile_several_times(service: Service):
    limits = service.ask("{ limits { cost { limit } } }")["data"]["limits"]["cost"]["limit"]
    assert limits == 15_000
