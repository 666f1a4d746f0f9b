"""Guesses at passwords are counted in the database, by account and by network peer, for customers and staff alike."""

import asyncio
import datetime as dt
import uuid
from contextlib import contextmanager

import httpx
import pytest

from customer_gql.customers.accounts import lockout
from customer_gql.security.network import network_of, plain_address
from support.clients import Client
from support.identities import CustomerIdentity, StaffIdentity
from support.processes import drain, started

SHARES = ("guest_percent", "address_percent")


async def count_of(connection, keys):
    rows = await connection.fetch("SELECT count FROM throttle WHERE key_hash = ANY($1)", keys)
    return [row.count for row in rows]


async def end_pauses(connection, keys, count=None):
    ended = (
        "UPDATE throttle SET until = now() - interval '1 second', count = coalesce($2, count) WHERE key_hash = ANY($1)"
    )
    await connection.execute(ended, keys, count)


async def begin_pauses(connection, keys):
    await connection.execute("UPDATE throttle SET until = now() + interval '1 minute' WHERE key_hash = ANY($1)", keys)


async def test_five_guesses_then_a_pause_for_the_right_password_too(identity, connection):
    person = await identity.make_person()
    keys = identity.failure_keys(person.email)
    for _ in range(5):
        assert await identity.sign_in(person.email, "wrong") is None
    await begin_pauses(connection, keys)  # a second may pass on a busy machine
    assert await identity.sign_in(person.email) is None
    assert await count_of(connection, keys) == [5] * len(keys)
    await identity.wait_out(person.email)
    assert await identity.sign_in(person.email)
    assert await count_of(connection, keys) == []


async def test_the_pause_doubles_to_a_quarter_of_an_hour_and_never_lasts_longer(identity, connection, configured):
    for setting in lockout.SETTINGS:
        await configured(setting, 0)
    email = f"{uuid.uuid4().hex}@example.com"  # an unknown account waits the same
    keys = identity.failure_keys(email)
    pauses = [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, *[900] * 4]
    for pause in pauses:
        await end_pauses(connection, keys)
        await fail_and_wait(identity, connection, email, pause)
    for failures in (98, 99, 100, 10_000):
        await end_pauses(connection, keys, count=failures)
        await fail_and_wait(identity, connection, email, 900)


async def fail_and_wait(identity, connection, email, seconds):
    """A wrong password closes the account for so many seconds from a moment within the attempt."""
    before = dt.datetime.now(dt.UTC)
    assert await identity.sign_in(email, "wrong") is None
    after, keys = dt.datetime.now(dt.UTC), identity.failure_keys(email)
    ends = [row.until for row in await connection.fetch("SELECT until FROM throttle WHERE key_hash = ANY($1)", keys)]
    assert len(ends) == len(keys)
    assert all(before <= end - dt.timedelta(seconds=seconds) <= after for end in ends)


async def test_the_right_password_forgets_the_wrong_ones(identity, connection):
    person = await identity.make_person()
    for _ in range(3):
        for _ in range(4):
            await identity.sign_in(person.email, "wrong")
        assert await identity.sign_in(person.email)
    assert await count_of(connection, identity.failure_keys(person.email)) == []


async def test_a_lock_ends_no_session(identity):
    person = await identity.make_person()
    token = await identity.sign_in(person.email)
    for _ in range(7):
        await identity.sign_in(person.email, "wrong")
    assert await identity.is_let_in(token)


async def test_thirty_attempts_in_five_minutes_from_one_peer(identity, connection):
    person = await identity.make_person()
    peer = f"203.0.113.{uuid.uuid4().int % 250}"
    await connection.execute("DELETE FROM throttle WHERE key_hash = $1", identity.peer_key(peer))
    for _ in range(30):
        await identity.sign_in(f"{uuid.uuid4().hex}@example.com", "wrong", address=peer)
    assert await identity.sign_in(person.email, address=peer) is None
    assert await count_of(connection, identity.failure_keys(person.email)) == []  # nobody's account is closed by it
    assert await identity.sign_in(person.email)
    await end_pauses(connection, [identity.peer_key(peer)])
    assert await identity.sign_in(person.email, address=peer)


