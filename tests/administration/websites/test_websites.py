"""Staff manage websites, stores and store views (docs/domain/websites.md#websites-5)."""

import pytest

from customer_gql.commerce.orders.statuses.tables import order_status_label
from customer_gql.commerce.pricing.tables import catalog_rule_price
from customer_gql.core.ids import encode_id
from customer_gql.schema import admin
from customer_gql.schema.tables import metadata
from customer_gql.shop.websites.uses import STORE_VIEW_USES, WEBSITE_USES
from support.clients import Client
from support.configuration import set_one
from support.customers import make_customer
from support.shopping import SIGN_UP, person
from support.staff import make_role, make_website, staff_client

from .documents import TABLES, call, document, fresh, key_of, make, make_all, refusals

HISTORY = "query H($n: Int) { staffHistory(first: $n) { nodes { kind subject changes { field before after } } } }"
TREE = "{ websites { id isDefault stores { id isDefault storeViews { id isDefault isActive } } } }"
SHOP = "{ shop { website { code } storeView { code } storeViews { code } } }"
KINDS = list(TABLES)


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


async def newest(client, count):
    return (await client.data(HISTORY, n=count))["staffHistory"]["nodes"]


async def tree(client, website):
    return next(row for row in (await client.data(TREE))["websites"] if row["id"] == website)


async def test_a_website_with_a_store_and_a_store_view_serves_customers(boss, storefront, http):
    made = await make_all(boss)
    view = made["storeView"]
    assert {**made["website"], "id": None} == {
        "id": None,
        "code": made["website"]["code"],
        "name": "Named",
        "currency": "EUR",
        "isDefault": False,
        "version": 1,
    }
    # The first of its kind is the default.
    assert (made["store"]["isDefault"], view["isDefault"], view["isActive"]) == (True, True, True)
    http.headers["X-Store-View"] = view["code"]
    try:
        shop = (await storefront.data(SHOP))["shop"]
        assert shop == {
            "website": {"code": made["website"]["code"]},
            "storeView": {"code": view["code"]},
            "storeViews": [{"code": view["code"]}],
        }
        answer = await storefront.data(SIGN_UP, input=person(f"{fresh()}@example.com"))
        assert answer["signUp"]["userErrors"] == []
    finally:
        del http.headers["X-Store-View"]
    kinds = [(event["kind"], event["subject"]) for event in await newest(boss, 3)]
    assert kinds == [
        ("STORE_VIEW_CREATED", view["id"]),
        ("STORE_CREATED", made["store"]["id"]),
        ("WEBSITE_CREATED", made["website"]["id"]),
    ]


@pytest.mark.parametrize("kind", KINDS)
async def test_an_update_stores_what_differs_and_tells_the_history(kind, boss):
    made = (await make_all(boss))[kind]
    changed = await call(boss, kind, "Update", id=made["id"], name=" Other name ", expectedVersion=1)
    assert changed[kind] == {**made, "name": "Other name", "version": 2}
    again = await call(boss, kind, "Update", id=made["id"], name="Other name")
    assert again[kind]["version"] == 2
    [event] = await newest(boss, 1)
    assert event["changes"] == [{"field": "name", "before": "Named", "after": "Other name"}]
    stale = await call(boss, kind, "Update", id=made["id"], name="Third", expectedVersion=1)
    assert refusals(stale) == [("VERSION_CONFLICT", "version.conflict", ["expectedVersion"])]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("code", ["", "1a", "A", "a-b", "a b", "a" * 33, "ä"])
async def test_a_code_has_a_form(kind, code, boss):
    above = await make_all(boss)
    given = {
        "website": {"currency": "EUR"},
        "store": {"websiteId": above["website"]["id"]},
        "storeView": {"storeId": above["store"]["id"], "locale": "de_DE"},
    }[kind]
    refused = await call(boss, kind, "Create", code=code, name="x", **given)
    assert refusals(refused) == [("INVALID", "site.code_invalid", ["code"])]
    taken = await call(boss, kind, "Create", code=above[kind]["code"], name="x", **given)
    assert refusals(taken) == [("TAKEN", "site.code_taken", ["code"])]


def test_a_code_never_changes():
    for kind in KINDS:
        assert "code" in document(kind, "Create")
    for name in ("WebsiteUpdateInput", "StoreUpdateInput", "StoreViewUpdateInput"):
        assert "code" not in admin.schema._schema.type_map[name].fields  # pyright: ignore


