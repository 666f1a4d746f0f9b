"""Devices that are known to an account, of customers and staff alike."""

import datetime as dt
import uuid

import pytest

from customer_gql.core.viewer import ViewerKind
from customer_gql.database.expired_rows import delete_expired_batch
from customer_gql.security import devices, throttle, tokens


@pytest.fixture(params=[ViewerKind.CUSTOMER, ViewerKind.STAFF])
def kind(request):
    return request.param


@pytest.fixture
def owner():
    return uuid.uuid4().int % (2**62)


async def test_a_device_is_known_to_one_account_of_one_identity(kind, owner, connection):
    device = await devices.remember_device(connection, kind, owner, None)
    assert (device.is_new, device.token.startswith("cgd_")) == (True, True)
    assert await devices.find_device(connection, kind, owner, device.token) == tokens.hash_token(device.token)
    other = ViewerKind.STAFF if kind is ViewerKind.CUSTOMER else ViewerKind.CUSTOMER
    for identity, id, token in (
        (other, owner, device.token),
        (kind, owner + 1, device.token),
        (kind, None, device.token),
        (kind, owner, f"{device.token}x"),
        (kind, owner, None),
    ):
        assert await devices.find_device(connection, identity, id, token) is None


async def test_a_known_device_keeps_its_token_and_is_known_for_a_year_from_then(kind, owner, connection):
    first = await devices.remember_device(connection, kind, owner, None)
    key = throttle.device_key(kind, tokens.hash_token(first.token))
    assert await throttle.count_failure(connection, key) is not None
    await connection.execute("UPDATE known_device SET expires_at = now() + interval '1 day' WHERE owner_id = $1", owner)
    again = await devices.remember_device(connection, kind, owner, first.token)
    assert again == devices.Device(first.token, is_new=False)
    (until,) = await connection.fetch("SELECT expires_at FROM known_device WHERE owner_id = $1", owner)
    assert until.expires_at - dt.datetime.now(dt.UTC) > dt.timedelta(days=364)
    assert await throttle.counted_failures(connection, [key]) == []


async def test_a_device_is_unknown_after_a_year_and_when_it_is_forgotten(kind, owner, connection):
    old, kept = [(await devices.remember_device(connection, kind, owner, None)).token for _ in range(2)]
    await connection.execute("UPDATE known_device SET expires_at = now() WHERE token_hash = $1", tokens.hash_token(old))
    assert await devices.find_device(connection, kind, owner, old) is None
    now = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)
    await delete_expired_batch(connection, [devices.EXPIRED_DEVICES], now)
    assert await connection.fetchval("SELECT count(*) FROM known_device WHERE owner_id = $1", owner) == 1
    assert await devices.forget_devices(connection, kind, owner) == 1
    assert await devices.find_device(connection, kind, owner, kept) is None


async def test_an_account_has_a_hundred_devices_at_most(kind, owner, connection):
    made = [
        (await devices.remember_device(connection, kind, owner, None)).token for _ in range(devices.MAX_DEVICES + 2)
    ]
    known = [await devices.find_device(connection, kind, owner, token) is not None for token in made]
    assert known == [False, False, *[True] * devices.MAX_DEVICES]
