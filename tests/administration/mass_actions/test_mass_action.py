from typing import Any

import orjson
import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.writes import issue_customer_token
from support.customers import customer_id, make_customer, make_full_customer
from support.staff import make_website, staff_client

ACT = """
mutation Act($input: CustomerMassActionInput!, $dryRun: Boolean! = false) {
  customerMassAction(input: $input, dryRun: $dryRun) {
    results { id outcome code key params message path customer { group { id } newsletterSubscriptions { storeView { code } status } } }
    doneCount unchangedCount refusedCount notFoundCount
    userErrors { code path }
  }
}
"""


async def act(client: Any, action: str, ids: list[str], *, dry_run: bool = False, **more: Any) -> Any:
    input = {"action": action, "selection": {"ids": ids}, **more}
    return (await client.data(ACT, input=input, dryRun=dry_run))["customerMassAction"]


def outcomes(answer):
    return [result["outcome"] for result in answer["results"]]


@pytest.fixture
async def two_views(connection):
    """Another store view of the default store, so that a customer can hold several subscriptions."""
    await connection.execute(
        "INSERT INTO store_view (id, store_id, code, name) VALUES (9002, 1, 'second', 'Second') ON CONFLICT DO NOTHING"
    )


async def subscribe(connection, shopper, view, status):
    await connection.execute(
        "INSERT INTO newsletter_subscription (customer_id, store_view_id, status) VALUES ($1, $2, $3)",
        shopper.id,
        view,
        status,
    )


async def test_subscribe_touches_the_default_store_view_alone(two_views, admin_client, connection):
    fresh, gone, already = [await make_customer(connection) for _ in range(3)]
    for view in (1, 9002):
        await subscribe(connection, gone, view, "UNSUBSCRIBED")
    await subscribe(connection, already, 1, "SUBSCRIBED")
    answer = await act(admin_client, "SUBSCRIBE", [customer_id(c) for c in (fresh, gone, already)])
    assert outcomes(answer) == ["DONE", "DONE", "UNCHANGED"]
    views = [
        {s["storeView"]["code"]: s["status"] for s in result["customer"]["newsletterSubscriptions"]}
        for result in answer["results"]
    ]
    assert views == [
        {"default": "SUBSCRIBED"},
        {"default": "SUBSCRIBED", "second": "UNSUBSCRIBED"},
        {"default": "SUBSCRIBED"},
    ]


async def test_unsubscribe_ends_them_all(two_views, admin_client, connection):
    both, none = [await make_customer(connection) for _ in range(2)]
    await subscribe(connection, both, 1, "SUBSCRIBED")
    await subscribe(connection, both, 9002, "NOT_ACTIVE")
    answer = await act(admin_client, "UNSUBSCRIBE", [customer_id(both), customer_id(none)])
    assert outcomes(answer) == ["DONE", "UNCHANGED"]
    assert [s["status"] for s in answer["results"][0]["customer"]["newsletterSubscriptions"]] == ["UNSUBSCRIBED"] * 2


async def test_an_unconfirmed_account_is_subscribed_by_its_confirmation(admin_client, connection):
    shopper = await make_customer(connection, is_email_confirmed=False)
    answer = await act(admin_client, "SUBSCRIBE", [customer_id(shopper)])
    assert answer["results"][0]["customer"]["newsletterSubscriptions"][0]["status"] == "UNCONFIRMED"


async def test_where_there_is_no_default_store_view_subscribing_is_refused(admin_client, connection):
    await connection.execute(
        "INSERT INTO website (id, code, name, currency) VALUES (77, 'bare', 'Bare', 'USD') ON CONFLICT DO NOTHING"
    )
    shopper = await make_customer(connection, website_id=77)
    answer = await act(admin_client, "SUBSCRIBE", [customer_id(shopper)])
    assert outcomes(answer) == ["REFUSED"]
    assert answer["results"][0]["customer"]["newsletterSubscriptions"] == []


