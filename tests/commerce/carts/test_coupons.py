"""Cart price rules and coupons of carts (docs/domain/carts.md#carts-11)."""

import uuid
from typing import Any

import pytest

from customer_gql.commerce.carts.coupons.writes import MOST_WRONG
from customer_gql.commerce.catalog.tables import product_website
from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row
from support.clients import Client
from support.customers import make_customer, make_product, put

ADD = """mutation A($i: CartItemsAddInput!) { cartItemsAdd(input: $i) { userErrors { key } } }"""
READ = """{ cart { version coupons { code isApplicable } grandTotal { amount currency } amountDue { amount }
  totals { code amount { amount } } items { discount { amount } } changes { kind before after item { id } } } }"""
CREATE = """mutation C($i: CartPriceRuleCreateInput!) { cartPriceRuleCreate(input: $i) {
  cartPriceRule { id version } userErrors { key path } } }"""
UPDATE = """mutation U($i: CartPriceRuleUpdateInput!) { cartPriceRuleUpdate(input: $i) { userErrors { key path } } }"""
GROUP_OF_TEST = 3
"""Of customers alone that this test makes, so that its rules touch nobody else's carts."""


def change(root: str) -> str:
    return f"""mutation M($i: CartCouponInput!) {{ {root}(input: $i) {{
      cart {{ coupons {{ code }} grandTotal {{ amount }} }} userErrors {{ code key path }} }} }}"""


APPLY, REMOVE = change("cartCouponApply"), change("cartCouponRemove")
ACCEPT = """mutation A($i: CartChangesAcceptInput!) { cartChangesAccept(input: $i) { cart { coupons { code } } userErrors { key } } }"""


@pytest.fixture
async def shopper(as_customer: Any, connection: Connection) -> tuple[Client, Row]:
    """Somebody with three mugs for 10.00 and a pot for 0.05."""
    owner = await make_customer(connection, group_id=GROUP_OF_TEST)
    client = await as_customer(owner.id)
    lines = []
    for price, quantity in ((1000, 3), (5, 1)):
        made = await make_product(connection, price)
        await put(connection, product_website, product_id=made.id, website_id=1)
        lines.append({"sku": made.sku, "quantity": quantity})
    assert (await client.data(ADD, i={"items": lines}))["cartItemsAdd"]["userErrors"] == []
    return client, owner


@pytest.fixture
async def make_rule(admin_client: Client, connection: Connection) -> Any:
    made: list[str] = []

    async def make(**given: Any) -> dict[str, Any]:
        group = encode_id("grp", GROUP_OF_TEST)
        rule = {"name": "Rule", "websiteIds": [encode_id("web", 1)], "groupIds": [group], "action": "PERCENT", **given}
        answer = (await admin_client.data(CREATE, i={"isActive": True, **rule}))["cartPriceRuleCreate"]
        assert answer["userErrors"] == []
        made.append(answer["cartPriceRule"]["id"])
        return answer["cartPriceRule"]

    yield make
    for id in made:
        await connection.execute("DELETE FROM cart_price_rule WHERE id = $1", int(id.removeprefix("car_"), 16))


async def test_rules_without_coupon_apply_by_themselves(shopper: Any, make_rule: Any):
    client, _ = shopper
    await make_rule(amount="10", priority=1)
    await make_rule(amount="4.00", action="FIXED_CART", priority=2, condition={"subtotal": {"from": "30.00"}})
    await make_rule(amount="50", priority=3, condition={"subtotal": {"from": "30.06"}})
    read = (await client.data(READ))["cart"]
    # 10 percent are 3.00 and 0.01, half up; 4.00 are shared by 27.00 and 0.04.
    assert [line["discount"]["amount"] for line in read["items"]] == ["6.99", "0.02"]
    assert read["totals"] == [
        {"code": "SUBTOTAL", "amount": {"amount": "30.05"}},
        {"code": "DISCOUNT", "amount": {"amount": "7.01"}},
        {"code": "SHIPPING", "amount": {"amount": "0.00"}},
        {"code": "TAX", "amount": {"amount": "0.00"}},
        {"code": "GRAND_TOTAL", "amount": {"amount": "23.04"}},
        {"code": "AMOUNT_DUE", "amount": {"amount": "23.04"}},
    ]
    assert (read["grandTotal"], read["amountDue"]) == ({"amount": "23.04", "currency": "USD"}, {"amount": "23.04"})


