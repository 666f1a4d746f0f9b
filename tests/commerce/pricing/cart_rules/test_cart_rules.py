"""Staff manage cart price rules and coupons (docs/domain/cart-price-rules.md#cart-price-rules-1)."""

import asyncio
import uuid
from typing import Any

import pytest

from administration.customer_groups.samples import make_group
from customer_gql.core.ids import decode_id, encode_id, new_id
from customer_gql.database.statements import Connection
from support.clients import Client
from support.staff import make_website, staff_client

RULE = """id version name isActive websites { id } groups { id } fromOn untilOn priority stopsFurtherRules couponKind couponCode
  usesPerCoupon usesPerCustomer condition action amount buyQuantity maxQuantity appliesToShipping givesFreeShipping"""
ERRORS = "userErrors { code key params path }"
SHOWN = f"cartPriceRule {{ {RULE} }} {ERRORS}"
MADE = f"generatedCount cartPriceRule {{ coupons(first: 3) {{ totalCount nodes {{ code useCount createdAt }} }} }} {ERRORS}"
LIST = f"{{ cartPriceRules(first: 100) {{ totalCount nodes {{ {RULE} }} }} }}"
GUESTS = encode_id("grp", 0)


@pytest.fixture
async def website(connection: Connection) -> int:
    return await make_website(connection)


def mutation(root: str, fields: str) -> str:
    kind = f"{root[0].upper()}{root[1:]}Input"
    return f"mutation M($input: {kind}!, $dryRun: Boolean! = false) {{ {root}(input: $input, dryRun: $dryRun) {{ {fields} }} }}"


async def call(client: Client, root: str, fields: str, *, dry_run: bool = False, **input: Any) -> Any:
    return (await client.data(mutation(root, fields), input=input, dryRun=dry_run))[root]


async def create(client: Client, **given: Any) -> Any:
    return await call(client, "cartPriceRuleCreate", SHOWN, **given)


def new(website: int, **given: Any) -> dict[str, Any]:
    scope = {"websiteIds": [encode_id("web", website)], "groupIds": [GUESTS]}
    return {"name": "Welcome", **scope, "action": "PERCENT", "amount": "10", **given}


def refusals(answer: Any) -> list[tuple[str, str]]:
    return [(error["key"], ".".join(error["path"])) for error in answer["userErrors"]]


def fresh() -> str:
    return uuid.uuid4().hex[:16]


@pytest.mark.parametrize("root", ["cartPriceRuleCreate", "catalogPriceRuleCreate"])
async def test_a_group_that_is_being_deleted_is_unknown(
    root: str, admin_client: Client, connection: Connection, website: int
):
    group = await make_group(connection, name=fresh(), is_being_deleted=True)
    action = "PERCENT" if root == "cartPriceRuleCreate" else "BY_PERCENT"
    answer = await call(admin_client, root, ERRORS, **new(website, action=action, groupIds=[encode_id("grp", group)]))
    [refused] = answer["userErrors"]
    assert (refused["code"], refused["path"]) == ("NOT_FOUND", ["groupIds"])


async def test_a_group_is_deleted_or_named_by_a_rule(admin_client: Client, connection: Connection, website: int):
    group = await make_group(connection, name=fresh())
    id = encode_id("grp", group)
    answers = await asyncio.gather(
        create(admin_client, **new(website, groupIds=[id])), call(admin_client, "customerGroupDelete", ERRORS, id=id)
    )
    assert sorted(len(answer["userErrors"]) for answer in answers) == [0, 1]
    left = await connection.fetchval("SELECT count(*) FROM customer_group WHERE id = $1", group)
    assert left == (answers[0]["userErrors"] == [])