async def test_assign_group_tells_of_each_customer_what_happened(admin_client, connection):
    moved, there, member = (
        await make_customer(connection),
        await make_customer(connection, group_id=2),
        await make_customer(connection, customer_type="COMPANY_USER"),
    )
    ids = [customer_id(moved), customer_id(there), customer_id(member), encode_id("cus", 3), customer_id(moved)]
    answer = await act(admin_client, "ASSIGN_GROUP", ids, groupId=encode_id("grp", 2))
    assert outcomes(answer) == ["DONE", "UNCHANGED", "REFUSED", "NOT_FOUND"]
    assert [result["id"] for result in answer["results"]] == ids[:4]
    counts = [answer[f"{name}Count"] for name in ("done", "unchanged", "refused", "notFound")]
    assert counts == [1, 1, 1, 1]
    told = ("code", "key", "params", "message", "path")
    errors = [{field: result[field] for field in told} for result in answer["results"]]
    assert errors == [
        dict.fromkeys(told),
        dict.fromkeys(told),
        {
            "code": "NOT_ALLOWED",
            "key": "customer_group.decided_by_company",
            "params": {},
            "message": "The company of this customer decides the group. Change it for the company.",
            "path": ["selection", "ids", "2"],
        },
        {
            "code": "NOT_FOUND",
            "key": "customer.not_found",
            "params": {},
            "message": "There is no such customer.",
            "path": ["selection", "ids", "3"],
        },
    ]
    groups = [result["customer"] and result["customer"]["group"]["id"] for result in answer["results"]]
    assert groups == [encode_id("grp", 2), encode_id("grp", 2), encode_id("grp", 1), None]
    versions = await connection.fetch(
        "SELECT version FROM customer WHERE id = ANY($1) ORDER BY id", [moved.id, there.id]
    )
    assert [row.version for row in versions] == [2, 1]


async def test_delete_keeps_what_was_bought_and_ends_what_lets_in(admin_client, connection):
    shopper = await make_full_customer(connection)
    admin = await make_customer(connection, customer_type="COMPANY_ADMIN")
    await issue_customer_token(connection, shopper.id)
    answer = await act(admin_client, "DELETE", [customer_id(shopper), customer_id(admin)])
    assert outcomes(answer) == ["DONE", "REFUSED"]
    left = {
        table: await connection.fetchval(f"SELECT count(*) FROM {table} WHERE customer_id = $1", shopper.id)
        for table in (
            "sales_order",
            "store_credit_entry",
            "reward_points_entry",
            "review",
            "customer_event",
            "address",
            "cart",
            "wishlist",
            "newsletter_subscription",
            "customer_token",
            "customer_email",
        )
    }
    assert left == {
        "sales_order": 2,
        "store_credit_entry": 2,
        "reward_points_entry": 2,
        "review": 1,
        "customer_event": 1,
        "address": 0,
        "cart": 0,
        "wishlist": 0,
        "newsletter_subscription": 0,
        "customer_token": 0,
        "customer_email": 0,
    }
    again = await make_customer(connection, email=shopper.email)
    assert again.id != shopper.id


async def test_a_dry_run_answers_the_same_and_writes_nothing(admin_client, connection):
    shopper = await make_full_customer(connection)
    ids = [customer_id(shopper)]
    dry = await act(admin_client, "DELETE", ids, dry_run=True)
    assert (outcomes(dry), dry["doneCount"]) == (["DONE"], 1)
    assert dry["results"][0]["customer"] is not None
    assert await connection.fetchval("SELECT count(*) FROM customer_event WHERE customer_id = $1", shopper.id) == 0
    assert outcomes(await act(admin_client, "DELETE", ids)) == ["DONE"]


async def test_what_is_asked_for_wrongly_is_refused_with_its_path(admin_client, connection):
    one = customer_id(await make_customer(connection))
    cases = [
        (("SUBSCRIBE", []), {}, ("REQUIRED", ["selection", "ids"])),
        (("SUBSCRIBE", [encode_id("cus", i) for i in range(1001)]), {}, ("TOO_MANY", ["selection", "ids"])),
        (("ASSIGN_GROUP", [one]), {}, ("REQUIRED", ["groupId"])),
        (("ASSIGN_GROUP", [one]), {"groupId": encode_id("grp", 0)}, ("NOT_ALLOWED", ["groupId"])),
        (("ASSIGN_GROUP", [one]), {"groupId": encode_id("grp", 55)}, ("NOT_FOUND", ["groupId"])),
        (("DELETE", [one]), {"groupId": encode_id("grp", 1)}, ("INVALID", ["groupId"])),
    ]
    for asked, more, (code, path) in cases:
        answer = await act(admin_client, *asked, **more)
        assert (answer["userErrors"], answer["results"]) == ([{"code": code, "path": path}], [])


