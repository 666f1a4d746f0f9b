import asyncio
import os
import random
import threading
import time
import unicodedata

import pytest
from argon2 import PasswordHasher

from customer_gql.core.errors import Unavailable
from customer_gql.security import hashing
from customer_gql.security.hashing import HashingContext, HashingPool, hash_password, needs_rehash, verify_password


@pytest.fixture(autouse=True)
def _cost_of_a_shop():
    hashing.set_cost(memory_kib=hashing.MEMORY_KIB, passes=hashing.PASSES)


async def test_a_password_is_verified_by_its_hash_alone():
    hash = await hash_password("Grüße aus Köln am Rhein 🌉")
    assert hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await verify_password("Grüße aus Köln am Rhein 🌉", hash)
    assert not await verify_password("grüße aus Köln am Rhein 🌉", hash)
    assert not await verify_password("Grüße aus Köln am Rhein 🌉 ", hash)


async def test_one_password_however_its_letters_are_composed():
    hash = await hash_password(unicodedata.normalize("NFD", "Grüße aus Köln"))
    assert await verify_password(unicodedata.normalize("NFC", "Grüße aus Köln"), hash)


async def test_nothing_is_the_password_of_no_hash_or_a_broken_one():
    assert not await verify_password("", None)
    assert not await verify_password("anything", None)
    assert not await verify_password("anything", "$argon2id$broken")


async def test_what_is_too_long_is_wrong_and_not_cut():
    hash = await hash_password("a" * 256)
    assert await verify_password("a" * 256, hash)
    assert not await verify_password("a" * 257, hash)
    with pytest.raises(AssertionError):
        await hash_password("a" * 257)


async def test_hashes_of_weaker_parameters_are_made_anew():
    assert not needs_rehash(await hash_password("a long enough one"))
    assert needs_rehash(PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("a long enough one"))


@pytest.mark.slow
async def test_no_account_costs_as_much_as_a_wrong_password():
    hash = await hash_password("a long enough one")
    found = await told_apart(hash)
    if not 0.3 <= found <= 0.7:  # a machine with much else to do may slow one of the two by chance, but not twice
        found = await told_apart(hash)
    assert 0.3 <= found <= 0.7


async def told_apart(hash):
    times, chance = {True: [], False: []}, random.Random(7)
    for _ in range(40):
        for known in chance.sample((True, False), 2):
            begun = time.perf_counter()
            assert not await verify_password("something else", hash if known else None)
            times[known].append(time.perf_counter() - begun)
    return auc(times[True], times[False])


def auc(one, other):
    """How often a draw of one is greater than a draw of the other; a half when nobody can tell them apart."""
    return sum((a > b) + (a == b) / 2 for a in one for b in other) / (len(one) * len(other))


async def test_beyond_the_queue_it_is_refused_at_once():
    pool = HashingPool(1, 3)
    gate = threading.Event()
    slow = [asyncio.ensure_future(pool.run(lambda: gate.wait(10))) for _ in range(4)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await pool.run(lambda: None)
    gate.set()
    assert await asyncio.gather(*slow) == [True] * 4
    assert await pool.run(lambda: 7) == 7


async def test_what_was_given_up_keeps_its_place_until_it_is_done():
    pool = HashingPool(1, 0)
    begun, gate = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def work():
        loop.call_soon_threadsafe(begun.set)
        gate.wait(10)

    given_up = asyncio.ensure_future(pool.run(work))
    await begun.wait()
    given_up.cancel()
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await pool.run(lambda: None)
    gate.set()
    async with asyncio.timeout(10):
        while pool._taken:
            await asyncio.sleep(0)
    assert await pool.run(lambda: 7) == 7


async def test_the_loop_goes_on_meanwhile():
    """Every thread waits for something that only the loop does."""
    gate, threads = threading.Event(), os.cpu_count() or 1
    pool = HashingPool(threads)
    with HashingContext(pool):
        waiting = [asyncio.ensure_future(pool.run(lambda: gate.wait(10))) for _ in range(threads)]
        hashed = [asyncio.ensure_future(hash_password("a long enough one")) for _ in range(4 * threads)]
        await asyncio.sleep(0)
    gate.set()
    assert await asyncio.gather(*waiting) == [True] * threads
    assert all(hash.startswith("$argon2id$") for hash in await asyncio.gather(*hashed))
    assert pool._taken == 0


async def test_a_cost_that_rises_holds_at_once_and_marks_older_hashes():
    old = await hash_password("a long enough one")
    hashing.set_cost(memory_kib=hashing.MEMORY_KIB, passes=hashing.PASSES + 1)
    newer = await hash_password("a long enough one")
    assert newer.startswith("$argon2id$v=19$m=19456,t=3,p=1$")
    assert (needs_rehash(old), needs_rehash(newer)) == (True, False)
    assert await verify_password("a long enough one", old)
