"""What the prices of cost promise: the documents of docs/cost.md fit, and nobody is refused for ordinary work."""

import re
from pathlib import Path

import pytest

from customer_gql.core.viewer import GUEST, Viewer, ViewerKind
from customer_gql.execution.limits.rate import LocalBuckets
from customer_gql.graph.access.rates import rate_of
from customer_gql.settings import AdminSettings, StorefrontSettings
from support.costs import cost, shop_cost

ROOT = Path(__file__).parents[2]
DOCUMENTS = {
    (file.parent.name, file.stem): file.read_text()
    for file in sorted((ROOT / "benchmarks" / "documents").glob("*/*.graphql"))
}
ADMIN = AdminSettings()  # pyright: ignore[reportCallIssue]
STOREFRONT = StorefrontSettings()  # pyright: ignore[reportCallIssue]
SIGN_IN = "mutation($i: SignInInput!) { signIn(input: $i) { accessToken customer { id } userErrors { code } } }"
ROW = re.compile(r"^\| \[(\w+)\]\(.*?\) \| (\w+) \| ([\d,]+) \| [\d.]+ \| [\d.]+ \| ([\d.]+) \|$", re.MULTILINE)


class Clock:
    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("customer_gql.execution.limits.rate.time", made)
    return made


def points_of(audience: str, name: str) -> int:
    count = shop_cost if audience == "storefront" else cost
    return count(DOCUMENTS[audience, name], ids=["x"] * 20)


def test_the_page_has_the_points_of_today_and_a_spread_below_two():
    rows = ROW.findall((ROOT / "docs" / "cost.md").read_text())
    listed = {(audience, name): int(points.replace(",", "")) for name, audience, points, _ in rows}
    assert listed == {document: points_of(*document) for document in DOCUMENTS}
    assert len(listed) >= 10
    assert min(listed.values()) >= 200
    rates = [float(rate) for *_, rate in rows]
    assert max(rates) / min(rates) < 2


@pytest.mark.parametrize("document", DOCUMENTS, ids="/".join)
def test_every_measured_document_fits_into_its_limit(document: tuple[str, str]):
    limit = STOREFRONT.cost if document[0] == "storefront" else ADMIN.cost
    assert points_of(*document) < limit


@pytest.mark.parametrize("name", ["grid_30_lists", "websites"])
def test_a_wide_grid_with_two_lists_and_the_website_tree_fit_into_a_tenth_of_the_limit(name: str):
    assert points_of("admin", name) <= ADMIN.cost // 10
    if name != "websites":
        whole_pages = re.sub(r"orders\(first: \d+\)", "orders", DOCUMENTS["admin", name])
        assert cost(whole_pages) <= ADMIN.cost // 10


@pytest.mark.parametrize("rate", [None, 10_000, 6000])
async def test_eight_agents_behind_one_token_page_a_grid_every_two_seconds(clock: Clock, rate: int | None):
    token = Viewer(ViewerKind.SERVICE, service_id=1, rate=rate)
    grid = cost(DOCUMENTS["admin", "grid_30_lists"].replace("first: 100", "first: 50"))
    buckets, waits = LocalBuckets(), []
    for _ in range(900):
        for agent in range(8):
            clock.now += 0 if agent else 2
            level = await buckets.take_cost("token", grid, size=ADMIN.bucket, rate=rate_of(token, ADMIN))
            waits.append(level.wait)
    assert (max(waits) == 0) is (rate != 6000)


async def test_a_shopper_who_changes_pages_every_two_seconds_is_not_refused(clock: Clock):
    pages = [points_of(audience, name) for audience, name in DOCUMENTS if audience == "storefront"]
    buckets = LocalBuckets()
    shopper = Viewer(ViewerKind.CUSTOMER, customer_id=1)
    for turn in range(1000):
        clock.now += 2
        for points in (pages[turn % len(pages)], pages[(turn + 1) % len(pages)]):
            level = await buckets.take_cost("me", points, size=STOREFRONT.bucket, rate=rate_of(shopper, STOREFRONT))
            assert level.wait == 0


async def test_an_office_of_a_hundred_signs_in_within_a_minute(clock: Clock):
    """And each of them looks at pages before."""
    guest_pages = points_of("storefront", "countries") + points_of("storefront", "checkout")
    buckets, rate = LocalBuckets(), rate_of(GUEST, STOREFRONT)
    for turn in range(100):
        clock.now += 0.6
        points = shop_cost(SIGN_IN) + (0 if turn % 4 else guest_pages)
        assert (await buckets.take_cost("office", points, size=STOREFRONT.bucket, rate=rate)).wait == 0


def test_each_caller_has_a_rate():
    viewers = [GUEST, Viewer(ViewerKind.CUSTOMER), Viewer(ViewerKind.STAFF), Viewer(ViewerKind.SERVICE, rate=777)]
    assert [rate_of(viewer, STOREFRONT) for viewer in viewers] == [8000, 5000, 5000, 777]
    assert [rate_of(viewer, ADMIN) for viewer in viewers] == [8000, 10_000, 10_000, 777]