async def test_a_hundred_cost_the_statements_of_one(admin_client, connection, statements):
    shoppers = [customer_id(await make_customer(connection)) for _ in range(100)]
    counts = []
    for ids, group in ((shoppers[:1], 2), (shoppers[1:], 2)):
        await statements.clear()
        assert (await act(admin_client, "ASSIGN_GROUP", ids, groupId=encode_id("grp", group)))["doneCount"] == len(ids)
        # Beside the lock of each.
        counts.append(await statements.count() - await statements.count("FOR UPDATE"))
    assert counts[0] == counts[1], statements.texts


async def test_subscribing_is_refused_where_the_newsletter_is_turned_off(admin_client, connection):
    shopper = await make_customer(connection)
    off = (
        "INSERT INTO configuration_value (path, scope, scope_id, value) VALUES ('newsletter.enabled', $1, $2, 'false')"
    )
    for scope, scope_id in (("STORE_VIEW", 1), ("WEBSITE", 1)):
        await connection.execute(off, scope, scope_id)
        answer = await act(admin_client, "SUBSCRIBE", [customer_id(shopper)])
        await connection.execute("DELETE FROM configuration_value WHERE path = 'newsletter.enabled'")
        assert outcomes(answer) == ["REFUSED"]
        assert answer["results"][0]["key"] == "newsletter.switched_off"
        assert answer["results"][0]["customer"]["newsletterSubscriptions"] == []


async def test_staff_of_its_website_see_what_a_deleted_account_left(admin_client, http, connection):
    shopper, website = await make_full_customer(connection), await make_website(connection)
    order, entry = [
        await connection.fetchval(f"SELECT id FROM {table} WHERE customer_id = $1 LIMIT 1", shopper.id)
        for table in ("sales_order", "store_credit_entry")
    ]
    ids = [encode_id("ord", shopper.id, order), encode_id("sce", shopper.id, entry), customer_id(shopper)]
    assert outcomes(await act(admin_client, "DELETE", [customer_id(shopper)])) == ["DONE"]
    document = "query N($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    own, other = [await staff_client(http, connection, website_ids=[id]) for id in (1, website)]
    seen = [
        [node and node["id"] for node in (await client.data(document, ids=ids))["nodes"]] for client in (own, other)
    ]
    assert seen == [[*ids[:2], None], [None] * 3]
    kept = await connection.fetchrow("SELECT * FROM deleted_customer WHERE customer_id = $1", shopper.id)
    assert (kept.number, kept.website_id, kept.actor) == (shopper.number, 1, "STAFF")


async def test_deleting_needs_a_permission_of_its_own(as_staff, connection):
    shopper = await make_customer(connection)
    support = await as_staff("support")
    input = {"action": "DELETE", "selection": {"ids": [customer_id(shopper)]}}
    answer = await support.answer(ACT, input=input)
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.delete"}
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE id = $1", shopper.id) == 1


async def statuses(connection, rows):
    found = await connection.fetch(
        "SELECT status FROM customer WHERE id = ANY($1) ORDER BY id", [row.id for row in rows]
    )
    return [row.status for row in found]


async def test_customers_are_switched_off_and_on(admin_client, connection):
    active, inactive = await make_customer(connection), await make_customer(connection, status="INACTIVE")
    admin = await make_customer(connection, customer_type="COMPANY_ADMIN")
    await issue_customer_token(connection, active.id)
    rows = [active, inactive, admin]
    ids = [customer_id(row) for row in rows]
    off = await act(admin_client, "DEACTIVATE", ids)
    assert outcomes(off) == ["DONE", "UNCHANGED", "REFUSED"]
    assert off["results"][2]["path"] == ["selection", "ids", "2"]
    assert await statuses(connection, rows) == ["INACTIVE", "INACTIVE", "ACTIVE"]
    sessions = "SELECT count(*) FROM customer_token WHERE customer_id = $1"
    assert await connection.fetchval(sessions, active.id) == 0
    on = await act(admin_client, "ACTIVATE", ids)
    assert outcomes(on) == ["DONE", "DONE", "UNCHANGED"]
    assert await statuses(connection, rows) == ["ACTIVE"] * 3
    kinds = await connection.fetch("SELECT kind FROM customer_event WHERE customer_id = $1 ORDER BY id", active.id)
    assert [row.kind for row in kinds] == ["DEACTIVATED", "ACTIVATED"]


