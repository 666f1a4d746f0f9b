"""Customers change their wishlists (docs/domain/wishlists.md#wishlists-6)."""

import asyncio
from typing import Any

import pytest

from customer_gql.commerce.carts.lines.priced_lines import ChosenOption, dump_options, hash_options
from customer_gql.commerce.catalog.tables import product_option, product_option_value, product_stock, product_website
from customer_gql.commerce.wishlists.edits import MAX_ITEMS
from customer_gql.commerce.wishlists.settings import ENABLED, MULTIPLE, SETTINGS
from customer_gql.commerce.wishlists.tables import wishlist_item
from customer_gql.core.ids import encode_id, new_id
from customer_gql.database.statements import Connection, Row, insert_rows
from support.clients import Client
from support.customers import make_customer, make_product, put

ITEMS = "items(first: 100) { nodes { id quantity comment product { sku } options { code value } } }"
LIST = f"wishlist {{ id name visibility isDefault itemCount {ITEMS} }}"
ERRORS = "userErrors { code key params path }"
READ = f"{{ me {{ wishlists {{ id name visibility isDefault {ITEMS} }} }} }}"


def document(root: str, answer: str = LIST) -> str:
    kind = f"{root[0].upper()}{root[1:]}Input"
    return f"mutation M($i: {kind}!) {{ {root}(input: $i) {{ {answer} {ERRORS} }} }}"


async def call(client: Client, root: str, answer: str = LIST, **given: Any) -> Any:
    return (await client.data(document(root, answer), i=given))[root]


async def sell(connection: Connection, *, stock: int | None = None, **given: Any) -> Row:
    made = await make_product(connection, **given)
    await put(connection, product_website, product_id=made.id, website_id=1)
    if stock is not None:
        await put(connection, product_stock, product_id=made.id, quantity=stock)
    return made


async def sell_engraved(connection: Connection) -> Row:
    made = await sell(connection)
    await put(connection, product_option, product_id=made.id, code="engraving", title="Engraving", place=1)
    for place, code in enumerate(["name", "initials"], 1):
        value = {"product_id": made.id, "option_code": "engraving", "code": code, "title": code, "place": place}
        await put(connection, product_option_value, **value)
    return made


def engraved(value: str) -> list[dict[str, str]]:
    return [{"code": "engraving", "value": value}]


@pytest.fixture
async def owner(connection: Connection) -> Row:
    return await make_customer(connection)


@pytest.fixture
async def shopper(as_customer: Any, owner: Row) -> Client:
    return await as_customer(owner.id)


async def read(client: Client) -> Any:
    return (await client.data(READ))["me"]["wishlists"]


async def wish(client: Client, *skus: str, **given: Any) -> Any:
    answer = await call(client, "wishlistItemsAdd", items=[{"sku": sku} for sku in skus], **given)
    assert answer["userErrors"] == []
    return answer["wishlist"]


async def test_items_add_up_by_options_on_the_default_list(shopper: Client, connection: Connection):
    mug = await sell_engraved(connection)
    items = [
        {"sku": mug.sku, "quantity": 2, "comment": " For Anna "},
        {"sku": mug.sku, "options": engraved("name")},
        {"sku": f" {mug.sku} ", "quantity": 3},
        {"sku": mug.sku, "options": engraved("initials"), "quantity": 4},
        {"sku": mug.sku, "options": engraved("name"), "comment": "Ada"},
    ]
    answer = await call(shopper, "wishlistItemsAdd", items=items)
    assert answer["userErrors"] == []
    shown = answer["wishlist"]
    assert (shown["name"], shown["visibility"], shown["isDefault"], shown["itemCount"]) == (
        "Wish List",
        "PRIVATE",
        True,
        3,
    )
    lines = {tuple(o["value"] for o in i["options"]): (i["quantity"], i["comment"]) for i in shown["items"]["nodes"]}
    assert lines == {(): (5, "For Anna"), ("name",): (2, "Ada"), ("initials",): (4, None)}