async def test_all_that_does_not_fit_is_told_at_once(boss, connection):
    before = await connection.fetchval("SELECT count(*) FROM website")
    refused = await call(boss, "website", "Create", code="X", name=" ", currency="EURO")
    assert sorted(refusals(refused)) == [
        ("INVALID", "site.code_invalid", ["code"]),
        ("INVALID", "site.currency_unknown", ["currency"]),
        ("REQUIRED", "value.required", ["name"]),
    ]
    assert await connection.fetchval("SELECT count(*) FROM website") == before
    assert (await make(boss, "website", currency=" usd "))["currency"] == "USD"


@pytest.mark.parametrize("locale", ["", "de", "de-AT", "xx_XX", "de_AT.UTF-8", "DE_de", "../.."])
async def test_a_locale_is_a_known_language_and_region(locale, boss):
    made = await make_all(boss)
    refused = await call(boss, "storeView", "Update", id=made["storeView"]["id"], locale=locale)
    assert refusals(refused) == [("INVALID", "site.locale_unknown", ["locale"])]


@pytest.mark.parametrize(
    ("kind", "given", "path"),
    [
        ("store", {"websiteId": encode_id("web", 999)}, "websiteId"),
        ("storeView", {"storeId": encode_id("sto", 999), "locale": "de_DE"}, "storeId"),
    ],
)
async def test_what_it_belongs_to_has_to_be_there(kind, given, path, boss):
    [(code, _, at)] = refusals(await call(boss, kind, "Create", code=fresh(), name="x", **given))
    assert (code, at) == ("NOT_FOUND", [path])


@pytest.mark.parametrize("kind", KINDS)
async def test_an_unknown_one_is_told(kind, boss):
    missing = encode_id({"website": "web", "store": "sto", "storeView": "stv"}[kind], 999)
    for what, more in (("Update", {"name": "x"}), ("Delete", {})):
        [(code, _, path)] = refusals(await call(boss, kind, what, id=missing, **more))
        assert (code, path) == ("NOT_FOUND", ["id"])


async def test_a_new_default_takes_the_place_of_the_former_one(boss):
    made = await make_all(boss)
    site = made["website"]["id"]
    second = await make(boss, "store", websiteId=site, isDefault=True)
    view = await make(boss, "storeView", storeId=second["id"])
    other = await make(boss, "storeView", storeId=second["id"])
    assert (view["isDefault"], other["isDefault"]) == (True, False)
    moved = await call(boss, "storeView", "Update", id=other["id"], isDefault=True)
    assert moved["storeView"]["isDefault"]
    events = await newest(boss, 2)
    assert [(event["kind"], event["subject"]) for event in events] == [
        ("STORE_VIEW_CHANGED", other["id"]),
        ("STORE_VIEW_CHANGED", view["id"]),
    ]
    stores = (await tree(boss, site))["stores"]
    assert [row["isDefault"] for row in stores] == [False, True]
    assert [row["isDefault"] for row in stores[1]["storeViews"]] == [False, True]
    refused = await call(boss, "storeView", "Update", id=other["id"], isDefault=False)
    assert refusals(refused) == [("NOT_ALLOWED", "site.is_default", ["isDefault"])]


async def test_there_is_always_one_default_website(boss, storefront):
    made = await make_all(boss)
    former = next(row for row in (await boss.data(TREE))["websites"] if row["isDefault"])
    try:
        assert (await call(boss, "website", "Update", id=made["website"]["id"], isDefault=True))["userErrors"] == []
        assert (await storefront.data(SHOP))["shop"]["website"] == {"code": made["website"]["code"]}
        refused = await call(boss, "website", "Delete", id=made["website"]["id"])
        assert refusals(refused) == [("NOT_ALLOWED", "site.is_default", ["id"])]
    finally:
        assert (await call(boss, "website", "Update", id=former["id"], isDefault=True))["userErrors"] == []


