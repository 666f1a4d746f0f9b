"""Webhooks are managed by those who reach their websites, and nothing of them leads inside."""

import datetime as dt

import pytest

from customer_gql.core.ids import decode_id, encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.messaging.jobs.work import Tools
from customer_gql.messaging.webhooks.cleanup import delete_old_deliveries
from customer_gql.messaging.webhooks.settings import KEPT_DAYS
from support.hooks import CREATE, DELETE, DELIVERIES, LIST, RETRY, ROTATE, TEST, UPDATE, Hooks
from support.staff import make_website, staff_client

from .samples import HOOK, make_delivery, make_webhook

URL = HOOK["url"]


@pytest.fixture
def hooks(admin_client, connection):
    return Hooks(admin_client, connection)


async def refused(client, document, root, **input):
    answer = (await client.data(document, input=input))[root]
    return [(error["code"], error["key"], error["path"]) for error in answer["userErrors"]]


async def test_a_webhook_in_full(hooks, connection):
    id, secret = await hooks.create(URL, "CUSTOMER_UPDATED", "CUSTOMER_DELETED")
    assert secret.startswith("whsec_")
    assert await hooks.show(id) == {
        "id": id,
        "name": "CRM",
        "url": URL,
        "types": ["CUSTOMER_UPDATED", "CUSTOMER_DELETED"],
        "format": "STANDARD",
        "content": "THIN",
        "websiteIds": None,
        "status": "ACTIVE",
        "disabledReason": None,
        "failureCount": 0,
        "failingSince": None,
        "version": 1,
    }
    stored = await connection.fetchrow(
        "SELECT secret, expires_at FROM webhook_secret WHERE webhook_id = $1", decode_id(id, "whk")
    )
    assert secret not in stored.secret
    assert stored.expires_at is None
    kinds = await connection.fetch("SELECT kind, changes::text FROM staff_event WHERE subject = $1 ORDER BY id", id)
    assert [row.kind for row in kinds] == ["WEBHOOK_CREATED"]
    assert secret not in kinds[0].changes


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("crm.example.com", "url_invalid"),
        ("ftp://crm.example.com", "url_invalid"),
        ("https://", "url_invalid"),
        ("https://crm.example.com/#part", "url_invalid"),
        ("https://crm.example.com/a b", "url_invalid"),
        ("https://crm.example.com\\@127.0.0.1/", "url_invalid"),
        ("https://crm.exämple.com/", "url_invalid"),
        ("https://crm.example.com:0/", "url_invalid"),
        ("https://crm.example.com:99999/", "url_invalid"),
        ("https://crm.example.com/" + "x" * 2_000, "url_invalid"),
        ("", "url_invalid"),
        ("https://user:password@crm.example.com/", "url_with_user"),
        ("https://@crm.example.com/", "url_with_user"),
        ("http://crm.example.com/", "url_not_https"),
        ("https://10.0.0.5/", "url_not_public"),
        ("https://169.254.169.254/latest/meta-data", "url_not_public"),
        ("https://[::ffff:10.0.0.5]/", "url_not_public"),
        ("https://[64:ff9b::a00:5]/", "url_not_public"),
        ("https://[fd00::1]/", "url_not_public"),
        ("https://0xa000005/", "url_not_public"),
        ("https://167772165/", "url_not_public"),
    ],
)
async def test_addresses_that_are_refused(url, key, admin_client, connection):
    before = await connection.fetchval("SELECT count(*) FROM webhook")
    given = {**HOOK, "url": url}
    found = await refused(admin_client, CREATE, "webhookCreate", **given)
    assert found == [("INVALID", f"webhook.{key}", ["url"])]
    assert await connection.fetchval("SELECT count(*) FROM webhook") == before


async def test_everything_that_is_wrong_is_said_at_once(admin_client):
    given = {"name": " ", "url": "x", "types": [], "websiteIds": ["web_1"]}
    found = await refused(admin_client, CREATE, "webhookCreate", **given)
    assert [(key, path) for _, key, path in found] == [
        ("value.required", ["name"]),
        ("webhook.url_invalid", ["url"]),
        ("webhook.no_types", ["types"]),
        ("id.malformed", ["websiteIds", "0"]),
    ]