async def test_items_succeed_or_fail_alone(shopper: Client, connection: Connection):
    mug, elsewhere = await sell_engraved(connection), await make_product(connection)
    items = [
        {"sku": elsewhere.sku},
        {"sku": mug.sku, "quantity": 0},
        {"sku": mug.sku, "quantity": 10_001},
        {"sku": mug.sku, "options": engraved("poem")},
        {"sku": mug.sku, "comment": "a\u202eb"},
    ]
    for given in (items, [*items, {"sku": mug.sku}]):
        answer = await call(shopper, "wishlistItemsAdd", items=given)
        assert [(error["key"], error["path"]) for error in answer["userErrors"]] == [
            ("product.not_found", ["items", "0", "sku"]),
            ("cart.quantity_wrong", ["items", "1", "quantity"]),
            ("cart.quantity_wrong", ["items", "2", "quantity"]),
            ("product.option_unknown", ["items", "3", "options", "0"]),
            ("text.direction_override", ["items", "4", "comment"]),
        ]
        # Where all fail nothing is stored, not even the default list.
        assert [one["items"]["nodes"] for one in await read(shopper)] == (
            [] if given is items else [answer["wishlist"]["items"]["nodes"]]
        )
    assert [one["quantity"] for one in answer["wishlist"]["items"]["nodes"]] == [1]


async def test_lists_are_made_renamed_published_and_deleted(shopper: Client):
    first = (await call(shopper, "wishlistCreate", name="Birthday"))["wishlist"]
    assert (first["isDefault"], first["visibility"]) == (True, "PRIVATE")
    others = [
        (await call(shopper, "wishlistCreate", name=f"List {n}", visibility="PUBLIC"))["wishlist"] for n in range(4)
    ]
    assert {(one["isDefault"], one["visibility"]) for one in others} == {(False, "PUBLIC")}
    [refused] = (await call(shopper, "wishlistCreate", name="One more"))["userErrors"]
    assert (refused["code"], refused["key"], refused["params"]) == (
        "LIMIT_REACHED",
        "wishlist.limit_reached",
        {"limit": 5},
    )
    renamed = (await call(shopper, "wishlistUpdate", id=others[0]["id"], name=" Kitchen ", visibility="PRIVATE"))[
        "wishlist"
    ]
    assert (renamed["name"], renamed["visibility"]) == ("Kitchen", "PRIVATE")
    for name, key in (("", "value.required"), ("x" * 256, "text.too_long")):
        [refused] = (await call(shopper, "wishlistUpdate", id=others[0]["id"], name=name))["userErrors"]
        assert (refused["key"], refused["path"]) == (key, ["name"])
    [refused] = (await call(shopper, "wishlistDelete", "deletedId", id=first["id"]))["userErrors"]
    assert (refused["code"], refused["key"]) == ("NOT_ALLOWED", "wishlist.is_default")
    gone = await call(shopper, "wishlistDelete", "deletedId", id=others[0]["id"])
    assert gone == {"deletedId": others[0]["id"], "userErrors": []}
    assert [one["name"] for one in await read(shopper)] == ["Birthday", "List 1", "List 2", "List 3"]


async def test_parallel_creations_stay_within_the_limit(as_customer: Any, owner: Row):
    clients = [await as_customer(owner.id) for _ in range(8)]
    answers = await asyncio.gather(*[call(c, "wishlistCreate", name=f"L{n}") for n, c in enumerate(clients)])
    made = [answer["wishlist"] for answer in answers if answer["wishlist"]]
    assert (len(made), sum(one["isDefault"] for one in made)) == (5, 1)


async def test_parallel_first_wishes_end_on_one_list(as_customer: Any, owner: Row, connection: Connection):
    mug, clients = await sell(connection), [await as_customer(owner.id) for _ in range(6)]
    await asyncio.gather(*[wish(client, mug.sku) for client in clients])
    [only] = await read(clients[0])
    assert [one["quantity"] for one in only["items"]["nodes"]] == [6]