async def test_a_network_of_ipv6_is_one_peer(identity):
    person = await identity.make_person()
    network = ":".join(f"{uuid.uuid4().int % 0xFFFF:x}" for _ in range(3))
    for host in range(30):
        address = f"2001:{network}:{host:x}:0:0:{host + 1:x}"
        await identity.sign_in(f"{uuid.uuid4().hex}@example.com", "wrong", address=address)
    assert await identity.sign_in(person.email, address=f"2001:{network}:ffff:1:2:3") is None
    other = f"2001:{network.rpartition(':')[0]}:fffe:1:2:3:4"
    assert await identity.sign_in(person.email, address=other)


async def test_the_other_identity_counts_apart(browser, connection, password_hash, settled):
    customers, staff = (side(browser, connection, password_hash, settled) for side in (CustomerIdentity, StaffIdentity))
    peer, person = f"198.51.100.{uuid.uuid4().int % 250}", await staff.make_person()
    for _ in range(31):
        assert await customers.sign_in(person.email, "wrong", address=peer) is None
    assert await staff.sign_in(person.email, address=peer)


@pytest.fixture(scope="module")
def two_processes(database_url, tmp_path_factory):
    """Two processes of the service, which share nothing but the database."""
    folder = tmp_path_factory.mktemp("processes")
    with serving(folder, database_url) as one, serving(folder, database_url) as other:
        yield one, other


@contextmanager
def serving(folder, database_url):
    # All guesses come from one address: those refused because of that would not be counted.
    shares = {f"{audience}__{name}": 100 for audience in ("storefront", "admin") for name in SHARES}
    settings = {"database_url": database_url, "port": 0, "worker": "false", "trusted_proxies": "", **shares}
    with started(folder, "serve", **settings) as running:
        assert running.stderr is not None
        for said in running.stderr:
            if "serving on" in said:
                break
        else:
            raise AssertionError("it did not start")
        drain(running)
        yield said.split("serving on ")[1].split()[0]


@pytest.mark.slow
async def test_of_sixty_guesses_over_processes_spellings_and_forged_headers_one_is_admitted(
    identity, two_processes, connection
):
    """The account has failed before, so the first guess closes it for a quarter of an hour."""
    person = await identity.make_person()
    keys, peer = identity.failure_keys(person.email), identity.peer_key("127.0.0.1")
    await connection.execute("DELETE FROM throttle")
    rows = [(key,) for key in keys]
    await connection.executemany("INSERT INTO throttle (key_hash, count, until) VALUES ($1, 20, now())", rows)
    name, _, domain = person.email.partition("@")
    wide = "".join(chr(ord(character) + 0xFEE0) for character in name)
    spellings = [person.email, person.email.upper(), f"{wide}@{domain}", f" {person.email}"]
    # As many at once as either endpoint takes; what it refuses for being full is no guess.
    async with httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=16)) as http:
        await asyncio.gather(*[guess(identity, http, two_processes[i % 2], spellings[i % 4], i) for i in range(60)])
        assert await count_of(connection, keys) == [21] * len(keys)
        assert await count_of(connection, [peer]) == [30]  # what is refused is not counted
        http.base_url = httpx.URL(two_processes[0])
        device = Client(http, identity.path, None)
        assert await identity.sign_in_on(device, person.email) is None  # the peer is over its limit
        await connection.execute("DELETE FROM throttle WHERE key_hash = $1", peer)
        assert await identity.sign_in_on(device, person.email) is None  # the account is closed
        assert await identity.sign_in_on(device, (await identity.make_person()).email)


async def guess(identity, http, base, email, number):
    forged = {
        "X-Forwarded-For": f"203.0.113.{number}",
        "Forwarded": f"for=203.0.113.{number}",
        "X-Real-IP": f"9.9.9.{number}",
    }
    body = {"query": identity.sign_in_document, "variables": {"input": {"email": email, "password": f"guess {number}"}}}
    return await http.post(f"{base}{identity.path}", json=body, headers=forged)


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("unix", "unix"),
        ("", ""),
    ],
)
def test_the_network_of_an_address(address, counted_as):
    assert network_of(address) == counted_as


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::FFFF:cb00:7107", "203.0.113.7"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("unix", "unix"),
        ("", ""),
    ],
)
def test_an_address_has_one_spelling(address, plain):
    assert plain_address(address) == plain
