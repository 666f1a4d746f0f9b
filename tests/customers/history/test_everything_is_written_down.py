"""Each mutation, found in the schemas, that does something to a customer writes who, what, from where; or does nothing."""

import re
from contextlib import asynccontextmanager

import orjson
import pytest
from graphql import is_required_argument

from customer_gql.messaging.events.event_types import event_type_by_history_kind
from customer_gql.schema import admin, storefront
from customer_gql.schema.tables import metadata
from support.changes import Changes, Scene
from support.databases import change_tables
from support.mailed import mailed_token
from support.shopping import PASSWORD
from support.slice_samples import merge

SHAPES = {
    name: shape
    for side in (storefront, admin)
    for name, shape in side.schema._schema.mutation_type.fields.items()  # pyright: ignore
}
CHANGES: Changes = merge("CHANGES")
UNRECORDED = merge("UNRECORDED")
CASES = [(name, *case) for name, cases in CHANGES.items() for case in cases]
NAMES = [f"{name}-{case[1]}" for name, cases in CHANGES.items() for case in cases]
# What hangs on a customer. Presence is written after the answer and is no change of anything, nor is the outcome of a row.
OWNED = sorted(
    name
    for name, table in metadata.tables.items()
    if (name == "customer" or "customer_id" in table.c)
    and name not in {"customer_event", "customer_activity", "job_row"}
)
FROM = "192.0.2.77"
TOKEN = re.compile(r"\bc?g[a-z]+_[A-Za-z0-9_-]{20,}")


def test_every_mutation_is_done_here_or_touches_no_customer():
    missing = set(SHAPES) - set(CHANGES) - set(UNRECORDED)
    assert not missing, f"samples.py of the slice: say in CHANGES or UNRECORDED what becomes of {missing}"
    assert set(SHAPES) == set(CHANGES) | set(UNRECORDED)
    assert not set(CHANGES) & set(UNRECORDED)


@pytest.fixture
async def scene(connection, shopper, browser, admin_client):
    await connection.execute("DELETE FROM throttle")  # all comes from one address
    guest = await browser(address=FROM)
    staff = type(guest)(guest.http, "/admin/graphql", admin_client.token)
    return Scene(connection, shopper, guest, staff)


async def state(connection):
    parts = [
        f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {name} t"
        f" WHERE {'id' if name == 'customer' else 'customer_id'} IS NOT NULL"  # an event may be that of a job
        for name in OWNED
    ]
    return {row[0]: (row[1], row[2]) for row in await connection.fetch(" UNION ALL ".join(parts))}


FAILS_ROW_BY_ROW = {"companyMassAction", "customerMassAction", "orderMassAction"}
"""A fault ends the row of a job, not the request."""


@asynccontextmanager
async def no_history(server, connection):
    """The database takes no event: what is written in another transaction than its event would stay."""
    await change_tables(
        server,
        connection,
        "CREATE OR REPLACE FUNCTION refuse_event() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'no history today'; END $$",
        "CREATE TRIGGER refuse_event BEFORE INSERT ON customer_event FOR EACH ROW EXECUTE FUNCTION refuse_event()",
    )
    try:
        yield
    finally:
        await change_tables(server, connection, "DROP TRIGGER refuse_event ON customer_event")


async def call(name, change):
    shape = SHAPES[name]
    taken = f"($input: {shape.args['input'].type})" if "input" in shape.args else ""
    assert bool(taken) or not any(is_required_argument(argument) for argument in shape.args.values())
    document = (
        f"mutation Do{taken} {{ {name}{'(input: $input)' if taken else ''} {{ userErrors {{ code message path }} }} }}"
    )
    return await change.client.answer(document, **({} if change.input is None else {"input": change.input}))