async def test_items_change_and_two_of_the_same_options_become_one(shopper: Client, connection: Connection):
    mug = await sell_engraved(connection)
    items = [{"sku": mug.sku, "quantity": 2, "options": engraved(value)} for value in ("name", "initials")]
    shown = (await call(shopper, "wishlistItemsAdd", items=items))["wishlist"]
    by_value = {one["options"][0]["value"]: one["id"] for one in shown["items"]["nodes"]}
    changes = [{"id": by_value["name"], "quantity": 5, "comment": "Soon"}, {"id": by_value["initials"], "options": []}]
    shown = (await call(shopper, "wishlistItemsUpdate", items=changes))["wishlist"]
    lines = {one["id"]: (one["quantity"], one["comment"], one["options"]) for one in shown["items"]["nodes"]}
    assert lines == {by_value["name"]: (5, "Soon", engraved("name")), by_value["initials"]: (2, None, [])}
    # One takes the place of another that leaves it, and both end as one in the next step.
    changes = [
        {"id": by_value["initials"], "options": engraved("initials"), "comment": "A"},
        {"id": by_value["name"], "options": [], "comment": None},
    ]
    shown = (await call(shopper, "wishlistItemsUpdate", items=changes))["wishlist"]
    lines = {one["id"]: (one["quantity"], one["comment"], one["options"]) for one in shown["items"]["nodes"]}
    assert lines == {by_value["name"]: (5, None, []), by_value["initials"]: (2, "A", engraved("initials"))}
    [only] = (await call(shopper, "wishlistItemsUpdate", items=[{"id": by_value["initials"], "options": []}]))[
        "wishlist"
    ]["items"]["nodes"]
    assert (only["id"], only["quantity"], only["comment"]) == (by_value["name"], 7, "A")
    gone = await call(shopper, "wishlistItemsUpdate", items=[{"id": only["id"], "quantity": 0}])
    assert gone["wishlist"]["items"]["nodes"] == []
    [refused] = (await call(shopper, "wishlistItemsRemove", ids=[only["id"]]))["userErrors"]
    assert (refused["key"], refused["path"]) == ("wishlist.item_not_found", ["ids", "0"])


async def test_items_move_and_copy_between_own_lists(shopper: Client, connection: Connection):
    mug, pot = await sell(connection), await sell(connection)
    default = await wish(shopper, mug.sku, pot.sku)
    ids = {one["product"]["sku"]: one["id"] for one in default["items"]["nodes"]}
    await call(shopper, "wishlistItemsUpdate", items=[{"id": ids[mug.sku], "quantity": 5}])
    other = (await call(shopper, "wishlistCreate", name="Other"))["wishlist"]["id"]
    await call(
        shopper,
        "wishlistItemsCopy",
        wishlistId=other,
        items=[{"id": ids[mug.sku], "quantity": 2}, {"id": ids[pot.sku]}],
    )
    moved = await call(
        shopper,
        "wishlistItemsMove",
        wishlistId=other,
        items=[
            {"id": ids[mug.sku], "quantity": 1},
            {"id": ids[pot.sku]},
            {"id": ids[mug.sku], "quantity": 9},
            {"id": ids[mug.sku], "quantity": 0},
        ],
    )
    assert [(one["key"], one["path"]) for one in moved["userErrors"]] == [
        ("wishlist.quantity_beyond", ["items", "2", "quantity"]),
        ("cart.quantity_wrong", ["items", "3", "quantity"]),
    ]
    held = {
        one["name"]: {i["product"]["sku"]: i["quantity"] for i in one["items"]["nodes"]} for one in await read(shopper)
    }
    assert held == {"Wish List": {mug.sku: 4}, "Other": {mug.sku: 3, pot.sku: 2}}
    [refused] = (await call(shopper, "wishlistMerge", fromId=default["id"], intoId=other))["userErrors"]
    assert (refused["key"], refused["path"]) == ("wishlist.is_default", ["fromId"])
    [refused] = (await call(shopper, "wishlistMerge", fromId=other, intoId=other))["userErrors"]
    assert refused["key"] == "wishlist.merged_with_itself"
    assert (await call(shopper, "wishlistMerge", fromId=other, intoId=default["id"]))["userErrors"] == []
    held = {
        one["name"]: {i["product"]["sku"]: i["quantity"] for i in one["items"]["nodes"]} for one in await read(shopper)
    }
    assert held == {"Wish List": {mug.sku: 7, pot.sku: 2}}
    assert (await call(shopper, "wishlistClear"))["wishlist"]["items"]["nodes"] == []


