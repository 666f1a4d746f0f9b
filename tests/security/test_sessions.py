"""Access tokens of customers and staff: ended by disuse, by time, and by whom they belong to."""

import asyncio
import datetime as dt

import pytest


@pytest.mark.parametrize("ended", ["idle_until = now()", "expires_at = now()"])
async def test_a_token_ends_unused_or_by_itself(ended, identity):
    person = await identity.make_person()
    device = await identity.signed_in(person)
    assert await identity.is_let_in(device.token)
    await identity.set_token(person, ended)
    assert not await identity.is_let_in(device.token)


async def test_a_token_in_use_goes_on_but_not_beyond_its_end(identity, settled):
    person = await identity.make_person()
    device = await identity.signed_in(person)
    stored = await identity.stored_token(person)
    idle = dt.timedelta(seconds=stored.idle_seconds)
    assert stored.idle_until - idle >= stored.created_at
    await identity.set_token(person, "idle_until = now() + interval '5 minutes'")
    assert await identity.is_let_in(device.token)
    await settled()
    assert (await identity.stored_token(person)).idle_until >= stored.idle_until
    await identity.set_token(person, "idle_until = now(), expires_at = now() + interval '10 minutes'")
    await identity.set_token(person, "idle_until = now() + interval '5 minutes'")
    assert await identity.is_let_in(device.token)
    await settled()
    stored = await identity.stored_token(person)
    assert stored.idle_until == stored.expires_at


async def test_a_use_is_recorded_once_a_minute_and_the_token_read_in_one_statement(identity, statements, settled):
    person = await identity.make_person()
    device = await identity.signed_in(person)
    await settled()
    await statements.clear()
    await device.data("{ __typename }")
    await settled()
    assert await statements.count() == 1
    await identity.set_token(person, "idle_until = now() + interval '5 minutes'")
    await statements.clear()
    await asyncio.gather(*[device.data("{ __typename }") for _ in range(20)])
    await settled()
    recorded = await identity.stored_token(person)
    await device.data("{ __typename }")
    await settled()
    assert (await identity.stored_token(person)).idle_until == recorded.idle_until


async def test_signing_out_ends_this_session_or_all(identity):
    person = await identity.make_person()
    first, second, third = [await identity.signed_in(person) for _ in range(3)]
    assert await identity.sign_out(first) == 1
    assert [await identity.is_let_in(each.token) for each in (first, second, third)] == [False, True, True]
    assert await identity.sign_out(second, everywhere=True) == 2
    assert [await identity.is_let_in(each.token) for each in (second, third)] == [False, False]
    assert [event.kind for event in await identity.events(person)] == ["SIGNED_IN"] * 3 + ["SIGNED_OUT"] * 2


async def test_one_session_is_ended_and_the_others_go_on(identity):
    person, other = await identity.make_person(), await identity.make_person()
    here, there, elsewhere = [await identity.signed_in(who) for who in (person, person, other)]
    listed = await identity.sessions(here)
    assert sorted(session["isCurrent"] for session in listed) == [False, True]
    (not_this,) = [session["id"] for session in listed if not session["isCurrent"]]
    not_found = [{"code": "NOT_FOUND", "path": ["id"]}]
    assert await identity.revoke(elsewhere, not_this) == not_found
    assert await identity.revoke(here, not_this) == []
    assert await identity.revoke(here, not_this) == not_found
    assert [await identity.is_let_in(each.token) for each in (here, there, elsewhere)] == [True, False, True]
    assert [session["id"] for session in await identity.sessions(here) if session["isCurrent"]]


async def test_a_token_of_one_identity_opens_nothing_of_the_other(browser, connection, password_hash, settled):
    from support.identities import CustomerIdentity, StaffIdentity

    sides = [side(browser, connection, password_hash, settled) for side in (CustomerIdentity, StaffIdentity)]
    tokens = [(await side.signed_in(await side.make_person())).token for side in sides]
    assert [[await side.is_let_in(token) for token in tokens] for side in sides] == [[True, False], [False, True]]
