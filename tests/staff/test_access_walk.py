"""Every root of the admin endpoint, and every id it takes, tried by everybody who may not (found in the schema)."""

import re

import pytest

from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.security import tokens
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS, WEBSITE, Setting
from support.access_walk import Ids, Root, ids_given, ids_taken, required, roots
from support.root_samples import SAMPLES
from support.staff import staff_client
from support.world import build, state

DECLARED_SETTINGS.join(
    [Setting("walk.lines", 2, WEBSITE, "How many lines the access test has.", at_least=1, at_most=4, label="Lines")]
)
ROOTS = roots()
MADE = re.compile(r"(?:sel|job)_[0-9a-f]{16}|\d{4}-\d\d-\d\dT[\d:.]+")
"""Ids and times of what is made: selections and jobs keep ids that nothing has."""
GUARDED = [root for root in ROOTS if root.viewer not in {"guest", "anyone"}]


@pytest.fixture(scope="session")
async def world(http, database):
    async with database.writes.acquire() as connection:
        return await build(http, connection)


def calls(root: Root, ids: Ids):
    return [sample(ids) for sample in SAMPLES.get(root.name, [lambda _: {}])]


@pytest.mark.parametrize("root", GUARDED, ids=str)
def test_every_root_and_every_id_has_a_sample(root, world):
    made = calls(root, world.foreign())
    missing = [name for name in required(root) for call in made if name not in call]
    assert not missing, f"samples.py of the slice: say how to call {root.name}, which takes {missing}"
    given = set().union(*[ids_given(call) for call in made])
    assert not ids_taken(root) - given, (
        f"samples.py of the slice: no sample of {root.name} gives {ids_taken(root) - given}"
    )


def test_no_sample_is_of_a_root_that_is_gone():
    assert set(SAMPLES) <= {root.name for root in ROOTS}


@pytest.mark.parametrize("root", GUARDED, ids=str)
async def test_without_a_token_and_with_a_customers_nothing_opens(root, world, connection):
    before = await state(connection)
    for call in calls(root, world.foreign()):
        answer = await world.guest.answer(root.document(call), **call)
        assert answer["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}, answer
        assert not answer["data"] or answer["data"][root.name] is None
        assert (await world.customer.post(root.document(call), **call)).status_code == 401
    assert await state(connection) == before


@pytest.mark.parametrize("root", [root for root in GUARDED if root.permission], ids=str)
async def test_without_its_permission_it_stays_closed(root, world, http, connection):
    lacking = await staff_client(http, connection, ALL_PERMISSIONS - {root.permission})
    before = await state(connection)
    for call in calls(root, world.foreign()):
        answer = await lacking.answer(root.document(call), **call)
        expected = {"code": "FORBIDDEN", "permission": root.permission}
        assert answer["errors"][0]["extensions"] == expected, answer
        assert not answer["data"] or answer["data"][root.name] is None
    assert await state(connection) == before


FRESH = re.compile(r"(?<=\")((job|sel)_[0-9a-f]{16}|\d{4}-\d\d-\d\dT[0-9:.+]+)(?=\")")
"""Ids and times of what the call itself made."""


@pytest.mark.parametrize("root", GUARDED, ids=str)
async def test_what_is_of_another_website_is_as_good_as_unknown(root, world, connection):
    before = await state(connection)
    samples = SAMPLES.get(root.name, [lambda _: {}])
    for sample in samples:
        foreign, unknown = world.foreign(), world.unknown()
        call, other = sample(foreign), sample(unknown)
        if not foreign.asked and root.operation == "mutation":
            continue  # it acts on the caller alone
        answer = (await world.stranger.post(root.document(call), **call)).text
        nothing = (await world.stranger.post(root.document(other), **other)).text
        for prefix in foreign.asked:
            answer = answer.replace(world.victim[prefix], unknown.by_prefix[prefix])
        assert "INTERNAL" not in answer
        if foreign.asked:
            assert FRESH.sub("", answer) == FRESH.sub("", nothing), call
        assert not [marker for marker in world.markers if marker in answer], call
    assert await state(connection) == before


@pytest.mark.slow
@pytest.mark.parametrize("root", GUARDED, ids=str)
async def test_a_key_of_any_size_is_unknown(root, world, connection):
    before = await state(connection)
    for sample in SAMPLES.get(root.name, []):
        unknown = world.unknown()
        call = sample(unknown)
        if not unknown.asked:
            continue
        expected = (await world.manager.post(root.document(call), **call)).text
        for key in (2**31, 2**63 - 1):
            ids = world.unknown(key)
            call = sample(ids)
            answer = (await world.manager.post(root.document(call), **call)).text
            for prefix in ids.asked:
                answer = answer.replace(ids.by_prefix[prefix], unknown.by_prefix[prefix])
            assert MADE.sub("", answer) == MADE.sub("", expected), call
    assert await state(connection) == before


async def test_the_same_calls_do_something_for_those_who_may(world):
    """Else the test above would prove nothing: what is unknown to all is refused to all."""
    for name in ("customer", "node", "configuration"):
        root = next(root for root in ROOTS if root.name == name)
        for call in calls(root, world.foreign()):
            assert (await world.manager.data(root.document(call), **call))[name], call


KINDS = {
    "customer": (200, 401),
    "staff": (401, 200),
    "service": (401, 200),
    "password reset": (401, 401),
    "invitation": (401, 401),
    "one-time code": (401, 401),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_of_token_opens_its_own_surface_alone(kind, world, http, connection):
    token = await token_of(kind, world, connection)
    found = [
        (
            await http.post(path, json={"query": "{ __typename }"}, headers={"Authorization": f"Bearer {token}"})
        ).status_code
        for path in ("/graphql", "/admin/graphql")
    ]
    assert tuple(found) == KINDS[kind]


async def token_of(kind, world, connection):
    """A token that is stored and still works for what it is made for."""
    customer, staff = int(world.victim["cus"][4:], 16), int(world.victim["stf"][4:], 16)
    made = {
        "customer": lambda: world.customer.token,
        "staff": lambda: world.manager.token,
        "service": lambda: tokens.new_token(tokens.SERVICE),
        "password reset": lambda: tokens.new_token(tokens.PASSWORD_RESET),
        "invitation": lambda: tokens.new_token(tokens.STAFF_INVITATION),
        "one-time code": lambda: tokens.new_token(tokens.STAFF_CODE),
    }[kind]()
    later = "now() + interval '1 hour'"
    insert = {
        "service": f"INSERT INTO service_token_secret VALUES ($1, $2, {later})",
        "password reset": "INSERT INTO password_reset (token_hash, customer_id, email_hash, expires_at)"
        f" VALUES ($1, $2, ''::bytea, {later})",
        "invitation": f"INSERT INTO staff_invitation (token_hash, staff_id, expires_at) VALUES ($1, $2, {later})",
        "one-time code": f"INSERT INTO staff_oidc_code VALUES ($1, $2, {later})",
    }.get(kind)
    owner = {"service": int(world.victim["svt"][4:], 16), "password reset": customer}.get(kind, staff)
    if insert is not None:
        await connection.execute(insert, tokens.hash_token(made), owner)
    return made