async def tags_of(connection, row):
    found = await connection.fetch("SELECT tag FROM customer_tag WHERE customer_id = $1 ORDER BY fold", row.id)
    return [one.tag for one in found]


async def test_tags_are_added_and_removed(admin_client, connection):
    plain, tagged, full = [await make_customer(connection) for _ in range(3)]
    await connection.execute("INSERT INTO customer_tag VALUES ($1, 'vip', 'vip')", tagged.id)
    await connection.execute(
        "INSERT INTO customer_tag SELECT $1, 't' || n, 'T' || n FROM generate_series(1, 50) n", full.id
    )
    ids = [customer_id(row) for row in (plain, tagged, full)]
    added = await act(admin_client, "ADD_TAGS", ids, tags=["VIP", "Café"])
    assert outcomes(added) == ["DONE", "DONE", "REFUSED"]
    assert (added["results"][2]["key"], added["results"][2]["params"]) == ("tag.too_many", {"limit": 50})
    assert [await tags_of(connection, row) for row in (plain, tagged)] == [["Café", "VIP"], ["Café", "vip"]]
    assert outcomes(await act(admin_client, "ADD_TAGS", ids[:2], tags=["vip"])) == ["UNCHANGED"] * 2
    removed = await act(admin_client, "REMOVE_TAGS", ids, tags=["vip", "CAFE"])
    assert outcomes(removed) == ["DONE", "DONE", "UNCHANGED"]
    assert [await tags_of(connection, row) for row in (plain, tagged)] == [[], []]
    told = await connection.fetch(
        "SELECT kind, changes FROM customer_event WHERE customer_id = $1 ORDER BY id", tagged.id
    )
    assert [(row.kind, orjson.loads(row.changes)) for row in told] == [
        ("TAGS_CHANGED", {"tags": [["vip"], ["Café", "vip"]]}),
        ("TAGS_CHANGED", {"tags": [["Café", "vip"], []]}),
    ]
    shown = "SELECT tags FROM customer_grid_row WHERE customer_id = $1"
    assert not await connection.fetchval(shown, tagged.id)


async def test_tags_are_given_to_the_actions_that_take_them(admin_client, connection):
    ids = [customer_id(await make_customer(connection))]
    cases = [
        ("ADD_TAGS", {}, ("REQUIRED", ["tags"])),
        ("REMOVE_TAGS", {"tags": []}, ("REQUIRED", ["tags"])),
        ("ACTIVATE", {"tags": ["a"]}, ("INVALID", ["tags"])),
        ("ADD_TAGS", {"tags": [str(n) for n in range(51)]}, ("TOO_MANY", ["tags"])),
        ("ADD_TAGS", {"tags": ["a", "x" * 41]}, ("TOO_LONG", ["tags", "1"])),
    ]
    more: dict[str, Any]
    for action, more, (code, path) in cases:
        assert (await act(admin_client, action, ids, **more))["userErrors"] == [{"code": code, "path": path}]


@pytest.mark.parametrize("action", ["DEACTIVATE", "ADD_TAGS", "REMOVE_TAGS", "DELETE", "SUBSCRIBE", "UNSUBSCRIBE"])
async def test_statements_do_not_depend_on_the_number_of_customers(action, admin_client, connection, statements):
    more: dict[str, Any] = {"tags": ["vip"]} if "TAGS" in action else {}
    counts = []
    for size in (2, 40):
        rows = [await make_customer(connection) for _ in range(size)]
        for row in rows:
            await subscribe(connection, row, 1, "SUBSCRIBED" if action == "UNSUBSCRIBE" else "UNSUBSCRIBED")
            await connection.execute(
                "INSERT INTO customer_tag VALUES ($1, $2, $2)", row.id, "vip" if action == "REMOVE_TAGS" else "x"
            )
        await statements.clear()
        answer = await act(admin_client, action, [customer_id(row) for row in rows], **more)
        assert answer["doneCount"] == size
        counts.append(await statements.count())
    assert counts[0] == counts[1], statements.texts