async def test_a_coupon_is_applied_once_removed_and_lost(
    shopper: Any, make_rule: Any, admin_client: Client, connection: Connection
):
    client, _ = shopper
    code = f"Save-{uuid.uuid4().hex[:12]}"
    rule = await make_rule(amount="50", couponKind="SPECIFIC", couponCode=code)
    assert (await client.data(READ))["cart"]["grandTotal"]["amount"] == "30.05"
    for spelling in (code.lower(), code.upper()):
        answer = (await client.data(APPLY, i={"code": spelling}))["cartCouponApply"]
        assert answer == {
            "cart": {"coupons": [{"code": code}], "grandTotal": {"amount": "15.02"}},
            "userErrors": [],
        }
    [refused] = (await client.data(REMOVE, i={"code": "another"}))["cartCouponRemove"]["userErrors"]
    assert (refused["code"], refused["key"], refused["path"]) == ("NOT_FOUND", "coupon.not_in_cart", ["code"])
    off = {"id": rule["id"], "expectedVersion": rule["version"], "isActive": False}
    assert (await admin_client.data(UPDATE, i=off))["cartPriceRuleUpdate"]["userErrors"] == []
    read = (await client.data(READ))["cart"]
    assert read["coupons"] == [{"code": code.upper(), "isApplicable": False}]
    assert read["changes"] == [{"kind": "COUPON_LOST", "before": code.upper(), "after": "", "item": None}]
    assert read["grandTotal"]["amount"] == "30.05"
    accepted = (await client.data(ACCEPT, i={"version": read["version"]}))["cartChangesAccept"]
    assert accepted == {"cart": {"coupons": []}, "userErrors": []}
    assert (await client.data(READ))["cart"]["version"] == read["version"] + 1


async def test_a_coupon_that_is_used_up_or_not_for_the_group_is_as_good_as_unknown(
    shopper: Any, make_rule: Any, connection: Connection
):
    client, _ = shopper
    used, foreign = f"USED{uuid.uuid4().hex[:12]}", f"OTHER{uuid.uuid4().hex[:12]}"
    await make_rule(amount="50", couponKind="SPECIFIC", couponCode=used, usesPerCoupon=2)
    await make_rule(amount="50", couponKind="SPECIFIC", couponCode=foreign, groupIds=[encode_id("grp", 2)])
    await connection.execute("UPDATE coupon SET use_count = 2 WHERE code = $1", used)
    for code in (used, foreign, "UNKNOWN", "", "x" * 200):
        [refused] = (await client.data(APPLY, i={"code": code}))["cartCouponApply"]["userErrors"]
        assert refused == {"code": "INVALID", "key": "coupon.invalid", "path": ["code"]}
    await connection.execute("UPDATE coupon SET use_count = 1 WHERE code = $1", used)
    assert (await client.data(APPLY, i={"code": used}))["cartCouponApply"]["userErrors"] == []


async def test_right_codes_are_no_guesses_and_after_many_wrong_ones_even_the_right_one_waits(
    shopper: Any, make_rule: Any, connection: Connection
):
    client, _ = shopper
    code = f"WAIT{uuid.uuid4().hex[:12]}"
    await make_rule(amount="50", couponKind="SPECIFIC", couponCode=code)
    for _ in range(MOST_WRONG + 1):
        assert (await client.data(APPLY, i={"code": code}))["cartCouponApply"]["userErrors"] == []
    for number in range(MOST_WRONG):
        [refused] = (await client.data(APPLY, i={"code": f"wrong{number}"}))["cartCouponApply"]["userErrors"]
        assert refused["key"] == "coupon.invalid"
    await client.data(REMOVE, i={"code": code})
    [refused] = (await client.data(APPLY, i={"code": code}))["cartCouponApply"]["userErrors"]
    assert (refused["code"], refused["key"]) == ("LIMIT_REACHED", "coupon.too_many_guesses")
    assert (await client.data(READ))["cart"]["coupons"] == []


async def test_a_guest_without_a_cart_cannot_guess(storefront: Client):
    [refused] = (await storefront.data(APPLY, i={"code": "GUESS"}))["cartCouponApply"]["userErrors"]
    assert refused["key"] == "cart.not_found"