CART = "cart { items { quantity product { sku } options { code value } } } "
TO_CART = CART + "failures { itemId key params message } changedWishlists { items { nodes { product { sku } } } }"


async def test_items_go_to_the_cart_and_failures_stay(shopper: Client, connection: Connection):
    mug, scarce, closed = (
        await sell(connection),
        await sell(connection, stock=2),
        await sell(connection, is_salable=False),
    )
    option = await sell_engraved(connection)
    shown = await wish(shopper, mug.sku, scarce.sku, closed.sku, option.sku)
    ids = {one["product"]["sku"]: one["id"] for one in shown["items"]["nodes"]}
    await call(shopper, "wishlistItemsUpdate", items=[{"id": ids[scarce.sku], "quantity": 3}])
    failing = [ids[sku] for sku in (scarce.sku, closed.sku, option.sku)]
    keys = ["product.insufficient_stock", "product.not_salable", "product.option_required"]
    answer = await call(shopper, "wishlistItemsToCart", TO_CART, ids=failing)
    assert (answer["cart"], answer["changedWishlists"], answer["userErrors"]) == (None, [], [])
    assert [(one["itemId"], one["key"]) for one in answer["failures"]] == list(zip(failing, keys, strict=True))
    assert await shopper.data("{ cart { id } }") == {"cart": None}
    stranger = encode_id("wli", new_id(), new_id(), new_id())
    answer = await call(shopper, "wishlistItemsToCart", TO_CART, ids=[ids[mug.sku], failing[0], stranger])
    assert answer["cart"] == {"items": [{"quantity": 1, "product": {"sku": mug.sku}, "options": []}]}
    assert [(one["itemId"], one["key"]) for one in answer["failures"]] == [(failing[0], keys[0])]
    assert [(one["key"], one["path"]) for one in answer["userErrors"]] == [("wishlist.item_not_found", ["ids", "2"])]
    [left] = answer["changedWishlists"]
    assert {one["product"]["sku"] for one in left["items"]["nodes"]} == {scarce.sku, closed.sku, option.sku}
    await call(shopper, "wishlistItemsUpdate", items=[{"id": ids[scarce.sku], "quantity": 2}])
    answer = await call(shopper, "wishlistItemsToCart", TO_CART, keepsItems=True)
    assert (len(answer["failures"]), answer["changedWishlists"]) == (2, [])
    assert [(one["quantity"], one["product"]["sku"]) for one in answer["cart"]["items"]] == [
        (1, mug.sku),
        (2, scarce.sku),
    ]


async def test_lines_of_the_cart_move_to_a_wishlist(shopper: Client, connection: Connection):
    mug = await sell_engraved(connection)
    add = "mutation A($i: CartItemsAddInput!) { cartItemsAdd(input: $i) { cart { items { id } } } }"
    given = {"items": [{"sku": mug.sku, "quantity": 3, "options": engraved("name")}]}
    [line] = (await shopper.data(add, i=given))["cartItemsAdd"]["cart"]["items"]
    stranger = encode_id("cit", new_id(), new_id(), new_id())
    answer = await call(shopper, "cartItemsMoveToWishlist", CART + LIST, ids=[stranger, line["id"]])
    assert [(one["key"], one["path"]) for one in answer["userErrors"]] == [("cart.item_not_found", ["ids", "0"])]
    assert answer["cart"] == {"items": []}
    [item] = answer["wishlist"]["items"]["nodes"]
    assert (item["quantity"], item["options"]) == (3, engraved("name"))


