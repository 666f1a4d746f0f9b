"""What each schedule deletes, and what it leaves."""

import datetime as dt

import pytest

from customer_gql.administration.customer_changes.counts import correct_counts
from customer_gql.messaging.jobs.work import Tools
from customer_gql.schema.tables import metadata
from customer_gql.schema.work import WORK
from customer_gql.settings import load_settings
from support.furnishing import furnish

REBUILT = "pricing.rebuild_rule_prices_nightly"
"""Makes again what rules give, of which the shop's one price is no part, and locks that by a record of its own."""
AGO = "UPDATE {} SET {} = now() - $1::interval"
SCHEDULES = {schedule.name: schedule for schedule in WORK.schedules}


@pytest.fixture
async def shop(empty_database):
    """A connection to a shop with a row in every table, none of which is due."""
    async with empty_database.writes.acquire() as connection:
        async with connection.transaction():
            await furnish(connection, metadata.sorted_tables)
            await correct_counts(connection)
        await run(empty_database, "customers.fold_counts")
        await connection.execute("UPDATE visitor SET last_activity_at = now()")
        yield connection


async def counts(connection):
    parts = [f"SELECT '{name}' AS name, count(*) AS rows FROM {name}" for name in sorted(metadata.tables)]
    return {row[0]: row[1] for row in await connection.fetch(" UNION ALL ".join(parts))}


async def run(database, name, **settings):
    await SCHEDULES[name].run(Tools(database, load_settings(**settings)))


async def gone(connection, before):
    """How many rows of which tables were deleted."""
    after = await counts(connection)
    return {name: before[name] - after[name] for name in before if before[name] != after[name]}


DUE = [
    (
        "accounts.delete_expired",
        {
            "customer_session": "expires_at",
            "customer_refresh_token": "expires_at",
            "customer_token": "expires_at",
            "login_code": "expires_at",
            "password_reset": "expires_at",
            "email_token": "expires_at",
            "email_change_undo": "expires_at",
            "customer_email": "reserved_until",
            "newsletter_confirmation": "expires_at",
            "visitor": "last_activity_at",
            "throttle": "until",
            "remembered_sign_in": "expires_at",
            "known_device": "expires_at",
            "customer_secret_owner": "expires_at",
        },
        dt.timedelta(days=31),
    ),
    ("accounts.delete_impersonations", {"impersonation": "expires_at"}, dt.timedelta(days=366)),
    (
        "staff.delete_expired",
        {
            "staff_session": "expires_at",
            "staff_invitation": "expires_at",
            "staff_oidc_flow": "expires_at",
            "staff_oidc_code": "expires_at",
            "known_device": "expires_at",
        },
        dt.timedelta(seconds=1),
    ),
    ("companies.delete_invitations", {"company_invitation": "expires_at"}, dt.timedelta(days=31)),
    ("guest_orders.delete_expired", {"guest_cancellation": "expires_at"}, dt.timedelta(seconds=1)),
    ("mail.purge", {"mail_outbox": "sent_at"}, dt.timedelta(days=31)),
    ("ledgers.delete_refusals", {"refused_movement": "created_at"}, dt.timedelta(days=31)),
    ("events.delete_old", {"domain_event": "occurred_at"}, dt.timedelta(days=31)),
    (
        "carts.delete_expired",
        {"cart": "updated_at", "cart_item": "added_at", "cart_address": "vat_checked_at"},
        dt.timedelta(days=31),
    ),
    ("comparisons.delete_old_visitors", {"visitor_browsing": "updated_at"}, dt.timedelta(days=31)),
]


def test_every_schedule_is_here():
    assert set(SCHEDULES) == {name for name, _, _ in DUE} | {
        "accounts.forget_successors",
        "customers.check_counts",
        "customers.fold_counts",
        "exports.run_schedules",
        "figures.fold_all",
        "figures.fold_recent",
        "attribute_files.delete_unused",
        "attribute_files.delete_without_value",
        "files.delete_expired",
        "imports.expire",
        "jobs.check_projections",
        "jobs.delete_old",
        "jobs.purge",
        "mail.erase_secrets",
        "orders.keep_archive",
        "payments.cancel_unpaid",
        REBUILT,
        "selections.delete_expired",
        "webhooks.delete_old",
    }


@pytest.mark.parametrize("name", SCHEDULES)
async def test_nothing_that_is_not_due_is_deleted(name, shop, empty_database):
    before = await counts(shop)
    await run(empty_database, name)
    expected = {"catalog_rule_price": 1, "record_version": -1} if name == REBUILT else {}
    assert await gone(shop, before) == expected


@pytest.mark.parametrize(("name", "columns", "age"), DUE, ids=[name for name, _, _ in DUE])
async def test_what_is_due_is_deleted_and_nothing_else(name, columns, age, shop, empty_database):
    await shop.execute("UPDATE password_reset SET created_at = '2019-01-01'")
    await shop.execute("UPDATE mail_outbox SET secrets = NULL")
    for table, column in columns.items():
        await shop.execute(AGO.format(table, column), age)
    before = await counts(shop)
    await run(empty_database, name)
    assert await gone(shop, before) == dict.fromkeys(columns, 1)


async def test_a_session_of_staff_that_was_not_used_for_too_long(shop, empty_database):
    await shop.execute("UPDATE staff_session SET idle_until = now() - interval '1 second'")
    before = await counts(shop)
    await run(empty_database, "staff.delete_expired")
    assert await gone(shop, before) == {"staff_session": 1}


async def test_a_token_of_a_customer_that_was_not_used_for_too_long(shop, empty_database):
    await shop.execute("UPDATE customer_token SET idle_until = now() - interval '1 second'")
    before = await counts(shop)
    await run(empty_database, "accounts.delete_expired")
    assert await gone(shop, before) == {"customer_token": 1}


