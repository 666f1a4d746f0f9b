"""A stranger with a stopwatch learns nothing: known and unknown addresses, in turns, take the same time.

Hashing 1,200 passwords takes about 45 seconds of one core, so `make timing` runs what hashes, and `make test` the rest.

AUC is the chance that an answer about a known address took longer than one about an unknown one; 0.5 tells nothing.
"""

import os
import random
import time
import uuid

import pytest

from accounts.shopping import EMAIL_REQUEST, PASSWORD, RESET_REQUEST, SIGN_IN, SIGN_UP, person

PAIRS = int(os.environ.get("TIMING_PAIRS", "200"))


hashes = pytest.mark.skipif("TIMING" not in os.environ, reason="45 seconds of hashing: make timing")


def auc(known, unknown):
    wins = sum((k > u) + 0.5 * (k == u) for k in known for u in unknown)
    return wins / (len(known) * len(unknown))


@pytest.fixture
def measured(browser):
    """The AUC over pairs asked for in a random order, each by somebody else."""

    async def measure(document, known, unknown, client=None):
        times, chance = ([], []), random.Random(7)
        for _ in range(PAIRS):
            for which in chance.sample((0, 1), 2):
                asking = client or await browser()
                input = await (known, unknown)[which]()
                started = time.perf_counter()
                response = await asking.post(document, input=input)
                times[which].append(time.perf_counter() - started)
                assert "errors" not in response.json(), response.text
        found = auc(*times)
        print(f"AUC {found:.3f} over {PAIRS} pairs")  # noqa: T201 - the figure `make timing` is run for
        return found

    return measure


def stranger():
    return f"{uuid.uuid4().hex}@example.com"


@hashes
async def test_sign_in(measured, shopper):
    async def known():
        return {"email": (await shopper()).email, "password": "a wrong password"}

    async def unknown():
        await shopper()
        return {"email": stranger(), "password": "a wrong password"}

    assert 0.4 <= await measured(SIGN_IN, known, unknown) <= 0.6


@hashes
async def test_sign_up(measured, shopper):
    async def known():
        return person((await shopper()).email)

    async def unknown():
        await shopper()
        return person(stranger())

    assert 0.4 <= await measured(SIGN_UP, known, unknown) <= 0.6


async def test_reset_request(measured, shopper):
    async def known():
        return {"email": (await shopper()).email}

    async def unknown():
        await shopper()
        return {"email": stranger()}

    assert 0.4 <= await measured(RESET_REQUEST, known, unknown) <= 0.6


@hashes
async def test_email_change(measured, shopper, signed_in, connection):
    device = await signed_in(await shopper())

    async def ready():
        await connection.execute("DELETE FROM email_token")
        await connection.execute("DELETE FROM throttle")

    async def known():
        await ready()
        return {"email": (await shopper()).email, "currentPassword": PASSWORD}

    async def unknown():
        await ready()
        await shopper()
        return {"email": stranger(), "currentPassword": PASSWORD}

    assert 0.4 <= await measured(EMAIL_REQUEST, known, unknown, device) <= 0.6
