"""Payloads hold what a normalised cache needs: the changed object, its parent, and the way back to the root."""

from customer_gql.core.ids import encode_id
from customer_gql.shop.websites.reads import find_default_views
from support.customers import customer_id, make_address, make_customer
from support.shopping import PASSWORD

ADDRESSES = """customer { id version addresses { id city } } query { me { id version } } userErrors { code }"""
SIGN_IN = """mutation S($input: SignInInput!) { signIn(input: $input) {
  accessToken customer { id firstName orders { totalCount } balances { website { code } } }
  query { me { id } viewer { kind } } userErrors { code } } }"""
SUBSCRIPTIONS = "isChanged customer { id } subscriptions { id status } query { me { newsletterSubscriptions { id } } }"
ENTRY = {"firstName": "Ada", "lastName": "Byron", "street": ["1 Analytical Way"], "city": "London"}
ENTRY |= {"postcode": "N1 7AA", "countryCode": "GB", "telephone": "+44 20 7946 0000"}


async def test_addresses_return_their_customer(as_customer, connection):
    row = await make_customer(connection)
    me = await as_customer(row.id)
    create = (
        f"mutation A($input: AddressCreateInput!) {{ addressCreate(input: $input) {{ address {{ id }} {ADDRESSES} }} }}"
    )
    made = (await me.data(create, input=ENTRY))["addressCreate"]
    id = made["address"]["id"]
    parent = {"id": customer_id(row), "version": 2}
    assert made["customer"] == {**parent, "addresses": [{"id": id, "city": "London"}]}
    assert made["query"] == {"me": parent}
    update = f"mutation U($input: AddressUpdateInput!) {{ addressUpdate(input: $input) {{ {ADDRESSES} }} }}"
    edited = (await me.data(update, input={"id": id, "city": "Ockham"}))["addressUpdate"]
    assert edited["customer"] == {**parent, "version": 3, "addresses": [{"id": id, "city": "Ockham"}]}
    delete = f"mutation D($input: AddressDeleteInput!) {{ addressDelete(input: $input) {{ deletedId {ADDRESSES} }} }}"
    gone = (await me.data(delete, input={"id": id}))["addressDelete"]
    assert (gone["deletedId"], gone["customer"]) == (id, {**parent, "version": 4, "addresses": []})


async def test_a_refusal_has_no_customer_but_the_root(as_customer, connection):
    row = await make_customer(connection)
    foreign = await make_address(connection, await make_customer(connection))
    me = await as_customer(row.id)
    delete = f"mutation D($input: AddressDeleteInput!) {{ addressDelete(input: $input) {{ {ADDRESSES} }} }}"
    id = encode_id("adr", foreign.customer_id, foreign.id)
    assert (await me.data(delete, input={"id": id}))["addressDelete"] == {
        "customer": None,
        "query": {"me": {"id": customer_id(row), "version": 1}},
        "userErrors": [{"code": "NOT_FOUND"}],
    }


async def test_sign_in_returns_the_customer_as_they_see_themselves(browser, shopper):
    row = await shopper()
    device = await browser()
    answer = (await device.data(SIGN_IN, input={"email": row.email, "password": PASSWORD}))["signIn"]
    assert answer["customer"] == {
        "id": customer_id(row),
        "firstName": row.first_name,
        "orders": {"totalCount": 0},
        "balances": [{"website": {"code": "base"}}],
    }
    # The request itself was a guest's; its token comes with the answer.
    assert answer["query"] == {"me": None, "viewer": {"kind": "GUEST"}}
    refused = (await device.data(SIGN_IN, input={"email": row.email, "password": "wrong"}))["signIn"]
    assert (refused["customer"], refused["accessToken"]) == (None, None)


async def test_newsletter_returns_every_subscription(as_customer, connection):
    row = await make_customer(connection)
    me, views = await as_customer(row.id), await find_default_views(connection, [1])
    id = encode_id("sub", row.id, views[1])
    answer = (await me.data(f"mutation {{ newsletterSubscribe {{ {SUBSCRIPTIONS} }} }}"))["newsletterSubscribe"]
    assert answer == {
        "isChanged": True,
        "customer": {"id": customer_id(row)},
        "subscriptions": [{"id": id, "status": "SUBSCRIBED"}],
        "query": {"me": {"newsletterSubscriptions": [{"id": id}]}},
    }


async def test_the_root_of_a_payload_asks_for_permissions(as_staff):
    staff = await as_staff("viewer")
    answer = await staff.answer("mutation { staffSignOut(input: {}) { query { staffRoles { id } } } }")
    [error] = answer["errors"]
    assert error["extensions"] == {"code": "FORBIDDEN", "permission": "staff.manage"}