async def test_edits_change_what_is_given(hooks, connection):
    id, _ = await hooks.create(URL)
    changed = await hooks.update(id, name="ERP", types=["CUSTOMER_LOCKED"], format="CLOUDEVENTS")
    assert (changed["name"], changed["types"], changed["format"], changed["url"], changed["version"]) == (
        "ERP",
        ["CUSTOMER_LOCKED"],
        "CLOUDEVENTS",
        URL,
        2,
    )
    assert (await hooks.update(id, name="ERP"))["version"] == 2
    disabled = await hooks.update(id, status="DISABLED")
    assert (disabled["status"], disabled["disabledReason"]) == ("DISABLED", "REQUESTED")
    assert (await hooks.update(id, status="ACTIVE"))["disabledReason"] is None
    assert await refused(hooks.client, UPDATE, "webhookUpdate", id=id, url="https://10.0.0.5/") == [
        ("INVALID", "webhook.url_not_public", ["url"])
    ]


async def test_a_webhook_has_the_websites_of_its_maker_and_outlives_them(http, connection, admin_client):
    other = await make_website(connection)
    mine, theirs = encode_id("web", 1), encode_id("web", other)
    client = await staff_client(http, connection, ALL_PERMISSIONS, [1])
    id, _ = await Hooks(client, connection).create(URL)
    assert (await Hooks(client, connection).show(id))["websiteIds"] == [mine]
    assert await refused(client, CREATE, "webhookCreate", **HOOK, websiteIds=[theirs]) == [
        ("NOT_FOUND", "website.not_found", ["websiteIds", "0"])
    ]
    # Those who reach less, or all of another website, do not see it.
    all_of_them, _ = await Hooks(admin_client, connection).create(URL)
    both, _ = await Hooks(admin_client, connection).create(URL, websiteIds=[mine, theirs])
    assert {one["id"] for one in (await client.data(LIST))["webhooks"]}.isdisjoint({all_of_them, both})
    for hidden in (all_of_them, both, encode_id("whk", 1)):
        for document, root in (
            (UPDATE, "webhookUpdate"),
            (DELETE, "webhookDelete"),
            (TEST, "webhookTest"),
            (ROTATE, "webhookSecretRotate"),
        ):
            assert await refused(client, document, root, id=hidden) == [("NOT_FOUND", "webhook.not_found", ["id"])]
    await connection.execute(
        "UPDATE staff_user SET is_active = false WHERE role_id IN (SELECT id FROM staff_role WHERE website_ids = '{1}')"
    )
    assert (await Hooks(admin_client, connection).show(id))["status"] == "ACTIVE"


async def test_a_webhook_that_loses_websites_loses_their_deliveries(http, connection, admin_client):
    """Those who reach the others alone see it from then on, and would read and retry what is not theirs."""
    other = await make_website(connection)
    hooks = Hooks(admin_client, connection)
    mine, theirs = encode_id("web", 1), encode_id("web", other)
    id, _ = await hooks.create(URL, websiteIds=[mine])
    kept, test, lost, dead, of_job = [
        await make_delivery(connection, decode_id(id, "whk"), **given)
        for given in (
            {"website_id": 1},
            {"type": "webhook.test"},
            {"website_id": other},
            {"website_id": other, "status": "DEAD"},
            {"type": "job.finished"},
        )
    ]

    def listed(*keys):
        return sorted(encode_id("whd", key) for key in keys)

    for wider in ([mine, theirs], None):
        await hooks.update(id, websiteIds=wider)
        assert sorted(one["id"] for one in await hooks.deliveries(id)) == listed(kept, test, lost, dead, of_job)
    await hooks.update(id, websiteIds=[mine])
    later = await make_delivery(connection, decode_id(id, "whk"), type="job.finished")
    client = await staff_client(http, connection, ["webhooks.manage"], [1])
    for seen in (hooks, Hooks(client, connection)):
        assert sorted(one["id"] for one in await seen.deliveries(id)) == listed(kept, test, later)
    again = (await client.data(RETRY, input={"ids": listed(dead)}))["webhookDeliveryRetry"]
    assert [one["key"] for one in again["userErrors"]] == ["webhook.delivery_not_found"]
    assert await connection.fetchval("SELECT status FROM webhook_delivery WHERE id = $1", dead) == "DEAD"
    await hooks.update(id, websiteIds=None)
    assert {kept, test, later} <= {decode_id(one["id"], "whd") for one in await hooks.deliveries(id)}
    whole = await make_webhook(connection)
    assert await make_delivery(connection, whole, website_id=other)
    assert len(await hooks.deliveries(encode_id("whk", whole))) == 1


