"""Staff manage catalog price rules, and prices follow (docs/domain/pricing.md#pricing-8)."""

import datetime as dt
import random
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import orjson
import pytest

from commerce.catalog.test_products import sell
from commerce.pricing.test_final_price import explain, price_of
from customer_gql.commerce.catalog.tables import product_website
from customer_gql.commerce.pricing.catalog_rules.intervals import LAST_DAY, find_intervals
from customer_gql.commerce.pricing.catalog_rules.rebuild import rebuild_all, rebuild_rule_prices
from customer_gql.commerce.pricing.catalog_rules.tables import catalog_price_rule
from customer_gql.commerce.pricing.catalog_rules.writes import MAX_RULES
from customer_gql.commerce.pricing.tables import product_price
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.money import minor_digits
from customer_gql.database.statements import Connection
from customer_gql.messaging.jobs.work import Tools
from support.clients import Client
from support.customers import put
from support.staff import make_website, staff_client

RULE = """id version name isActive websites { id } groups { id } fromOn untilOn priority stopsFurtherRules condition action
  amount"""
CREATE = f"""mutation C($input: CatalogPriceRuleCreateInput!, $dryRun: Boolean! = false) {{
  catalogPriceRuleCreate(input: $input, dryRun: $dryRun) {{
  catalogPriceRule {{ {RULE} }} userErrors {{ code key params path }} }} }}"""
UPDATE = f"""mutation U($input: CatalogPriceRuleUpdateInput!) {{ catalogPriceRuleUpdate(input: $input) {{
  catalogPriceRule {{ {RULE} }} userErrors {{ code key params path }} }} }}"""
DELETE = """mutation D($input: CatalogPriceRuleDeleteInput!) { catalogPriceRuleDelete(input: $input) {
  deletedCatalogPriceRuleId userErrors { code key path } } }"""
LIST = f"{{ catalogPriceRules(first: 100) {{ totalCount nodes {{ {RULE} }} }} }}"
EVENTS = "SELECT kind, version FROM staff_event WHERE subject = $1 ORDER BY id"
ASKED = "SELECT count(*) FROM job WHERE entrypoint = 'pricing.rebuild_rule_prices'"
GROUP = encode_id("grp", 1)
GUESTS = encode_id("grp", 0)
TODAY = dt.datetime.now(dt.UTC).date()


@pytest.fixture
async def website(connection: Connection) -> int:
    return await make_website(connection)


async def call(client: Client, document: str, **input: Any) -> Any:
    [answer] = (await client.data(document, input=input)).values()
    return answer


def refusals(answer: Any) -> list[tuple[str, str]]:
    return [(error["key"], ".".join(error["path"])) for error in answer["userErrors"]]


def new(website: int, **given: Any) -> dict[str, Any]:
    scope = {"websiteIds": [encode_id("web", website)], "groupIds": [GUESTS]}
    return {"name": "Sale", **scope, "action": "BY_PERCENT", "amount": "10", **given}


async def rebuild(connection: Connection, *made: Any) -> None:
    """Of these products alone: the others are of other tests."""
    async with connection.transaction():
        await rebuild_rule_prices(connection, product_ids=[one.id for one in made])


async def test_a_rule_is_created_changed_and_deleted(admin_client: Client, connection: Connection, website: int):
    asked = await connection.fetchval(ASKED)
    condition = {"all": [{"sku": ["B", "A", "B"]}, {"not": {"type": ["BUNDLE"]}}, {"price": {"from": "1.00"}}]}
    days = {"fromOn": "2026-12-01", "untilOn": "2026-12-24"}
    answer = await call(admin_client, CREATE, **new(website, name=" Sale ", condition=condition, **days, priority=3))
    rule = answer["catalogPriceRule"]
    assert answer["userErrors"] == []
    assert rule == {
        "id": rule["id"],
        "version": 1,
        "name": "Sale",
        "isActive": True,
        "websites": [{"id": encode_id("web", website)}],
        "groups": [{"id": GUESTS}],
        **days,
        "priority": 3,
        "stopsFurtherRules": False,
        "condition": {"all": [{"sku": ["A", "B"]}, {"not": {"type": ["BUNDLE"]}}, {"price": {"from": "1.00"}}]},
        "action": "BY_PERCENT",
        "amount": "10",
    }
    assert rule in (await admin_client.data(LIST))["catalogPriceRules"]["nodes"]
    edits = {"action": "TO_AMOUNT", "amount": "5.50", "condition": None, "untilOn": None, "isActive": False}
    changed = await call(admin_client, UPDATE, id=rule["id"], expectedVersion=1, stopsFurtherRules=True, **edits)
    assert changed["catalogPriceRule"] == {**rule, **edits, "version": 2, "stopsFurtherRules": True}
    same = await call(admin_client, UPDATE, id=rule["id"], name="Sale", amount="5.5")
    assert same["catalogPriceRule"]["version"] == 2
    stale = await call(admin_client, UPDATE, id=rule["id"], expectedVersion=1, amount="7")
    assert [error["code"] for error in stale["userErrors"]] == ["VERSION_CONFLICT"]
    assert await call(admin_client, DELETE, id=rule["id"]) == {
        "deletedCatalogPriceRuleId": rule["id"],
        "userErrors": [],
    }
    kinds = [tuple(row) for row in await connection.fetch(EVENTS, rule["id"])]
    assert kinds == [
        ("CATALOG_PRICE_RULE_CREATED", 1),
        ("CATALOG_PRICE_RULE_CHANGED", 2),
        ("CATALOG_PRICE_RULE_DELETED", None),
    ]
    assert await connection.fetchval(ASKED) == asked + 3
    assert refusals(await call(admin_client, DELETE, id=rule["id"])) == [("price_rule.not_found", "id")]


