"""Requests without a valid token cannot keep others out, and refused work is charged."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Generator

import httpx
import pytest

from customer_gql.execution.limits.admission import AdmissionGate
from customer_gql.execution.refusal import RequestRefused
from execution.conftest import UNLIMITED_RATES
from support.blocking import blocked_table, wait_for_waiting
from support.service import Service, code_of, serving

WRONG = """mutation { staffSignIn(input: {email: "nobody@example.com", password: "wrong"}) { userErrors { code } } }"""
GATES = {"admin__requests": 20, "admin__guest_percent": 25, "admin__address_percent": 15, "lock_seconds": 10}


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Generator[Service]:
    """Twenty places on the admin endpoint, three of them for one address without a token."""
    with serving(tmp_path_factory.mktemp("gated"), database_url, **UNLIMITED_RATES, **GATES) as served:
        yield served


@pytest.fixture(scope="module")
def charged(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Generator[Service]:
    """With rates as small as they may be."""
    small = {f"{audience}__{name}": 1 for audience in ("storefront", "admin") for name in ("guest_rate", "rate")}
    buckets = {"storefront__bucket": 15_000, "admin__bucket": 60_000}
    with serving(
        tmp_path_factory.mktemp("charged"), database_url, **small, **buckets, trusted_proxies="127.0.0.1"
    ) as served:
        yield served


def refused(gate: AdmissionGate, network: str | None) -> bool:
    try:
        with gate.admit(network):
            return False
    except RequestRefused:
        return True


def test_guests_leave_places_for_those_with_a_token():
    gate = AdmissionGate(8, guest_limit=2, address_limit=1)
    with gate.admit("10.0.0.1"):
        assert refused(gate, "10.0.0.1")
        with gate.admit("10.0.0.2"):
            assert refused(gate, "10.0.0.3")
            assert not refused(gate, None)
        assert not refused(gate, "10.0.0.3")
    assert gate.running == 0


def test_places_end_with_the_last_one():
    gate = AdmissionGate(1)
    with gate.admit():
        assert refused(gate, None)
    assert not refused(gate, None)


@pytest.mark.slow
async def test_wrong_sign_ins_of_one_address_do_not_shut_the_back_office(
    gated: Service, staff_token: str, database_url: str
):
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{gated.port}", timeout=20) as http:
        async with blocked_table(database_url, "throttle") as lock:
            inside = [asyncio.create_task(http.post("/admin/graphql", json={"query": WRONG})) for _ in range(60)]
            await wait_for_waiting(lock, 3)
            done, _ = await asyncio.wait(inside, timeout=5, return_when=asyncio.ALL_COMPLETED)
            assert Counter(task.result().status_code for task in done) == {503: 57}
            staff = {"authorization": f"Bearer {staff_token}"}
            answer = await http.post("/admin/graphql", json={"query": "{ staffSessions { isCurrent } }"}, headers=staff)
            assert answer.json()["data"]["staffSessions"]
            # A made-up token buys no place.
            junk = {"authorization": "Bearer cgs_made-up"}
            assert (await http.post("/admin/graphql", json={"query": WRONG}, headers=junk)).status_code == 503
        await asyncio.gather(*inside)


COSTLY = " ".join(f"o{i}: orders(first: 100) {{ nodes {{ items {{ sku }} }} }}" for i in range(9))
REFUSED_WORK = {
    "a wrong operation name": ({"query": "{ me { id } }", "operationName": "Other"}, None, "BAD_USER_INPUT"),
    "a made-up token": ({"query": "{ me { id } }"}, "cgc_made-up", "UNAUTHENTICATED"),
    "an invalid document": ({"query": "{ nonsense }"}, None, "GRAPHQL_VALIDATION_FAILED"),
    "too high a cost": ({"query": f"{{ me {{ {COSTLY} }} }}"}, None, "QUERY_TOO_COMPLEX"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", REFUSED_WORK)
def test_refused_work_is_charged(charged: Service, name: str):
    body, token, code = REFUSED_WORK[name]
    address = f"10.0.0.{list(REFUSED_WORK).index(name)}"
    codes: list[str] = []
    while len(codes) < 400 and "RATE_LIMITED" not in codes:
        codes.append(code_of(charged.post(body, token=token, x_forwarded_for=address).json()))
    assert Counter(codes).keys() == {code, "RATE_LIMITED"}


@pytest.mark.slow
def test_a_new_document_costs_its_parsing_once(charged: Service):
    def is_limited(query: str) -> bool:
        return charged.post({"query": query}, x_forwarded_for="10.0.1.1").status_code == 429

    different = [f"{{ limits {{ a{number}: tokens }} }}" for number in range(400)]
    assert any(is_limited(query) for query in different)


def test_every_service_token_has_a_bucket_of_its_own(charged: Service, staff_token: str):
    expiry = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).isoformat()
    create = "mutation($input: ServiceTokenCreateInput!) { serviceTokenCreate(input: $input) { token } }"
    spender, other = [
        charged.ask(
            create,
            "/admin/graphql",
            token=staff_token,
            input={"name": name, "permissions": ["CUSTOMERS_READ"], "websiteIds": None, "expiresAt": expiry},
        )["data"]["serviceTokenCreate"]["token"]
        for name in ("spender", "other")
    ]
    document = {"query": "{ customers(first: 100) { nodes { id orders(first: 10) { nodes { id } } } } }"}
    codes = [charged.post(document, "/admin/graphql", token=spender).status_code for _ in range(60)]
    assert set(codes) == {200, 429}
    assert charged.post(document, "/admin/graphql", token=other).status_code == 200