async def test_profiles_need_the_permission_to_see_them(http, connection, hooks):
    client = await staff_client(http, connection, ["webhooks.manage"])
    answer = await client.answer(CREATE, input={**HOOK, "content": "PROFILE"})
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.pii"}
    id, _ = await hooks.create(URL, content="PROFILE")
    thin, _ = await Hooks(client, connection).create(URL)
    for document, root, input in (
        (UPDATE, "webhookUpdate", {"id": id, "name": "Mine"}),
        (UPDATE, "webhookUpdate", {"id": thin, "content": "PROFILE"}),
        (DELETE, "webhookDelete", {"id": id}),
        (ROTATE, "webhookSecretRotate", {"id": id}),
        (TEST, "webhookTest", {"id": id}),
    ):
        answer = await client.answer(document, input=input)
        assert answer["data"] == {root: None}
        assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.pii"}
    answer = await client.answer(DELIVERIES)
    shown = {one["id"]: one["deliveries"] for one in answer["data"]["webhooks"]}
    assert shown[id] is None
    assert shown[thin]["nodes"] == []
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"FORBIDDEN"}


async def test_there_is_a_largest_number(hooks, connection):
    there = await connection.fetchval("SELECT count(*) FROM webhook")
    ids = [await make_webhook(connection) for _ in range(50 - there)]
    assert await refused(hooks.client, CREATE, "webhookCreate", **HOOK) == [
        ("LIMIT_REACHED", "webhook.limit_reached", None)
    ]
    await connection.execute("DELETE FROM webhook WHERE id = ANY($1)", ids)


async def test_a_deleted_webhook_is_gone_and_what_was_sent_is_purged_in_time(hooks, connection, database, settings):
    id, _ = await hooks.create(URL)
    key = decode_id(id, "whk")
    old, kept = [await make_delivery(connection, key) for _ in range(2)]
    assert await refused(hooks.client, DELETE, "webhookDelete", id=id) == []
    assert await refused(hooks.client, DELETE, "webhookDelete", id=id) == [("NOT_FOUND", "webhook.not_found", ["id"])]
    assert await connection.fetchval("SELECT count(*) FROM webhook_secret WHERE webhook_id = $1", key) == 0
    await connection.execute(
        "UPDATE webhook_delivery SET created_at = now() - make_interval(days => $2) WHERE id = $1",
        old,
        KEPT_DAYS.default + 1,
    )
    await delete_old_deliveries(Tools(database, settings))
    left = await connection.fetch("SELECT id FROM webhook_delivery WHERE webhook_id = $1", key)
    assert [row.id for row in left] == [kept]


async def test_a_disabled_webhook_is_not_tested(hooks):
    id, _ = await hooks.create(URL)
    await hooks.update(id, status="DISABLED")
    assert await refused(hooks.client, TEST, "webhookTest", id=id) == [("NOT_ALLOWED", "webhook.disabled", ["id"])]


@pytest.mark.parametrize("hours", [-1, 169])
async def test_an_overlap_out_of_range(hours, hooks, connection):
    id, _ = await hooks.create(URL)
    assert await refused(hooks.client, ROTATE, "webhookSecretRotate", id=id, overlapHours=hours) == [
        ("INVALID", "webhook.overlap_out_of_range", ["overlapHours"])
    ]
    count = "SELECT count(*) FROM webhook_secret WHERE webhook_id = $1"
    assert await connection.fetchval(count, decode_id(id, "whk")) == 1