async def test_what_does_not_fit_is_refused_with_its_path(admin_client: Client, connection: Connection, website: int):
    yen = await make_website(connection)
    await connection.execute("UPDATE website SET currency = 'JPY' WHERE id = $1", yen)
    both = [encode_id("web", website), encode_id("web", yen)]
    deep: Any = {"sku": ["A"]}
    for _ in range(6):
        deep = {"not": deep}
    cases: list[tuple[dict[str, Any], tuple[str, str]]] = [
        ({"name": " "}, ("value.required", "name")),
        ({"websiteIds": both}, ("price_rule.currencies_differ", "websiteIds")),
        ({"websiteIds": []}, ("price_rule.no_scope", "websiteIds")),
        ({"websiteIds": [encode_id("web", 7)]}, ("price_rule.scope_unknown", "websiteIds")),
        ({"groupIds": [encode_id("grp", 12345)]}, ("price_rule.scope_unknown", "groupIds")),
        ({"fromOn": "2026-12-02", "untilOn": "2026-12-01"}, ("price_rule.days_wrong", "untilOn")),
        ({"amount": "100.001"}, ("price_rule.percent_wrong", "amount")),
        ({"amount": "1.0001"}, ("price_rule.percent_wrong", "amount")),
        ({"action": "BY_AMOUNT", "amount": "1.001"}, ("price_rule.amount_wrong", "amount")),
        ({"action": "TO_AMOUNT", "amount": "-1"}, ("price_rule.amount_wrong", "amount")),
        ({"condition": {"sku": [], "type": []}}, ("price_condition.unknown", "condition")),
        ({"condition": {"all": [{"sku": [1]}]}}, ("price_condition.values_wrong", "condition.all.0.sku")),
        ({"condition": {"any": []}}, ("price_condition.unknown", "condition.any")),
        ({"condition": {"not": {"type": ["BOX"]}}}, ("price_condition.type_unknown", "condition.not.type")),
        ({"condition": {"price": {"from": 1}}}, ("price_condition.range_wrong", "condition.price.from")),
        ({"condition": {"price": {"to": "1"}}}, ("price_condition.range_wrong", "condition.price")),
        ({"condition": deep}, ("price_condition.too_large", "condition" + ".not" * 6)),
        ({"condition": {"any": [{"sku": ["A"]}] * 100}}, ("price_condition.too_large", "condition.any.99")),
    ]
    before = (await admin_client.data(LIST))["catalogPriceRules"]["totalCount"]
    for given, refusal in cases:
        assert refusals(await call(admin_client, CREATE, **new(website, **given))) == [refusal], given
    dry = (await admin_client.data(CREATE, input=new(website), dryRun=True))["catalogPriceRuleCreate"]
    assert dry == {"catalogPriceRule": None, "userErrors": []}
    assert (await admin_client.data(LIST))["catalogPriceRules"]["totalCount"] == before


async def test_rules_are_for_staff_of_all_websites(http: Any, connection: Connection, website: int):
    some = await staff_client(http, connection, ["pricing.manage"], [website])
    for document, given in ((CREATE, {"input": new(website)}), (LIST, {})):
        answer = await some.answer(document, **given)
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_rule_keeps_its_groups_and_the_currency_of_its_websites(
    admin_client: Client, connection: Connection, website: int
):
    group = new_id()
    await connection.execute(
        "INSERT INTO customer_group (id, name, tax_class_id) VALUES ($1, $2, 3)", group, f"R{group}"
    )
    made = await call(admin_client, CREATE, **new(website, groupIds=[encode_id("grp", group)], isActive=False))
    document = (
        "mutation D($input: CustomerGroupDeleteInput!) { customerGroupDelete(input: $input) { userErrors { params } } }"
    )
    [refused] = (await call(admin_client, document, id=encode_id("grp", group)))["userErrors"]
    assert refused["params"]["uses"] == ["catalog price rules"]
    document = "mutation U($input: WebsiteUpdateInput!) { websiteUpdate(input: $input) { userErrors { params } } }"
    [refused] = (await call(admin_client, document, id=encode_id("web", website), currency="CHF"))["userErrors"]
    assert "catalog price rules" in refused["params"]["uses"]
    await call(admin_client, DELETE, id=made["catalogPriceRule"]["id"])


