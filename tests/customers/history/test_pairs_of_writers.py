"""For every two writers of one stored value: the second, based on the version before the first, conflicts in that value, and
what only one of them writes merges. Every writer calls a value what the others call it."""

import datetime as dt
from collections.abc import Collection
from typing import Any

import orjson
import pytest

from customer_gql.customers.addresses.settings import FAX, SHOW_VAT_NUMBER
from customer_gql.customers.history.stored_values import name_stored_value
from support.customers import make_address
from support.slice_samples import merge
from support.staff import make_website
from support.writers import OF_MANAGED_RECORDS, OF_OTHER_RECORDS, Subject, Writer, changed, inputs_with_version, write

WRITERS: dict[str, Writer] = merge("WRITERS")
SUBSCRIBE = "INSERT INTO newsletter_subscription (customer_id, store_view_id, status) VALUES ($1, $2, $3)"
READERS_OF_DEFAULT = {"telephone", "postcode"}
DEFAULTS = {"defaultBillingAddress": "isDefaultBilling", "defaultShippingAddress": "isDefaultShipping"}


CONFLICT_AS_A_WHOLE = {
    "companyRoleUpdate",
    "companyTeamUpdate",
    "customerNoteUpdate",
    "gridViewUpdate",
    "orderStatusUpdate",
}
OF_NO_VALUE = {"customerDelete"}
VERSIONED = {name: writer for name, writer in WRITERS.items() if name.partition(" ")[0] in inputs_with_version()}


def test_every_mutation_with_a_version_is_a_writer_here_or_of_another_record():
    elsewhere = OF_OTHER_RECORDS | OF_MANAGED_RECORDS | CONFLICT_AS_A_WHOLE | OF_NO_VALUE
    assert inputs_with_version() <= {name.partition(" ")[0] for name in VERSIONED} | elsewhere


@pytest.fixture
async def make_subject(shopper, admin_client, connection, configured):
    await configured(FAX, "OPTIONAL")
    await configured(SHOW_VAT_NUMBER, True)
    elsewhere = [await make_website(connection) for _ in "ab"]
    locked = {"locked_until": dt.datetime(2098, 1, 1, tzinfo=dt.UTC), "lock_reason": "STAFF"}

    async def make() -> Subject:
        row = await shopper(is_self_registered=True, **locked)
        for view, status in ((1, "UNSUBSCRIBED"), (elsewhere[0], "SUBSCRIBED")):
            await connection.execute(SUBSCRIBE, row.id, view, status)
        home = await make_address(connection, row, is_default_billing=True, is_default_shipping=True)
        work, spare = [await make_address(connection, row, city=city) for city in ("Bath", "York")]
        await connection.execute(
            "UPDATE address SET external_id = '1' WHERE customer_id = $1 AND id = $2", row.id, home.id
        )
        return Subject(connection, admin_client, row.id, home.id, work.id, spare.id, elsewhere)

    return make


def shared(subject, written):
    return {(subject.is_known(record), column): is_known(subject, value) for (record, column), value in written.items()}


def is_known(subject, value):
    return subject.is_known(value) if isinstance(value, str) and value.startswith("adr_") else value


ALONE: dict[str, Any] = {}


@pytest.fixture
async def alone(make_subject):
    """What a writer changes when nobody else writes."""

    async def written(name):
        if name not in ALONE:
            ALONE[name] = await run(VERSIONED[name])
        return ALONE[name]

    async def run(writer):
        subject = await make_subject()
        before = await subject.stored()
        assert await write(writer, subject, 2) == []
        return shared(subject, changed(before, await subject.stored()))

    return written


@pytest.mark.parametrize("name", WRITERS)
async def test_history_names_what_is_stored(name, make_subject, connection):
    subject = await make_subject()
    before, version = await subject.stored(), await subject.version()
    newest = await connection.fetchval(
        "SELECT coalesce(max(id), 0) FROM customer_event WHERE customer_id = $1", subject.id
    )
    assert await write(WRITERS[name], subject, 1) == []
    written = changed(before, await subject.stored())
    assert written
    events = await connection.fetch(
        "SELECT version, changes FROM customer_event WHERE customer_id = $1 AND id > $2 ORDER BY id", subject.id, newest
    )
    told = {field: pair for event in events for field, pair in orjson.loads(event.changes).items()}
    assert set(told) == {name_stored_value(column, record or None) for record, column in written}
    assert [event.version for event in events] == sorted(event.version for event in events)
    assert events[-1].version == await subject.version() >= version


@pytest.mark.slow
@pytest.mark.parametrize("second", VERSIONED)
@pytest.mark.parametrize("first", WRITERS)
async def test_the_second_of_two_writers_conflicts_in_what_both_write(first, second, make_subject, alone, connection):
    wanted = await alone(second)
    subject = await make_subject()
    before, version = await subject.stored(), await subject.version()
    assert await write(WRITERS[first], subject, 1) == []
    await connection.execute("UPDATE customer SET status = 'ACTIVE' WHERE id = $1", subject.id)
    now = shared(subject, await subject.stored())
    written = shared(subject, changed(before, await subject.stored()))
    expected = {key for key, value in wanted.items() if key in written and now.get(key) != value}
    errors = await write(VERSIONED[second], subject, 2, version=version)
    conflicts = {conflict["field"] for error in errors for conflict in error.get("conflicts", ())}
    if now["", "default_billing_address"] is None and READERS_OF_DEFAULT & {column for _, column in wanted}:
        assert second.startswith("addressUpdate") or {error["code"] for error in errors} == {"NOT_ALLOWED"}
        return
    if is_read_from_another_address(second, wanted, written):
        assert "defaultBillingAddress" in conflicts
    else:
        assert conflicts == {name_stored_value(column) for _, column in expected}
    assert {error["code"] for error in errors} == ({"VERSION_CONFLICT"} if conflicts else set())
    if conflicts:
        assert await subject.version() > version
        merged = await write(VERSIONED[second], subject, 2, version=version, leave_out=inputs_of(conflicts))
        assert merged == []


def is_read_from_another_address(second: str, wanted, written) -> bool:
    is_quick_edit = second.startswith("customerQuickEdit") and READERS_OF_DEFAULT & {column for _, column in wanted}
    return bool(is_quick_edit) and ("", "default_billing_address") in written


def inputs_of(conflicts: Collection[str]) -> set[str]:
    moved = READERS_OF_DEFAULT if "defaultBillingAddress" in conflicts else set()
    return {DEFAULTS.get(name, name) for name in conflicts} | set(conflicts) | moved
