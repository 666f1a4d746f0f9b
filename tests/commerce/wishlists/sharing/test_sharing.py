"""Customers show wishlists to others (docs/domain/wishlists.md#wishlists-9)."""

import uuid
from typing import Any

import pytest

from commerce.checkout.buying import call, sell
from customer_gql.commerce.wishlists.settings import ENABLED
from customer_gql.commerce.wishlists.sharing.operations import SEARCHES
from customer_gql.commerce.wishlists.sharing.settings import MAX_EMAILS
from customer_gql.commerce.wishlists.sharing.writes import SHARES_PER_HOUR
from customer_gql.database.statements import Connection, Row
from support.clients import Client
from support.customers import make_customer
from support.staff import make_website

_ERRORS = "userErrors { code key path params }"
CREATE = f"mutation M($i: WishlistCreateInput!) {{ wishlistCreate(input: $i) {{ wishlist {{ id sharingCode }} {_ERRORS} }} }}"
UPDATE = f"mutation M($i: WishlistUpdateInput!) {{ wishlistUpdate(input: $i) {{ wishlist {{ id sharingCode }} {_ERRORS} }} }}"
DELETE = f"mutation M($i: WishlistDeleteInput!) {{ wishlistDelete(input: $i) {{ {_ERRORS} }} }}"
ADD = f"mutation M($i: WishlistItemsAddInput!) {{ wishlistItemsAdd(input: $i) {{ wishlist {{ id }} {_ERRORS} }} }}"
SHARE = (
    f"mutation M($i: WishlistShareInput!) {{ wishlistShare(input: $i) {{ wishlist {{ id sharingCode }} {_ERRORS} }} }}"
)
SHOWN = "name ownerFirstName itemCount items { nodes { quantity comment product { sku } options { code } } }"
SEE = f"query S($code: String!) {{ sharedWishlist(sharingCode: $code) {{ {SHOWN} }} }}"
SEARCH = "query P($by: WishlistOwnerRef!) { publicWishlists(by: $by) { name ownerFirstName } }"


@pytest.fixture
async def owner(connection: Connection) -> Row:
    return await make_customer(connection, last_name=f"Byron {uuid.uuid4().hex}")


@pytest.fixture
async def client(as_customer: Any, owner: Row) -> Client:
    return await as_customer(owner.id)


async def see(guest: Client, code: str) -> Any:
    return (await guest.data(SEE, code=code))["sharedWishlist"]


async def search(browser: Any, **by: str) -> list[str]:
    guest = await browser()
    return [one["name"] for one in (await guest.data(SEARCH, by=by))["publicWishlists"]]


def keys(answer: Any) -> list[tuple[str, Any]]:
    return [(one["key"], one["path"]) for one in answer["userErrors"]]


async def test_a_list_goes_by_mail_and_its_link_opens_it_to_everyone(
    client: Client, owner: Row, browser: Any, connection: Connection, mails: Any, events: Any
):
    mug = await sell(connection, 1000)
    wish = {"sku": mug.sku, "quantity": 2, "comment": "The blue one"}
    assert (await call(client, ADD, items=[wish]))["userErrors"] == []
    friend = f"friend{owner.id}@example.com"
    given = {"emails": [friend, friend.upper()], "message": "Look <b>here</b>"}
    shared = await call(client, SHARE, **given)
    assert shared["userErrors"] == []
    code = shared["wishlist"]["sharingCode"]
    assert await mails(friend) == [("wishlist_shared", code)]
    told = await connection.fetchval("SELECT placeholders::text FROM mail_outbox WHERE recipient = $1", friend)
    assert "Ada" in told
    assert owner.last_name not in told
    guest = await browser()
    items = [{"quantity": 2, "comment": "The blue one", "product": {"sku": mug.sku}, "options": []}]
    assert await see(guest, code) == {
        "name": "Wish List",
        "ownerFirstName": "Ada",
        "itemCount": 1,
        "items": {"nodes": items},
    }
    assert (await call(client, SHARE, **given))["wishlist"]["sharingCode"] == code
    assert await events(owner.id) == []
    # It is not public by that, and private again when its owner says so.
    assert await search(browser, ownerEmail=owner.email) == []
    id = shared["wishlist"]["id"]
    assert (await call(client, UPDATE, id=id, visibility="PRIVATE"))["wishlist"]["sharingCode"] is None
    assert await see(guest, code) is None
    assert (await call(client, SHARE, **given))["wishlist"]["sharingCode"] != code


