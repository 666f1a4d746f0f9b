"""Edits, locks, ended sessions and links to new passwords for many customers, by the rules of the single mutations."""

import datetime as dt
from typing import Any

import orjson
import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.recovery.settings import RESETS_PER_HOUR
from customer_gql.customers.accounts.support.sign_in_closure import NOTIFY_FORCED_SIGN_IN
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.customers.profile.values.fields import CHOICE_SETTINGS, SHOW_SETTINGS
from customer_gql.shop.settings.declaration import GLOBAL, WEBSITE
from customer_gql.shop.settings.writes import set_value
from support.customers import customer_id, make_customer
from support.staff import make_website, staff_client

ACT = """mutation Act($input: CustomerMassActionInput!, $dryRun: Boolean! = false) {
  customerMassAction(input: $input, dryRun: $dryRun) {
    job { id } askedCount doneCount unchangedCount refusedCount notFoundCount
    blockers { key params message count } results { id outcome key params path } userErrors { code key path } } }"""
LATER = dt.datetime(2090, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


async def act(client: Any, action: str, rows: list[Any], *, dry_run: bool = False, **more: Any) -> Any:
    input = {"action": action, "selection": {"ids": [customer_id(row) for row in rows]}, **more}
    return (await client.data(ACT, input=input, dryRun=dry_run))["customerMassAction"]


def outcomes(answer: Any) -> list[str]:
    assert answer["userErrors"] == []
    return [result["outcome"] for result in answer["results"]]


async def stored(connection: Any, row: Any) -> Any:
    return await connection.fetchrow("SELECT * FROM customer WHERE id = $1", row.id)


async def history(connection: Any, row: Any) -> list[tuple[str, Any]]:
    found = await connection.fetch(
        "SELECT kind, changes FROM customer_event WHERE customer_id = $1 ORDER BY id", row.id
    )
    return [(one.kind, orjson.loads(one.changes)) for one in found]


async def configure(connection: Any, option: Any, value: Any, scope: Any = GLOBAL, scope_id: int = 0) -> None:
    async with connection.transaction():
        await set_value(connection, option, value, scope=scope, scope_id=scope_id)


async def test_an_edit_changes_the_fields_that_are_given(admin_client, connection):
    plain = await make_customer(connection)
    same = await make_customer(connection, prefix="Dr", gender="FEMALE", tax_vat_number=None, birth_year=1980)
    dated = await make_customer(connection, date_of_birth=dt.date(1980, 5, 6), tax_vat_number="DE1")
    edit = {"prefix": "Dr", "gender": "FEMALE", "taxVatNumber": None, "birthYear": 1980}
    answer = await act(admin_client, "EDIT", [plain, same, dated], edit=edit)
    assert outcomes(answer) == ["DONE", "UNCHANGED", "DONE"]
    assert await history(connection, plain) == [
        ("EDITED", {"prefix": [None, "Dr"], "gender": [None, "FEMALE"], "birthYear": [None, 1980]})
    ]
    assert await history(connection, dated) == [
        ("EDITED", {"prefix": [None, "Dr"], "gender": [None, "FEMALE"], "taxVatNumber": ["DE1", None]})
    ]
    now = await stored(connection, dated)
    assert (now.prefix, now.date_of_birth, now.birth_year, now.version) == ("Dr", dt.date(1980, 5, 6), None, 2)


async def test_another_year_clears_the_date_of_birth(admin_client, connection):
    dated = await make_customer(connection, date_of_birth=dt.date(1980, 5, 6))
    flag = {"isAutomaticGroupChangeDisabled": True}
    assert outcomes(await act(admin_client, "EDIT", [dated], edit={"birthYear": 1981, **flag})) == ["DONE"]
    now = await stored(connection, dated)
    assert (now.date_of_birth, now.birth_year, now.is_automatic_group_change_disabled) == (None, 1981, True)
    assert outcomes(await act(admin_client, "EDIT", [dated], edit={"birthYear": None})) == ["DONE"]
    assert (await stored(connection, dated)).birth_year is None


async def test_each_website_has_its_own_rules_for_an_edit(admin_client, connection):
    website = await make_website(connection)
    await configure(connection, CHOICE_SETTINGS["prefix"], "Mr;Ms", WEBSITE, website)
    here = await make_customer(connection)
    there, kept = [
        await make_customer(connection, website_id=website, created_in_store_view_id=website, **given)
        for given in ({}, {"prefix": "Dr"})
    ]
    dry = await act(admin_client, "EDIT", [here, there, kept], dry_run=True, edit={"prefix": "Dr"})
    answer = await act(admin_client, "EDIT", [here, there, kept], edit={"prefix": "Dr"})
    assert outcomes(dry) == outcomes(answer) == ["DONE", "REFUSED", "UNCHANGED"]
    assert answer["results"][1]["path"] == ["selection", "ids", "1"]
    assert [(one["key"], one["count"]) for one in dry["blockers"]] == [(answer["results"][1]["key"], 1)]
    assert dry["blockers"] == answer["blockers"]


async def test_what_no_website_allows_is_told_at_once(admin_client, connection):
    one = await make_customer(connection)
    answer = await act(admin_client, "EDIT", [one], edit={"prefix": "x" * 41, "birthYear": 1700, "suffix": "Jr"})
    assert {tuple(error["path"]) for error in answer["userErrors"]} == {("edit", "prefix"), ("edit", "birthYear")}
    assert (answer["job"], answer["results"]) == (None, [])
    await configure(connection, SHOW_SETTINGS["taxVatNumber"], "REQUIRED")
    cleared = await act(admin_client, "EDIT", [one], edit={"taxVatNumber": None})
    await connection.execute("DELETE FROM configuration_value WHERE path = 'customers.show_tax_vat_number'")
    assert [(error["code"], error["path"]) for error in cleared["userErrors"]] == [
        ("REQUIRED", ["edit", "taxVatNumber"])
    ]


async def test_fields_of_other_actions_are_refused(admin_client, connection):
    one = await make_customer(connection)
    cases: list[tuple[str, dict[str, Any], tuple[str, list[str]]]] = [
        ("EDIT", {}, ("mass_action.edit_missing", ["edit"])),
        ("EDIT", {"edit": {}}, ("mass_action.edit_missing", ["edit"])),
        ("LOCK", {"edit": {"prefix": "Dr"}}, ("mass_action.edit_unused", ["edit"])),
        ("UNLOCK", {"note": "x"}, ("mass_action.lock_unused", ["note"])),
        ("UNLOCK", {"lockedUntil": LATER.isoformat()}, ("mass_action.lock_unused", ["lockedUntil"])),
        ("LOCK", {"lockedUntil": "2020-01-01T00:00:00Z"}, ("lock.ends_in_past", ["lockedUntil"])),
        ("LOCK", {"note": "x" * 1001}, ("text.too_long", ["note"])),
    ]
    for action, more, (key, path) in cases:
        answer = await act(admin_client, action, [one], **more)
        assert [(error["key"], error["path"]) for error in answer["userErrors"]] == [(key, path)], action
    assert await history(connection, one) == []


async def test_who_sees_no_personal_values_tries_no_edit_of_them(http, connection):
    one = await make_customer(connection, tax_vat_number="DE1")
    blind = await staff_client(http, connection, ["customers.read", "customers.write"])
    ids = {"selection": {"ids": [customer_id(one)]}}
    answer = await blind.answer(ACT, input={"action": "EDIT", "edit": {"taxVatNumber": "DE1"}, **ids}, dryRun=True)
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.pii"}
    flag = {"isAutomaticGroupChangeDisabled": False}
    assert outcomes(await act(blind, "EDIT", [one], dry_run=True, edit=flag)) == ["UNCHANGED"]


async def test_sign_in_is_closed_and_opened(admin_client, connection):
    rows = [await make_customer(connection) for _ in range(2)]
    more: dict[str, Any] = {"lockedUntil": LATER.isoformat(), "note": "Card fraud"}
    assert outcomes(await act(admin_client, "LOCK", rows, **more)) == ["DONE", "DONE"]
    assert outcomes(await act(admin_client, "LOCK", rows[:1], **more)) == ["UNCHANGED"]
    now = await stored(connection, rows[0])
    assert (now.locked_until, now.lock_reason, now.lock_note) == (LATER, "STAFF", "Card fraud")
    assert outcomes(await act(admin_client, "LOCK", rows[:1])) == ["DONE"]
    years = ((await stored(connection, rows[0])).locked_until - dt.datetime.now(dt.UTC)).days / 365
    assert 9 < years < 11
    other = await make_customer(connection)
    assert outcomes(await act(admin_client, "UNLOCK", [*rows, other])) == ["DONE", "DONE", "UNCHANGED"]
    now = await stored(connection, rows[0])
    assert (now.locked_until, now.lock_reason, now.lock_note, now.lock_staff_id) == (None, None, None, None)
    assert [kind for kind, _ in await history(connection, rows[0])] == ["LOCKED", "LOCKED", "UNLOCKED"]


async def test_unlocking_forgets_wrong_passwords(admin_client, storefront, connection):
    one = await make_customer(connection)
    sign_in = "mutation S($input: SignInInput!) { signIn(input: $input) { userErrors { key } } }"
    counted = await connection.fetchval("SELECT count(*) FROM throttle")
    await storefront.data(sign_in, input={"email": one.email, "password": "wrong-password"})
    before = await connection.fetchval("SELECT count(*) FROM throttle")
    assert before > counted
    assert outcomes(await act(admin_client, "UNLOCK", [one])) == ["UNCHANGED"]
    assert await connection.fetchval("SELECT count(*) FROM throttle") < before


async def test_sessions_end_and_the_customers_are_told(admin_client, connection):
    rows = [await make_customer(connection) for _ in range(2)]
    for row in rows:
        await issue_customer_token(connection, row.id)
    assert outcomes(await act(admin_client, "FORCE_SIGN_IN", rows)) == ["DONE", "DONE"]
    ids = [row.id for row in rows]
    assert await connection.fetchval("SELECT count(*) FROM customer_token WHERE customer_id = ANY($1)", ids) == 0
    assert [await history(connection, row) for row in rows] == [[("FORCED_SIGN_IN", {})]] * 2
    mails = "SELECT template, is_bulk FROM mail_outbox WHERE customer_id = ANY($1)"
    assert [tuple(mail) for mail in await connection.fetch(mails, ids)] == [("forced_sign_in", True)] * 2
    await configure(connection, NOTIFY_FORCED_SIGN_IN, False)
    assert outcomes(await act(admin_client, "FORCE_SIGN_IN", rows)) == ["DONE", "DONE"]
    await connection.execute("DELETE FROM configuration_value WHERE path = $1", NOTIFY_FORCED_SIGN_IN.path)
    assert len(await connection.fetch(mails, ids)) == 2


async def test_links_to_new_passwords_count_to_the_limit_of_each_account(admin_client, connection):
    one, other = [await make_customer(connection) for _ in range(2)]
    await configure(connection, RESETS_PER_HOUR, 2)
    assert outcomes(await act(admin_client, "RESET_PASSWORD", [one])) == ["DONE"]
    single = """mutation R($input: CustomerResetPasswordInput!) {
      customerResetPassword(input: $input) { userErrors { key } } }"""
    for key in (None, "password_reset.hourly_limit_reached"):
        answer = await admin_client.data(single, input={"id": customer_id(one)})
        assert [error["key"] for error in answer["customerResetPassword"]["userErrors"]] == ([key] if key else [])
    dry = await act(admin_client, "RESET_PASSWORD", [one, other], dry_run=True)
    answer = await act(admin_client, "RESET_PASSWORD", [one, other])
    await connection.execute("DELETE FROM configuration_value WHERE path = $1", RESETS_PER_HOUR.path)
    assert outcomes(dry) == outcomes(answer) == ["REFUSED", "DONE"]
    assert answer["blockers"] == [
        {
            "key": "password_reset.hourly_limit_reached",
            "params": {"limit": 2},
            "message": "The limit of 2 reset mails an hour is reached. Try again later.",
            "count": 1,
        }
    ]
    assert answer["blockers"] == dry["blockers"]
    links = "SELECT revoked_at IS NULL AS open FROM password_reset WHERE customer_id = $1 ORDER BY created_at"
    assert [row.open for row in await connection.fetch(links, one.id)] == [False, True]
    mails = "SELECT secrets, link_hash IS NOT NULL AS linked FROM mail_outbox WHERE customer_id = $1 AND is_bulk"
    assert [tuple(mail) for mail in await connection.fetch(mails, other.id)] == [(None, True)]
    assert [kind for kind, _ in await history(connection, other)] == ["PASSWORD_RESET_REQUESTED"]


@pytest.mark.parametrize(
    ("action", "permission"),
    [("FORCE_SIGN_IN", "customers.force_sign_in"), ("RESET_PASSWORD", "customers.reset_password")],
)
async def test_what_has_a_permission_of_its_own_needs_it_here_too(action, permission, http, connection):
    one = await make_customer(connection)
    client = await staff_client(http, connection, ["customers.read", "customers.write"])
    answer = await client.answer(ACT, input={"action": action, "selection": {"ids": [customer_id(one)]}})
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": permission}
    assert await history(connection, one) == []


async def test_a_group_that_excludes_the_website_is_refused(admin_client, connection):
    website = await make_website(connection)
    await connection.execute("INSERT INTO customer_group_excluded_website VALUES (3, $1)", website)
    here = await make_customer(connection)
    there = await make_customer(connection, website_id=website, created_in_store_view_id=website)
    dry = await act(admin_client, "ASSIGN_GROUP", [here, there], dry_run=True, groupId=encode_id("grp", 3))
    answer = await act(admin_client, "ASSIGN_GROUP", [here, there], groupId=encode_id("grp", 3))
    assert outcomes(dry) == outcomes(answer) == ["DONE", "REFUSED"]
    assert answer["results"][1]["key"] == "customer_group.excluded_from_website"
    update = "mutation U($input: CustomerUpdateInput!) { customerUpdate(input: $input) { userErrors { key path } } }"
    single = await admin_client.data(update, input={"id": customer_id(there), "groupId": encode_id("grp", 3)})
    assert single["customerUpdate"]["userErrors"] == [
        {"key": "customer_group.excluded_from_website", "path": ["groupId"]}
    ]


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("EDIT", {"edit": {"prefix": "Dr", "birthYear": 1980}}),
        ("LOCK", {"lockedUntil": LATER.isoformat()}),
        ("UNLOCK", {}),
        ("FORCE_SIGN_IN", {}),
        ("RESET_PASSWORD", {}),
    ],
)
async def test_statements_do_not_depend_on_the_number_of_customers(action, more, admin_client, connection, statements):
    counts = []
    for size in (2, 40):
        rows = [await make_customer(connection) for _ in range(size)]
        if action == "UNLOCK":
            await act(admin_client, "LOCK", rows)
        for row in rows:
            await issue_customer_token(connection, row.id)
        await statements.clear()
        assert (await act(admin_client, action, rows, **more))["doneCount"] == size
        counts.append(await statements.count())
    assert counts[0] == counts[1], statements.texts


async def test_a_dry_run_of_many_reads_them_in_one_statement(admin_client, connection, statements):
    rows = [await make_customer(connection) for _ in range(101)]
    counts = []
    for size in (2, 101):
        await statements.clear()
        answer = await act(admin_client, "DEACTIVATE", rows[:size], dry_run=True)
        assert (answer["askedCount"], answer["doneCount"], answer["job"]) == (size, size, None)
        assert len(answer["results"]) == (size if size <= 100 else 0)
        assert await statements.count("FOR UPDATE") == 0
        counts.append(await statements.count())
    assert counts[1] <= counts[0], statements.texts