async def test_the_price_follows_the_rules_of_the_day(
    admin_client: Client, connection: Connection, website: int, storefront: Client
):
    made = await sell(connection, website, price=2000, currency="EUR", categories=["Mugs"])
    for group in (GROUP, GUESTS):
        given = {"groupIds": [group], "condition": {"category": ["Cups", "Mugs"]}}
        await call(admin_client, CREATE, **new(website, **given, amount="25" if group == GUESTS else "50"))
    tomorrow = str(TODAY + dt.timedelta(days=1))
    await call(admin_client, CREATE, **new(website, action="BY_AMOUNT", amount="1", priority=1, fromOn=tomorrow))
    await rebuild(connection, made)
    web = {"websiteId": encode_id("web", website)}
    shown = [
        (await explain(admin_client, made, **web, groupId=group, at=f"{TODAY + dt.timedelta(days=days)}T12:00:00Z"))
        for group in (GROUP, GUESTS)
        for days in (0, 1, 400)
    ]
    assert [one["finalPrice"]["amount"] for one in shown] == ["10.00", "10.00", "10.00", "15.00", "14.00", "14.00"]
    assert {one["winner"] for one in shown} == {"CATALOG_RULE"}
    assert await price_of(storefront, await sell(connection)) == "19.90"


async def test_the_job_rebuilds_everything(empty_database: Any, settings: Any):
    async with empty_database.writes.acquire() as connection:
        made = await sell(connection, price=1000)
        await connection.execute(
            "INSERT INTO catalog_rule_price SELECT $1, 1, 0, '2020-01-01', '2020-01-02', 1", made.id
        )
        await connection.execute(
            "INSERT INTO catalog_price_rule (id, name, website_ids, group_ids, action, amount)"
            " VALUES (1, 'Sale', '{1}', '{0,2}', 'TO_PERCENT', 33.5)"
        )
        await rebuild_all(Tools(empty_database, settings))
        rows = await connection.fetch("SELECT group_id, from_on, until_on, price FROM catalog_rule_price ORDER BY 1")
    since = TODAY - dt.timedelta(days=1)
    assert [tuple(row) for row in rows] == [(0, since, LAST_DAY, 335), (2, since, LAST_DAY, 335)]


def price_by_rules(rules: list[dict[str, Any]], one: dict[str, Any], on: dt.date, currency: str) -> Decimal | None:
    """The plain model: in major units, rule after rule; None where none applies."""
    step = Decimal(1).scaleb(-minor_digits(currency))
    price, applied = one["base"] * step, False
    for rule in sorted(rules, key=lambda rule: rule["priority"]):
        if not rule["holds"](one) or not rule["from_on"] <= on <= rule["until_on"]:
            continue
        applied = True
        match rule["action"]:
            case "BY_PERCENT":
                price = (price * (100 - rule["amount"]) / 100 / step).quantize(Decimal(1), ROUND_HALF_UP) * step
            case "TO_PERCENT":
                price = (price * rule["amount"] / 100 / step).quantize(Decimal(1), ROUND_HALF_UP) * step
            case "BY_AMOUNT":
                price = max(price - rule["amount"], Decimal(0))
            case _:
                price = min(price, rule["amount"])
        if rule["stops"]:
            break
    return price if applied else None


HOLDS: list[tuple[Any, Callable[[dict[str, Any]], bool]]] = [
    (None, bool),
    ({"type": ["SIMPLE"]}, lambda one: one["type"] == "SIMPLE"),
    ({"not": {"category": ["A"]}}, lambda one: "A" not in one["categories"]),
    (
        {"any": [{"category": ["A", "B"]}, {"type": ["VIRTUAL"]}]},
        lambda one: bool(one["categories"]) or one["type"] == "VIRTUAL",
    ),
    (
        {"all": [{"price": {"from": "5", "until": "50"}}, {"type": ["SIMPLE", "VIRTUAL"]}]},
        lambda one: 5 <= one["major"] <= 50,
    ),
]