async def test_public_lists_are_found_by_their_owner(
    client: Client, owner: Row, browser: Any, connection: Connection, as_customer: Any, configured: Any
):
    made = await call(client, CREATE, name="First", visibility="PUBLIC")
    code = made["wishlist"]["sharingCode"]
    other = await call(client, CREATE, name="Second", visibility="PUBLIC")
    await call(client, CREATE, name="Mine", visibility="PRIVATE")
    by_name = {"ownerName": f"  ada  {owner.last_name.upper()} "}
    assert sorted(await search(browser, **by_name)) == ["First", "Second"]
    assert sorted(await search(browser, ownerEmail=owner.email.upper())) == ["First", "Second"]
    for nobody in ({"ownerName": owner.last_name}, {"ownerName": ""}, {"ownerEmail": "nobody at all"}):
        assert await search(browser, **nobody) == []
    guest = await browser()
    assert (await see(guest, code))["name"] == "First"
    assert (await call(client, DELETE, id=other["wishlist"]["id"]))["userErrors"] == []
    assert await see(guest, other["wishlist"]["sharingCode"]) is None
    # Neither the lists of accounts of another website, nor those of closed accounts.
    there = await make_website(connection)
    view = await connection.fetchval("SELECT code FROM store_view WHERE id = $1", there)
    elsewhere = await browser(x_store_view=view)
    assert await see(elsewhere, code) is None
    assert (await elsewhere.data(SEARCH, by={"ownerEmail": owner.email}))["publicWishlists"] == []
    await configured(ENABLED, False)
    assert (await see(guest, code), await search(browser, **by_name)) == (None, [])
    await configured(ENABLED, True)
    await connection.execute("UPDATE customer SET status = 'INACTIVE' WHERE id = $1", owner.id)
    assert (await see(guest, code), await search(browser, **by_name)) == (None, [])


async def test_wrong_input_is_refused_and_nothing_is_sent(
    client: Client, owner: Row, as_customer: Any, browser: Any, connection: Connection, configured: Any
):
    good = f"good{owner.id}@example.com"
    count = "SELECT count(*) FROM mail_outbox WHERE template = 'wishlist_shared' AND recipient = $1"
    assert keys(await call(client, SHARE, emails=[])) == [("wishlist.email_count_wrong", ["emails"])]
    wrong = await call(client, SHARE, emails=[good, "no address"], message="x" * 256)
    assert [one["path"] for one in wrong["userErrors"]] == [["emails", "1"], ["message"]]
    await configured(MAX_EMAILS, 1)
    assert keys(await call(client, SHARE, emails=[good, "b@example.com"])) == [
        ("wishlist.email_count_wrong", ["emails"])
    ]
    mine = await call(client, CREATE, name="Mine")
    stranger = await as_customer((await make_customer(connection)).id)
    refused = await call(stranger, SHARE, id=mine["wishlist"]["id"], emails=[good])
    assert keys(refused) == [("wishlist.not_found", ["id"])]
    assert await connection.fetchval(count, good) == 0
    answer = await (await browser()).answer(SHARE, i={"emails": [good]})
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    for _ in range(SHARES_PER_HOUR):
        assert (await call(client, SHARE, emails=[good]))["userErrors"] == []
    assert keys(await call(client, SHARE, emails=[good])) == [("wishlist.too_many_shares", None)]


async def test_searches_from_one_network_are_limited(browser: Any):
    guest = await browser(address="192.0.2.77")
    for _ in range(SEARCHES):
        assert (await guest.data(SEARCH, by={"ownerName": "No Body"}))["publicWishlists"] == []
    answer = await guest.answer(SEARCH, by={"ownerName": "No Body"})
    assert answer["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


async def test_codes_go_with_the_account(client: Client, owner: Row, admin_client: Client, connection: Connection):
    from support.customers import customer_id

    await call(client, CREATE, name="First", visibility="PUBLIC")
    count = "SELECT count(*) FROM wishlist_code WHERE customer_id = $1"
    assert await connection.fetchval(count, owner.id) == 1
    delete = "mutation D($i: CustomerDeleteInput!) { customerDelete(input: $i) { userErrors { key } } }"
    assert (await call(admin_client, delete, id=customer_id(owner)))["userErrors"] == []
    assert await connection.fetchval(count, owner.id) == 0
