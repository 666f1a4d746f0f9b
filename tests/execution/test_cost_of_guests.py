"""Nothing that a caller without a token sends takes more CPU time than its points say."""

import hashlib
from collections.abc import Callable, Generator
from typing import Any

import pytest

from customer_gql.execution.limits.parse_cost import compute_body_cost, compute_parse_cost
from support.service import Service, serving

pytestmark = pytest.mark.slow  # starts processes

ORDINARY = "{ shop { streetLines } countries { code name regions { code } } }"
REPEATED = "{ " + "shop { streetLines storeView { code } } " * 48 + " k%d: __typename }"
SIGN_IN = 'mutation { signIn(input: {email: "x%d@example.com", password: "wrong-password-1"}) { userErrors { code } } }'
FAILING = ORDINARY[:-1] + 'nodes(ids: ["bad"]) { id } }'
UNKNOWN = hashlib.sha256(b"unknown").hexdigest()
REFUSAL = 150
TIMES = 12


def parsed(query: str) -> int:
    return compute_parse_cost(query, max_tokens=1000)


HOSTILE: dict[str, tuple[Callable[[int], Any], Callable[[Any, dict[str, Any]], int]]] = {
    "new documents": (lambda n: {"query": REPEATED % n}, lambda body, _: parsed(body["query"])),
    "invalid documents": (lambda _: {"query": "{ nonsense }"}, lambda body, _: parsed(body["query"])),
    "hashes of nothing": (
        lambda _: {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": UNKNOWN}}},
        lambda *_: REFUSAL,
    ),
    "passwords": (lambda n: {"query": SIGN_IN % n}, lambda body, _: parsed(body["query"])),
    "large bodies": (
        lambda _: {"query": ORDINARY, "variables": {"a": [1] * 45_000}},
        lambda *_: compute_body_cost(90_000),
    ),
    "queries that fail": (lambda _: {"query": FAILING}, lambda _, answer: 4 * requested(answer)),
}


def requested(answer: dict[str, Any]) -> int:
    return answer.get("extensions", {}).get("cost", {}).get("requested", 0)


@pytest.fixture(scope="module")
def unlimited(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Generator[Service]:
    settings = {"storefront__bucket": 10**9, "storefront__guest_rate": 10**9, "storefront__address_attempts": 10**6}
    with serving(tmp_path_factory.mktemp("guests"), database_url, **settings, worker=False) as service:
        yield service


def seconds_per_point(
    service: Service, make: Callable[[int], Any], more: Callable[[Any, dict[str, Any]], int]
) -> float:
    before, points = service.cpu(), 0
    for number in range(TIMES):
        body = make(number)
        answer = service.post(body).json()
        points += requested(answer) + more(body, answer)
    return (service.cpu() - before) / points


@pytest.mark.parametrize("kind", HOSTILE)
def test_guests_pay_for_what_they_cause(unlimited: Service, kind: str):
    def ordinary() -> float:
        return seconds_per_point(unlimited, lambda _: {"query": ORDINARY}, lambda *_: 0)

    ordinary()
    usual = ordinary()
    hostile = seconds_per_point(unlimited, *HOSTILE[kind])
    assert hostile < 3 * max(usual, ordinary(), 4e-6)