async def test_an_inactive_store_view_is_closed_to_the_storefront(boss, http):
    made = await make_all(boss)
    other = await make(boss, "storeView", storeId=made["store"]["id"], isActive=False)
    shop = Client(http, "/graphql", None)
    for is_active in (False, True):
        assert (await call(boss, "storeView", "Update", id=other["id"], isActive=is_active))["userErrors"] == []
        seen = []
        for code in (made["storeView"]["code"], other["code"]):
            http.headers["X-Store-View"] = code
            try:
                seen.append(
                    await shop.answer("{ shop { storeViews { code } website { stores { storeViews { code } } } } }")
                )
            finally:
                del http.headers["X-Store-View"]
        codes = [{"code": made["storeView"]["code"]}, *([{"code": other["code"]}] if is_active else [])]
        assert seen[0]["data"]["shop"] == {"storeViews": codes, "website": {"stores": [{"storeViews": codes}]}}
        assert ("errors" in seen[1]) is not is_active
        assert (await shop.data("query N($id: ID!) { node(id: $id) { id } }", id=other["id"]))["node"] == (
            {"id": other["id"]} if is_active else None
        )
    await call(boss, "storeView", "Update", id=other["id"], isActive=False)
    for id, more in ((made["storeView"]["id"], {"isActive": False}), (other["id"], {"isDefault": True})):
        refused = await call(boss, "storeView", "Update", id=id, **more)
        assert refusals(refused) == [("NOT_ALLOWED", "site.inactive_default", ["isActive"])]
    both = await call(boss, "storeView", "Update", id=other["id"], isDefault=True, isActive=True)
    assert both["userErrors"] == []


async def test_the_currency_stays_with_the_first_amount_in_it(boss, connection):
    made = await make_all(boss, currency="ISK")
    id = made["website"]["id"]
    assert (await call(boss, "website", "Update", id=id, currency="SEK"))["website"]["currency"] == "SEK"
    customer = await make_customer(
        connection, website_id=key_of(id), created_in_store_view_id=key_of(made["storeView"]["id"])
    )
    adjust = (
        """mutation A($input: StoreCreditAdjustInput!) { storeCreditAdjust(input: $input) { userErrors { code } } }"""
    )
    given = {"id": encode_id("cus", customer.id), "amount": "5", "idempotencyKey": fresh()}
    assert (await boss.data(adjust, input=given))["storeCreditAdjust"]["userErrors"] == []
    refused = await call(boss, "website", "Update", id=id, currency="EUR")
    assert refusals(refused) == [("NOT_ALLOWED", "site.currency_fixed", ["currency"])]
    assert refused["userErrors"][0]["params"] == {"uses": ["store credit"]}
    assert (await call(boss, "website", "Update", id=id, currency="SEK", name="Same"))["userErrors"] == []


async def test_what_nobody_uses_is_deleted_with_what_is_its_own(boss, connection):
    made = await make_all(boss)
    scopes = {"website": {"websiteId": made["website"]["id"]}, "storeView": {"storeViewId": made["storeView"]["id"]}}
    for scope in scopes.values():
        assert (await set_one(boss, "accounts.resets_per_hour", 7, scope))["userErrors"] == []
    text = (
        """mutation U($input: MailTemplateUpdateInput!) { mailTemplateUpdate(input: $input) { userErrors { code } } }"""
    )
    given = {"template": "WELCOME", "subject": "Hi", "html": "<p>Hi</p>", "text": "Hi", **scopes["storeView"]}
    assert (await boss.data(text, input=given))["mailTemplateUpdate"]["userErrors"] == []
    for kind in ("storeView", "store", "website"):
        tried = await call(boss, kind, "Delete", id=made[kind]["id"], dry_run=True)
        assert tried["userErrors"] == []
        count = f"SELECT count(*) FROM {TABLES[kind].name} WHERE id = $1"
        assert await connection.fetchval(count, key_of(made[kind]["id"])) == 1
        assert (await call(boss, kind, "Delete", id=made[kind]["id"]))["userErrors"] == []
        assert await connection.fetchval(count, key_of(made[kind]["id"])) == 0
        [event] = await newest(boss, 1)
        assert event["subject"] == made[kind]["id"]
        assert event["kind"].endswith("_DELETED")
        assert {"field": "code", "before": made[kind]["code"], "after": None} in event["changes"]
    left = """SELECT (SELECT count(*) FROM configuration_value WHERE scope_id = ANY($1)) +
      (SELECT count(*) FROM mail_template WHERE scope_id = ANY($1))"""
    assert await connection.fetchval(left, [key_of(made[kind]["id"]) for kind in scopes]) == 0


async def test_what_is_in_use_stays_and_its_uses_are_told(boss, connection):
    made = await make_all(boss)
    id, view = key_of(made["website"]["id"]), key_of(made["storeView"]["id"])
    await make_customer(connection, website_id=id, created_in_store_view_id=view)
    await make_role(connection, ["customers.read"], [id])
    for kind, uses in (
        ("storeView", ["customers"]),
        ("store", ["store views"]),
        ("website", ["customer changes", "customers", "roles of staff", "stores"]),
    ):
        for dry_run in (True, False):
            refused = await call(boss, kind, "Delete", id=made[kind]["id"], dry_run=dry_run)
            assert refusals(refused) == [("NOT_ALLOWED", "site.in_use", ["id"])]
            found = refused["userErrors"][0]["params"]["uses"]
            assert [use for use in found if use != "customer changes"] == [
                use for use in uses if use != "customer changes"
            ]
    assert len(found) >= 3