async def test_mails_are_kept_as_long_as_the_deployment_says(shop, empty_database):
    await shop.execute("UPDATE mail_outbox SET secrets = NULL, sent_at = now() - interval '8 days'")
    before = await counts(shop)
    await run(empty_database, "mail.purge", mail_kept_days=9)
    assert await gone(shop, before) == {}
    await run(empty_database, "mail.purge", mail_kept_days=7)
    assert await gone(shop, before) == {"mail_outbox": 1}


async def test_a_code_to_sign_in_as_a_customer_that_nobody_used_is_kept_for_a_day(shop, empty_database):
    before = await counts(shop)
    for hours, deleted in ((23, {}), (25, {"impersonation": 1})):
        await shop.execute(
            "UPDATE impersonation SET started_at = NULL, expires_at = now() - make_interval(hours => $1)", hours
        )
        await run(empty_database, "accounts.delete_impersonations")
        assert await gone(shop, before) == deleted


async def test_the_log_of_the_queue_is_kept_for_two_weeks(shop, empty_database):
    for days in (13, 15):
        await shop.execute(
            "INSERT INTO job_log (created, job_id, status, priority, entrypoint)"
            " VALUES (now() - make_interval(days => $1), $1, 'successful', 0, 'note')",
            days,
        )
    await run(empty_database, "jobs.purge")
    assert await shop.fetchval("SELECT array_agg(job_id) FROM job_log") == [13]


async def test_a_finished_job_goes_with_its_rows_after_some_days(shop, empty_database):
    await shop.execute("INSERT INTO configuration_value (path, scope, scope_id, value) VALUES ($1, 'GLOBAL', 0, '10')",
                       "jobs.kept_days")  # fmt: skip
    before = await counts(shop)
    for days, deleted in ((9, {}), (11, {"job_run": 1, "job_part": 1, "job_row": 1})):
        await shop.execute("UPDATE job_run SET finished_at = now() - make_interval(days => $1)", days)
        await run(empty_database, "jobs.delete_old")
        assert await gone(shop, before) == deleted


async def test_a_selection_goes_with_its_ids_when_it_is_over(shop, empty_database):
    before = await counts(shop)
    await shop.execute("UPDATE selection SET expires_at = now() - interval '1 second'")
    await run(empty_database, "selections.delete_expired")
    assert await gone(shop, before) == {"selection": 1, "selection_batch": 1}


async def test_a_file_goes_with_its_content_when_it_is_over_and_so_does_a_link(shop, empty_database):
    await shop.execute("UPDATE stored_file SET storage = 'DATABASE'")
    await shop.execute("UPDATE stored_file_part SET file_id = (SELECT id FROM stored_file)")
    before = await counts(shop)
    await shop.execute("UPDATE stored_file SET expires_at = now() - interval '1 second'")
    await shop.execute("UPDATE stored_file_link SET expires_at = now() - interval '1 second'")
    await run(empty_database, "files.delete_expired")
    assert await gone(shop, before) == {"stored_file": 1, "stored_file_part": 1, "stored_file_link": 1}


async def test_an_import_loses_its_rows_after_hours_and_goes_after_days(shop, empty_database):
    before = await counts(shop)
    for age, deleted in (
        ("23 hours", {}),
        ("25 hours", {"import_row": 1}),
        ("59 days", {"import_row": 1}),
        ("61 days", {"import_row": 1, "customer_import": 1}),
    ):
        await shop.execute("UPDATE customer_import SET finished_at = now() - $1::text::interval", age)
        await run(empty_database, "imports.expire")
        assert await gone(shop, before) == deleted


# Days for which a row is kept when its time is over.
KEPT = {
    "accounts.delete_expired": {
        "customer_refresh_token.expires_at": 1,
        "login_code.expires_at": 1,
        "password_reset.expires_at": 1,
        "email_token.expires_at": 1,
        "email_change_undo.expires_at": 1,
        "newsletter_confirmation.expires_at": 1,
        "visitor.last_activity_at": 1,
        "customer_email.reserved_until": 0,
        "customer_secret_owner.expires_at": 1,
        "throttle.until": 30,
        "known_device.expires_at": 0,
    },
    "accounts.delete_impersonations": {"impersonation.expires_at": 365},
    "staff.delete_expired": {
        "staff_invitation.expires_at": 0,
        "staff_oidc_flow.expires_at": 0,
        "throttle.until": 30,
        "known_device.expires_at": 0,
    },
    "companies.delete_invitations": {"company_invitation.expires_at": 30},
    "ledgers.delete_refusals": {"refused_movement.created_at": 30},
    "events.delete_old": {"domain_event.occurred_at": 30},
}


@pytest.mark.parametrize("name", KEPT)
async def test_a_row_is_kept_for_so_many_days_when_its_time_is_over(name, shop, empty_database):
    await shop.execute("UPDATE password_reset SET created_at = '2019-01-01'")
    for place, days in KEPT[name].items():
        table, column = place.split(".")
        before = await counts(shop)
        for hours, deleted in ((-1, {}), (1, {table: 1})):
            await shop.execute(AGO.format(table, column), dt.timedelta(days=days, hours=hours))
            await run(empty_database, name)
            assert await gone(shop, before) == deleted


def test_every_poll_and_every_job_is_here():
    assert {poll.name for poll in WORK.polls} == {
        "events.number",
        "jobs.end_canceled",
        "jobs.measure",
        "jobs.run",
        "jobs.run_whole",
        "mail.deliver",
        "mail.measure",
        "payments.settle",
        "webhooks.deliver",
        "webhooks.fan_out",
    }
    assert {job.name for job in WORK.jobs} == {"import.report", "pricing.rebuild_rule_prices", "vat.verify"}