async def test_a_rule_is_created_changed_and_deleted(admin_client: Client, connection: Connection, website: int):
    code = f"Hello-{fresh()}"
    given = {"couponKind": "SPECIFIC", "couponCode": f" {code}", "usesPerCoupon": 5, "usesPerCustomer": 1}
    days = {"fromOn": "2026-12-01", "untilOn": "2026-12-24"}
    condition = {"subtotal": {"from": "50.00"}}
    flags = {"appliesToShipping": True, "givesFreeShipping": True, "stopsFurtherRules": True}
    answer = await create(
        admin_client, **new(website, **given, **days, condition=condition, maxQuantity=3, priority=2, **flags)
    )
    assert answer["userErrors"] == []
    rule = answer["cartPriceRule"]
    assert rule == {
        "id": rule["id"],
        "version": 1,
        "name": "Welcome",
        "isActive": True,
        "websites": [{"id": encode_id("web", website)}],
        "groups": [{"id": GUESTS}],
        **days,
        "priority": 2,
        **given,
        "couponCode": code,
        "condition": condition,
        "action": "PERCENT",
        "amount": "10",
        "buyQuantity": None,
        "maxQuantity": 3,
        **flags,
    }
    assert rule in (await admin_client.data(LIST))["cartPriceRules"]["nodes"]
    taken = await create(admin_client, **new(website, couponKind="SPECIFIC", couponCode=code.upper()))
    assert refusals(taken) == [("coupon.code_taken", "couponCode")]
    edits: dict[str, Any] = {
        "action": "BUY_X_GET_Y",
        "amount": "1",
        "buyQuantity": 2,
        "maxQuantity": None,
        "usesPerCoupon": None,
    }
    changed = await call(admin_client, "cartPriceRuleUpdate", SHOWN, id=rule["id"], expectedVersion=1, **edits)
    assert changed["cartPriceRule"] == {**rule, **edits, "version": 2}
    stale = await call(admin_client, "cartPriceRuleUpdate", SHOWN, id=rule["id"], expectedVersion=1, amount="2")
    assert [error["code"] for error in stale["userErrors"]] == ["VERSION_CONFLICT"]
    other: dict[str, Any] = {"couponCode": f"other-{fresh()}", "action": "FIXED_PER_ITEM", "amount": "1.50"}
    changed = await call(admin_client, "cartPriceRuleUpdate", SHOWN, id=rule["id"], **other)
    assert changed["cartPriceRule"] == {**rule, **edits, **other, "version": 3, "buyQuantity": None}
    free = await create(admin_client, **new(website, couponKind="SPECIFIC", couponCode=code))
    assert free["userErrors"] == []
    plain = await call(admin_client, "cartPriceRuleUpdate", SHOWN, id=rule["id"], couponKind="NONE")
    assert plain["cartPriceRule"]["couponCode"] is None
    for one in (rule, free["cartPriceRule"]):
        gone = await call(admin_client, "cartPriceRuleDelete", f"deletedCartPriceRuleId {ERRORS}", id=one["id"])
        assert gone == {"deletedCartPriceRuleId": one["id"], "userErrors": []}
    left = "SELECT count(*) FROM coupon WHERE code_key = ANY ($1)"
    assert await connection.fetchval(left, [code.upper(), other["couponCode"].upper()]) == 0
    kinds = await connection.fetch("SELECT kind FROM staff_event WHERE subject = $1 ORDER BY id", rule["id"])
    assert [row.kind.rpartition("_")[2] for row in kinds] == ["CREATED", *["CHANGED"] * 3, "DELETED"]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"couponKind": "SPECIFIC"}, ("value.required", "couponCode")),
        ({"couponKind": "SPECIFIC", "couponCode": "a b"}, ("coupon.code_wrong", "couponCode")),
        ({"couponCode": "A"}, ("cart_price_rule.code_without_kind", "couponCode")),
        ({"usesPerCoupon": 0}, ("cart_price_rule.count_wrong", "usesPerCoupon")),
        ({"usesPerCustomer": -1}, ("cart_price_rule.count_wrong", "usesPerCustomer")),
        ({"maxQuantity": 0}, ("cart_price_rule.count_wrong", "maxQuantity")),
        ({"action": "BUY_X_GET_Y", "amount": "1"}, ("value.required", "buyQuantity")),
        ({"action": "BUY_X_GET_Y", "amount": "1.5", "buyQuantity": 1}, ("cart_price_rule.count_wrong", "amount")),
        ({"amount": "101"}, ("price_rule.percent_wrong", "amount")),
        ({"action": "FIXED_CART", "amount": "1.005"}, ("price_rule.amount_wrong", "amount")),
        ({"condition": {"points": {"from": "1"}}}, ("price_condition.unknown", "condition")),
        ({"websiteIds": []}, ("price_rule.no_scope", "websiteIds")),
    ],
)
async def test_what_does_not_fit_is_refused(given: Any, refusal: Any, admin_client: Client, website: int):
    assert refusals(await create(admin_client, **new(website, **given))) == [refusal]