@pytest.mark.parametrize(("name", "make", "kind", "fields"), CASES, ids=NAMES)
async def test_what_is_done_is_written_down_with_it(name, make, kind, fields, scene, connection, settled, server):
    change = await make(scene)
    before = await state(connection)
    async with no_history(server, connection):
        refused = await call(name, change)
    if name in FAILS_ROW_BY_ROW:
        assert refused == {"data": {name: {"userErrors": []}}}
    else:
        assert refused["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR", refused
    assert await state(connection) == before
    newest = await connection.fetchval("SELECT coalesce(max(id), 0) FROM customer_event")
    done = await call(name, change)
    assert done == {"data": {name: {"userErrors": []}}}
    assert await state(connection) != before
    await settled()
    events = await connection.fetch("SELECT * FROM customer_event WHERE id > $1 ORDER BY id", newest)
    event = next(event for event in events if event.kind == kind)
    assert {event.address for event in events} == {FROM}
    assert change.row is None or {event.customer_id for event in events} == {change.row.id}
    await check_actors(event, change, connection)
    changes = orjson.loads(event.changes)
    assert fields <= {field.rpartition(".")[2] for field in changes}
    assert all(len(pair) == 2 and pair[0] != pair[1] for pair in changes.values()), changes
    await check_secrets(events, change, connection)
    await check_event_for_others(event, connection)


async def check_event_for_others(event, connection):
    """What other systems care about is told with the website, even of a customer who is gone."""
    told = await connection.fetch(
        "SELECT type, website_id, changed_fields FROM domain_event WHERE customer_id = $1 AND id > $2 ORDER BY id",
        event.customer_id,
        event.id,
    )
    expected = event_type_by_history_kind().get(event.kind)
    assert expected is None or (expected, 1, sorted(orjson.loads(event.changes))) in [tuple(row) for row in told]


async def check_actors(event, change, connection):
    """Who it was, and who as whom."""
    if change.client.path == "/admin/graphql":
        assert (event.actor, event.impersonator_id) == ("STAFF", None)
        assert await connection.fetchval("SELECT count(*) FROM staff_user WHERE id = $1", event.actor_id) == 1
        return
    if event.kind.startswith("IMPERSONATION"):
        assert event.actor == "STAFF"
        return
    assert (event.actor, event.actor_id) == ("CUSTOMER", event.customer_id)
    impersonator = await connection.fetchval(
        "SELECT staff_id FROM impersonation WHERE customer_id = $1", event.customer_id
    )
    assert event.impersonator_id == impersonator


async def check_secrets(events, change, connection):
    text = str([tuple(event) for event in events])
    hashes = await connection.fetch("SELECT hash FROM customer_password")
    mailed = await connection.fetch("SELECT id, secrets FROM mail_outbox WHERE secrets IS NOT NULL")
    given = [value for field, value in (change.input or {}).items() if "assword" in field or field in {"token", "code"}]
    secrets = {row.hash for row in hashes} | {mailed_token(row) for row in mailed} | {change.client.token, *given}
    assert not [secret for secret in secrets - {None} if secret in text]
    assert not TOKEN.search(text)


async def test_a_session_ended_by_a_copied_token_is_written_down_too(scene, connection):
    row = await scene.shopper()
    sign_in = "mutation I($input: SignInInput!) { signIn(input: $input) { refreshToken } }"
    refresh = "mutation R($input: TokenRefreshInput!) { tokenRefresh(input: $input) { userErrors { code } } }"
    token = (await scene.guest.data(sign_in, input={"email": row.email, "password": PASSWORD}))["signIn"]
    await scene.guest.data(refresh, input=token)
    # A copy comes later than a lost answer would be asked for again.
    over = "UPDATE customer_refresh_token SET successor_until = now() WHERE customer_id = $1 AND successor IS NOT NULL"
    await connection.execute(over, row.id)
    await scene.guest.data(refresh, input=token)
    events = await connection.fetch(
        "SELECT kind, actor, address FROM customer_event WHERE customer_id = $1 ORDER BY id", row.id
    )
    assert [tuple(event) for event in events] == [
        ("SIGNED_IN", "CUSTOMER", FROM),
        ("REFRESH_TOKEN_REUSED", "SYSTEM", FROM),
    ]


async def test_a_lock_by_wrong_passwords_is_written_down_too(scene, connection, settled):
    row = await scene.shopper()
    document = "mutation I($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }"
    for _ in range(5):
        await scene.guest.data(document, input={"email": row.email, "password": "wrong"})
    await settled()
    events = await connection.fetch(
        "SELECT kind, actor, address FROM customer_event WHERE customer_id = $1 ORDER BY id", row.id
    )
    assert [tuple(event) for event in events] == [("LOCKED_OUT", "SYSTEM", FROM)]