async def test_only_dead_deliveries_that_are_reached_are_retried(http, connection, hooks):
    id = await make_webhook(connection, website_ids=[1])
    dead, done = [await make_delivery(connection, id, status=status) for status in ("DEAD", "DELIVERED")]
    hidden = await make_delivery(connection, await make_webhook(connection), status="DEAD")
    client = await staff_client(http, connection, ["webhooks.manage"], [1])
    ids = [encode_id("whd", one) for one in (dead, done, hidden, 2**62)]
    assert await refused(client, RETRY, "webhookDeliveryRetry", ids=ids) == [
        ("NOT_FOUND", "webhook.delivery_not_found", ["ids", place]) for place in ("1", "2", "3")
    ]
    states = "SELECT status FROM webhook_delivery WHERE id = ANY($1) ORDER BY id"
    assert [row.status for row in await connection.fetch(states, [dead, done, hidden])] == ["DEAD", "DELIVERED", "DEAD"]
    assert await refused(client, RETRY, "webhookDeliveryRetry", ids=["whd_1" for _ in range(1)]) == [
        ("NOT_FOUND", "id.malformed", ["ids", "0"])
    ]
    assert await refused(client, RETRY, "webhookDeliveryRetry", ids=ids[:1] * 101) == [
        ("TOO_MANY", "webhook.too_many_deliveries", ["ids"])
    ]
    assert await refused(client, RETRY, "webhookDeliveryRetry", ids=ids[:1]) == []


async def test_a_retry_takes_the_same_statements_for_1_and_20_deliveries(connection, hooks, statements):
    id, counts = await make_webhook(connection), dict[int, int]()
    for size in (1, 1, 20):
        ids = [encode_id("whd", await make_delivery(connection, id, status="DEAD")) for _ in range(size)]
        await statements.clear()
        again = (await hooks.client.data(RETRY, input={"ids": ids}))["webhookDeliveryRetry"]
        counts[size] = await statements.count()
        assert [one["id"] for one in again["deliveries"]] == ids
    assert counts[1] == counts[20], statements.texts


async def test_deliveries_are_filtered(hooks, connection):
    id = await make_webhook(connection)
    for status, type_ in (("DEAD", "customer.updated"), ("PENDING", "customer.locked"), ("DELIVERED", "webhook.test")):
        await make_delivery(connection, id, status=status, type=type_)
    public = encode_id("whk", id)
    assert len(await hooks.deliveries(public)) == 3
    for filter, statuses in (
        ({"status": {"in": ["DEAD", "PENDING"]}}, {"DEAD", "PENDING"}),
        ({"type": {"eq": "CUSTOMER_LOCKED"}}, {"PENDING"}),
        ({"status": {"eq": "DEAD"}, "type": {"eq": "CUSTOMER_LOCKED"}}, set()),
        ({"type": {"notIn": ["CUSTOMER_LOCKED"]}}, {"DEAD"}),
    ):
        assert {one["status"] for one in await hooks.deliveries(public, **filter)} == statuses


async def test_reading_takes_the_same_statements_for_1_and_for_50_webhooks(admin_client, connection, statements):
    await connection.execute("DELETE FROM webhook WHERE starts_after = 1::bigint << 60")
    counts = []
    for size in (1, 30):
        for _ in range(size):
            await make_delivery(connection, await make_webhook(connection))
        await statements.clear()
        await admin_client.data(DELIVERIES, first=2)
        counts.append(await statements.count())
    assert counts[0] == counts[1], statements.texts
    await connection.execute("DELETE FROM webhook WHERE starts_after = 1::bigint << 60")


async def test_webhooks_need_their_permission(http, connection):
    client = await staff_client(http, connection, ["customers.read"])
    for document, root, input in ((LIST, "webhooks", None), (CREATE, "webhookCreate", HOOK)):
        answer = await client.answer(document, **({} if input is None else {"input": input}))
        assert answer["data"] == {root: None}
        assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "webhooks.manage"}


def test_how_long_deliveries_are_kept():
    assert KEPT_DAYS.path == "webhooks.kept_days"
    assert dt.timedelta(days=KEPT_DAYS.default) == dt.timedelta(days=30)