async def test_a_default_goes_last(boss):
    made = await make_all(boss)
    await make(boss, "storeView", storeId=made["store"]["id"])
    refused = await call(boss, "storeView", "Delete", id=made["storeView"]["id"])
    assert refusals(refused) == [("NOT_ALLOWED", "site.is_default", ["id"])]


async def test_only_staff_of_all_websites_with_the_permission_manage_websites(http, connection):
    some = await staff_client(http, connection, ["customers.read", "websites.manage"], [1])
    without = await staff_client(http, connection, ["customers.read", "configuration.manage"])
    website = await make_website(connection)
    before = await connection.fetch("SELECT * FROM website ORDER BY id")
    for client in (some, without):
        for what, input in (
            ("Create", {"code": fresh(), "name": "x", "currency": "EUR"}),
            ("Update", {"id": encode_id("web", website), "name": "x"}),
            ("Delete", {"id": encode_id("web", website)}),
        ):
            answer = await client.answer(document("website", what), input=input)
            assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "websites.manage"}
    assert await connection.fetch("SELECT * FROM website ORDER BY id") == before


def test_every_column_that_names_a_website_or_store_view_is_a_use():
    """Others are the copy of a use, or outlive what they name."""
    declared = {use.column for use in (*WEBSITE_USES, *STORE_VIEW_USES)}
    found = {
        column
        for table in metadata.tables.values()
        for column in table.columns
        if any(key.column.table.name in {"website", "store_view"} for key in column.foreign_keys)
    }
    # Goes with the rule or the website; and is deleted with the store view.
    derived = {catalog_rule_price.c.website_id, order_status_label.c.store_view_id}
    assert found - declared - derived - {TABLES["store"].c.website_id} == set()


CAPABLE = """{ websites { id capabilities { action isAllowed missingPermission refusal { code key params } }
  stores { id capabilities { action isAllowed missingPermission refusal { code key params } }
    storeViews { id capabilities { action isAllowed missingPermission refusal { code key params } } } } } }"""


async def test_a_capability_refuses_exactly_when_its_mutation_does(boss, connection):
    free, used = await make_all(boss), await make_all(boss)
    await make(boss, "storeView", storeId=used["store"]["id"])
    await make_customer(
        connection,
        website_id=key_of(used["website"]["id"]),
        created_in_store_view_id=key_of(used["storeView"]["id"]),
    )
    rows = (await boss.data(CAPABLE))["websites"]
    seen = {}
    for site in rows:
        for row in (site, *site["stores"], *[view for shop in site["stores"] for view in shop["storeViews"]]):
            seen[row["id"]] = {one["action"]: one for one in row["capabilities"]}
    for made in (free, used):
        for kind in ("website", "store", "storeView"):
            can = seen[made[kind]["id"]]
            assert [one["isAllowed"] for action, one in can.items() if action.endswith("UPDATE")] == [True]
            [delete] = [one for action, one in can.items() if action.endswith("DELETE")]
            refused = (await call(boss, kind, "Delete", id=made[kind]["id"], dry_run=True))["userErrors"]
            told = [{name: error[name] for name in ("code", "key", "params")} for error in refused]
            assert ([delete["refusal"]] if delete["refusal"] else []) == told
            assert delete["isAllowed"] is (refused == [])


async def test_a_capability_names_the_permission_that_is_missing(http, connection, boss):
    made = await make_all(boss)
    id = key_of(made["website"]["id"])
    for given in ((["customers.read"], None), (["customers.read", "websites.manage"], [id])):
        client = await staff_client(http, connection, *given)
        found = next(row for row in (await client.data(CAPABLE))["websites"] if row["id"] == made["website"]["id"])
        assert {one["missingPermission"] for one in found["capabilities"]} == {"websites.manage"}


async def test_capabilities_cost_the_same_statements_for_one_and_for_many(boss, statements):
    counts = []
    for more in (0, 8):
        for _ in range(more):
            await make_all(boss)
        await boss.data(CAPABLE)
        await statements.clear()
        await boss.data(CAPABLE)
        counts.append(await statements.count())
    assert counts[0] == counts[1]