@pytest.mark.parametrize("currency", ["USD", "JPY", "BHD"])
@pytest.mark.parametrize("seed", range(4))
async def test_stored_prices_equal_a_plain_model(seed: int, currency: str, connection: Connection, website: int):
    r = random.Random(f"{seed} {currency}")
    await connection.execute("UPDATE website SET currency = $2 WHERE id = $1", website, currency)
    shown, rules = [], []
    for _ in range(12):
        base = r.choice([0, 1, r.randrange(10**3), r.randrange(10**6)])
        facts = {"type": r.choice(["SIMPLE", "VIRTUAL"]), "categories": r.choice([[], ["A"], ["A", "B"], ["B"]])}
        made = await sell(connection, website, **facts, price=base, currency=currency)
        if r.random() < 0.3:
            base += 7
            await put(connection, product_price, product_id=made.id, website_id=website, price=base)
        major = Decimal(base).scaleb(-minor_digits(currency))
        shown.append({**facts, "base": base, "major": major, "row": made})
    for priority in range(r.randrange(2, 12)):
        condition, holds = r.choice(HOLDS)
        action = r.choice(["BY_PERCENT", "TO_PERCENT", "BY_AMOUNT", "TO_AMOUNT"])
        amount = Decimal(r.randrange(100_001)) / 1000 if "PERCENT" in action else Decimal(r.randrange(60))
        days = sorted(TODAY + dt.timedelta(days=r.randrange(-3, 12)) for _ in range(2))
        rules.append(
            {"priority": priority, "holds": holds, "action": action, "amount": amount, "stops": r.random() < 0.2}
        )
        rules[-1] |= {"from_on": days[0], "until_on": days[1]}
        values = {"website_ids": [website], "group_ids": [0], "action": action, "amount": amount, "name": "R"}
        values |= {"from_on": days[0], "until_on": days[1], "stops_further_rules": rules[-1]["stops"]}
        await put(
            connection,
            catalog_price_rule,
            id=new_id(),
            priority=priority,
            condition=condition and orjson.dumps(condition).decode(),
            **values,
        )
    await rebuild(connection, *[one["row"] for one in shown])
    compared = 0
    for one in shown:
        rows = await connection.fetch(
            "SELECT from_on, until_on, price FROM catalog_rule_price WHERE product_id = $1", one["row"].id
        )
        for days in range(15):
            on = TODAY + dt.timedelta(days=days)
            found = [
                Decimal(row.price).scaleb(-minor_digits(currency)) for row in rows if row.from_on <= on <= row.until_on
            ]
            expected = price_by_rules(rules, one, on, currency)
            assert found == ([] if expected is None else [expected]), (one, on)
            compared += len(found)
    assert compared
    await connection.execute("DELETE FROM catalog_price_rule WHERE $1 = ANY (website_ids)", website)


async def test_a_product_that_is_sold_on_two_websites_has_the_rules_of_each(connection: Connection, website: int):
    made = await sell(connection, website, price=1000, currency="EUR")
    await put(connection, product_website, product_id=made.id, website_id=1)
    for site in (1, website):
        values = {"website_ids": [site], "group_ids": [0], "action": "TO_PERCENT", "amount": 50, "name": "R"}
        await put(
            connection, catalog_price_rule, id=new_id(), **values, condition=orjson.dumps({"sku": [made.sku]}).decode()
        )
    await rebuild(connection, made)
    rows = await connection.fetch("SELECT website_id FROM catalog_rule_price WHERE product_id = $1", made.id)
    assert [row.website_id for row in rows] == [website]  # its price is in EUR, and website 1 has another currency
    await connection.execute("DELETE FROM catalog_price_rule WHERE name = 'R'")


def test_days_without_a_rule_are_left_out():
    assert find_intervals([], TODAY) == []


async def test_as_many_rules_as_there_can_be_apply_to_one_product(connection: Connection, website: int):
    made = await sell(connection, website, price=10_000, currency="EUR")
    condition = orjson.dumps({"not": {"all": [{"any": [{"sku": ["other"]}]}, {"price": {"from": "1.00"}}]}}).decode()
    within = connection.transaction()
    await within.start()
    try:
        for place in range(MAX_RULES):
            values = {"website_ids": [website], "group_ids": [0], "action": "BY_AMOUNT", "amount": Decimal("0.01")}
            values |= {"id": new_id(), "name": "Sale", "priority": place, "condition": condition}
            await put(connection, catalog_price_rule, **values)
        await rebuild_rule_prices(connection, product_ids=[made.id])
        found = await connection.fetchval("SELECT price FROM catalog_rule_price WHERE product_id = $1", made.id)
    finally:
        await within.rollback()
    assert found == 10_000 - MAX_RULES
