"""Signing in with a password, for customers and staff alike; what only one of them has is tested with it."""

import json
import uuid

import pytest
from argon2 import PasswordHasher

from customer_gql.security import hashing
from support.identities import PASSWORD


async def test_one_answer_for_whatever_is_wrong(identity):
    person, closed = await identity.make_person(), await identity.make_person()
    await identity.close(closed)
    tried = [
        (f"{uuid.uuid4().hex}@example.com", PASSWORD),
        (person.email, "another password"),
        (person.email, ""),
        (closed.email, PASSWORD),
        ("no address", PASSWORD),
        ("", ""),
    ]
    answers = []
    for email, password in tried:
        device = await identity.device()
        answers.append(
            (await device.post(identity.sign_in_document, input={"email": email, "password": password})).content
        )
    assert len(set(answers)) == 1
    refused = json.loads(answers[0])["data"]["signIn"]
    assert (refused["token"], len(refused["userErrors"]), refused["userErrors"][0]["path"]) == (None, 1, None)


async def test_a_sign_in_lets_in_and_is_written_down(identity):
    person = await identity.make_person()
    token = await identity.sign_in(f" {person.email.upper()}")
    assert await identity.is_let_in(token)
    assert not await identity.is_let_in(f"{token}x")
    assert [event.kind for event in await identity.events(person)] == ["SIGNED_IN"]


async def test_neither_token_nor_password_is_stored(identity, connection):
    person = await identity.make_person()
    token = await identity.sign_in(person.email)
    await identity.change_password(await identity.device(token), PASSWORD, "another phrase of many words")
    stored = [await identity.stored_token(person), *await identity.events(person)]
    for secret in (token, PASSWORD, "another phrase of many words"):
        assert secret not in str(stored)


async def test_a_password_is_one_whatever_form_its_accents_have(identity):
    composed = "caf\u00e9 au lait \U0001f40e \u00e0 volont\u00e9"
    person = await identity.make_person(hash=await hashing.hash_password(composed))
    assert await identity.sign_in(person.email, "cafe\u0301 au lait \U0001f40e a\u0300 volonte\u0301")
    assert not await identity.sign_in(person.email, composed.capitalize())


async def test_a_hash_of_another_cost_is_renewed_by_a_complete_sign_in_alone(identity):
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    person = await identity.make_person(hash=weak)
    assert not await identity.sign_in(person.email, "wrong")
    assert await identity.stored_hash(person) == weak
    assert await identity.sign_in(person.email)
    renewed = await identity.stored_hash(person)
    assert not hashing.needs_rehash(renewed)
    assert await identity.sign_in(person.email)
    assert await identity.stored_hash(person) == renewed


@pytest.mark.parametrize("weak", ["short", "password12345678!", "1234567890123456", "x" * 257])
async def test_a_new_password_is_strong_and_the_old_one_confirmed(weak, identity):
    person = await identity.make_person()
    here = await identity.signed_in(person)
    code = "TOO_LONG" if len(weak) > 256 else "INVALID"
    assert await identity.change_password(here, PASSWORD, weak) == [{"code": code, "path": ["newPassword"]}]
    (refused,) = await identity.change_password(here, "wrong", "another phrase of many words")
    assert refused["path"] == [identity.current_password]
    assert await identity.sign_in(person.email)


async def test_a_new_password_ends_the_other_sessions(identity):
    person = await identity.make_person()
    here, there = await identity.signed_in(person), await identity.signed_in(person)
    assert await identity.change_password(here, PASSWORD, "another phrase of many words") == []
    assert [await identity.is_let_in(device.token) for device in (here, there)] == [True, False]
    assert await identity.sign_in(person.email) is None
    assert await identity.sign_in(person.email, "another phrase of many words")


async def test_guesses_in_an_open_session_count(identity, connection):
    person = await identity.make_person()
    here = await identity.signed_in(person)
    for _ in range(5):
        await identity.change_password(here, "wrong", "another phrase of many words")
    closed = "UPDATE throttle SET until = now() + interval '1 minute' WHERE key_hash = ANY($1)"
    await connection.execute(closed, identity.session_failure_keys(person.email, here.token))
    (refused,) = await identity.change_password(here, PASSWORD, "another phrase of many words")
    assert refused["path"] == [identity.current_password]