async def test_lists_of_others_are_unknown_and_nothing_changes(
    shopper: Client, as_customer: Any, connection: Connection
):
    mug = await sell(connection)
    theirs = await wish(await as_customer((await make_customer(connection)).id), mug.sku)
    [item] = theirs["items"]["nodes"]
    own = await wish(shopper, mug.sku)
    calls: list[tuple[str, dict[str, Any]]] = [
        ("wishlistUpdate", {"id": theirs["id"], "name": "Mine"}),
        ("wishlistClear", {"id": theirs["id"]}),
        ("wishlistMerge", {"fromId": theirs["id"], "intoId": own["id"]}),
        ("wishlistItemsAdd", {"wishlistId": theirs["id"], "items": [{"sku": mug.sku}]}),
        ("wishlistItemsUpdate", {"items": [{"id": item["id"], "quantity": 9}]}),
        ("wishlistItemsRemove", {"ids": [item["id"]]}),
        ("wishlistItemsMove", {"wishlistId": own["id"], "items": [{"id": item["id"]}]}),
        ("wishlistItemsCopy", {"wishlistId": theirs["id"], "items": [{"id": own["items"]["nodes"][0]["id"]}]}),
    ]
    for root, given in calls:
        answer = await call(shopper, root, **given)
        assert (answer["wishlist"], [one["code"] for one in answer["userErrors"]]) == (None, ["NOT_FOUND"]), root
    assert (
        await connection.fetchval(
            "SELECT quantity FROM wishlist_item WHERE wishlist_id = $1", int(theirs["id"][20:], 16)
        )
        == 1
    )
    assert [one["quantity"] for one in (await read(shopper))[0]["items"]["nodes"]] == [1]


async def test_a_full_list_takes_no_more(shopper: Client, owner: Row, connection: Connection):
    mug, pot = await sell(connection), await sell(connection)
    shown = await wish(shopper, mug.sku)
    key = int(shown["id"][20:], 16)
    choices = [[ChosenOption("engraving", str(number))] for number in range(1, MAX_ITEMS)]
    of_list = {"customer_id": owner.id, "wishlist_id": key, "product_id": mug.id}
    rows = [
        {**of_list, "id": place, "options": dump_options(choice), "options_hash": hash_options(choice)}
        for place, choice in enumerate(choices, 1)
    ]
    await insert_rows(connection, wishlist_item, rows)
    [refused] = (await call(shopper, "wishlistItemsAdd", items=[{"sku": pot.sku}]))["userErrors"]
    assert (refused["code"], refused["key"], refused["params"]) == (
        "LIMIT_REACHED",
        "wishlist.full",
        {"limit": MAX_ITEMS},
    )
    assert (await wish(shopper, mug.sku))["itemCount"] == MAX_ITEMS


async def test_the_shop_decides_about_wishlists(shopper: Client, configured: Any):
    await configured(MULTIPLE, False)
    assert (await call(shopper, "wishlistCreate", name="Only"))["userErrors"] == []
    [refused] = (await call(shopper, "wishlistCreate", name="Second"))["userErrors"]
    assert (refused["key"], refused["params"]) == ("wishlist.limit_reached", {"limit": 1})
    await configured(ENABLED, False)
    [refused] = (await call(shopper, "wishlistClear"))["userErrors"]
    assert (refused["code"], refused["key"]) == ("NOT_ALLOWED", "wishlist.disabled")
    assert [one["name"] for one in await read(shopper)] == ["Only"]


def test_settings_of_wishlists():
    assert {one.path: one.default for one in SETTINGS} == {
        "wishlists.enabled": True,
        "wishlists.multiple_enabled": True,
        "wishlists.max_lists": 5,
    }