async def test_coupons_are_made_up(admin_client: Client, connection: Connection, website: int):
    rule = (await create(admin_client, **new(website, couponKind="GENERATED")))["cartPriceRule"]
    prefix = f"x-{fresh()[:6]}-"
    given = {"ruleId": rule["id"], "count": 50, "length": 8, "prefix": prefix}
    dry = await call(admin_client, "couponsGenerate", MADE, dry_run=True, **given)
    assert (dry["generatedCount"], dry["cartPriceRule"]["coupons"]["totalCount"]) == (50, 0)
    made = await call(admin_client, "couponsGenerate", MADE, **given)
    coupons = made["cartPriceRule"]["coupons"]
    assert (made["generatedCount"], coupons["totalCount"], made["userErrors"]) == (50, 50, [])
    assert {(one["code"][:9], len(one["code"]), one["useCount"]) for one in coupons["nodes"]} == {
        (prefix.upper(), 17, 0)
    }
    wrong = [
        ({"count": 0}, ("coupon.count_wrong", "count")),
        ({"count": 10_001}, ("coupon.count_wrong", "count")),
        ({"length": 7}, ("coupon.length_wrong", "length")),
        ({"prefix": "a b"}, ("coupon.prefix_wrong", "prefix")),
        ({"ruleId": encode_id("car", 7)}, ("price_rule.not_found", "ruleId")),
    ]
    for changed, refusal in wrong:
        assert refusals(await call(admin_client, "couponsGenerate", MADE, **{**given, **changed})) == [refusal]
    await connection.execute(
        "INSERT INTO coupon (code_key, code, rule_id) SELECT $1 || n, $1 || n, $2 FROM generate_series(1, 249900) n",
        f"BULK{fresh()}",
        decode_id(rule["id"], "car"),
    )
    full = await call(admin_client, "couponsGenerate", MADE, **{**given, "count": 100})
    assert refusals(full) == [("coupon.limit_reached", "count")]
    events = await connection.fetch("SELECT kind FROM staff_event WHERE subject = $1 ORDER BY id", rule["id"])
    assert [row.kind for row in events] == ["CART_PRICE_RULE_CREATED", "COUPONS_GENERATED"]
    await call(admin_client, "cartPriceRuleUpdate", SHOWN, id=rule["id"], couponKind="NONE")
    assert refusals(await call(admin_client, "couponsGenerate", MADE, **given)) == [("coupon.not_generated", "ruleId")]
    key = decode_id(rule["id"], "car")
    assert await connection.fetchval("SELECT count(*) FROM coupon WHERE rule_id = $1", key) == 0


async def test_one_of_two_rules_gets_a_code(admin_client: Client, website: int):
    for _ in range(3):
        given = new(website, couponKind="SPECIFIC", couponCode=fresh())
        answers = await asyncio.gather(*[create(admin_client, **given) for _ in range(4)])
        assert sum(answer["cartPriceRule"] is not None for answer in answers) == 1


async def test_rules_are_for_staff_of_all_websites(http: Any, connection: Connection, website: int):
    some = await staff_client(http, connection, ["pricing.manage"], [website])
    for document, given in ((mutation("cartPriceRuleCreate", ERRORS), {"input": new(website)}), (LIST, {})):
        answer = await some.answer(document, **given)
        assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "pricing.manage"}


async def test_a_rule_keeps_its_groups_and_the_currency_of_its_websites(
    admin_client: Client, connection: Connection, website: int
):
    group = new_id()
    await connection.execute(
        "INSERT INTO customer_group (id, name, tax_class_id) VALUES ($1, $2, 3)", group, f"C{group}"
    )
    await create(admin_client, **new(website, groupIds=[encode_id("grp", group)]))
    refused = await call(admin_client, "customerGroupDelete", ERRORS, id=encode_id("grp", group))
    assert refused["userErrors"][0]["params"]["uses"] == ["cart price rules"]
    document = f"mutation U($input: WebsiteUpdateInput!) {{ websiteUpdate(input: $input) {{ {ERRORS} }} }}"
    given = {"id": encode_id("web", website), "currency": "CHF"}
    [error] = (await admin_client.data(document, input=given))["websiteUpdate"]["userErrors"]
    assert "cart price rules" in error["params"]["uses"]
