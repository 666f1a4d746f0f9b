"""People, roles and addresses in the order in which people look for them."""

import pytest

from customer_gql.core.ids import encode_id
from support.clients import served
from support.customers import make_customer
from support.staff import make_role, make_website, staff_client

CUSTOMERS = """query C($sort: [CustomerSort!], $after: String) {
  customers(first: 2, sort: $sort, after: $after) { nodes { email lastName } pageInfo { hasNextPage endCursor } } }"""
RENAME = "mutation R($input: MeUpdateInput!) { meUpdate(input: $input) { userErrors { code } } }"
SIGN_UP = "mutation S($input: SignUpInput!) { signUp(input: $input) { userErrors { code } } }"
ROLES = "{ staffRoles { name } }"
MAKE_ROLE = (
    "mutation M($input: StaffRoleCreateInput!) { staffRoleCreate(input: $input) { role { id } userErrors { code } } }"
)
CHANGE_ROLE = "mutation M($input: StaffRoleUpdateInput!) { staffRoleUpdate(input: $input) { userErrors { code } } }"
MAKE_STAFF = "mutation M($input: StaffCreateInput!) { staffCreate(input: $input) { userErrors { code } } }"
STAFF = "query S($sort: [StaffUserSort!]!) { staffUsers(first: 100, sort: $sort) { nodes { name } } }"
LAST_NAMES = ["\u00c6del", "d'Arc", "\u00d8degaard", "\u00d6stman", "Ozols", "van Dyck", "Vance", "Zo\u00eb"]
KEYS = "SELECT first_name, last_name, name_sort_key FROM customer"


@pytest.fixture
async def here(connection):
    return await make_website(connection)


@pytest.fixture
async def clerk(http, connection, here):
    return await staff_client(http, connection, website_ids=[here])


async def listed(client, sort):
    nodes, after = [], None
    while True:
        page = (await client.data(CUSTOMERS, sort=sort, after=after))["customers"]
        nodes += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes
        after = page["pageInfo"]["endCursor"]


async def test_names_sort_as_people_read_them(connection, here, clerk):
    for name in reversed(LAST_NAMES):
        await make_customer(connection, last_name=name, website_id=here, created_in_store_view_id=here)
    assert [node["lastName"] for node in await listed(clerk, {"by": "NAME"})] == LAST_NAMES


async def test_addresses_sort_without_regard_to_case(connection, here, clerk):
    emails = ["Ann@sorted.example", "bob@sorted.example", "Cleo@sorted.example", "dan@sorted.example"]
    for email in reversed(emails):
        await make_customer(connection, email=email, website_id=here, created_in_store_view_id=here)
    assert [node["email"] for node in await listed(clerk, {"by": "EMAIL"})] == emails


async def test_the_key_follows_the_name(connection, as_customer, storefront):
    row = await make_customer(connection)
    me = await as_customer(row.id)
    await me.data(RENAME, input={"lastName": "\u0141ukasz"})
    assert await connection.fetchval("SELECT name_sort_key FROM customer WHERE id = $1", row.id) == "lukasz\tada"
    person = {
        "email": f"{row.id}@sorted.example",
        "password": "correct horse battery staple",
        "firstName": "\u00c9va",
        "lastName": "\u00d8st",
    }
    assert (await storefront.data(SIGN_UP, input=person))["signUp"]["userErrors"] == []
    key = await connection.fetchval("SELECT name_sort_key FROM customer WHERE email = $1", person["email"])
    assert key == "ost\teva"


@pytest.fixture
async def small_shop(empty_database, settings):
    """A connection and an administrator, in a shop where nobody else makes roles and staff."""
    async with empty_database.writes.acquire() as connection, served(settings, empty_database) as http:
        yield connection, await staff_client(http, connection)


async def test_roles_sort_as_people_read_them(small_shop):
    _, boss = small_shop
    made = {}
    for name in ("\u00d8st support", "Zz support", "ozark support"):
        answer = await boss.data(MAKE_ROLE, input={"name": name, "permissions": ["CUSTOMERS_READ"]})
        made[name] = answer["staffRoleCreate"]["role"]["id"]
    await boss.data(CHANGE_ROLE, input={"id": made["Zz support"], "name": "\u00f3a support"})
    names = [role["name"] for role in (await boss.data(ROLES))["staffRoles"]]
    assert [name for name in names if name.endswith(" support")] == [
        "\u00f3a support",
        "\u00d8st support",
        "ozark support",
    ]


async def test_staff_sort_as_people_read_them(small_shop):
    connection, boss = small_shop
    role = await make_role(connection, ["customers.read"])
    names = ["\u00c6del Order", "\u00d8st Order", "ozark Order"]
    for place, name in enumerate(reversed(names)):
        input = {"email": f"{place}{role}@sorted.example", "name": name, "roleId": encode_id("rol", role)}
        assert (await boss.data(MAKE_STAFF, input=input))["staffCreate"]["userErrors"] == []
    for sort, in_order in (("NAME", names), ("EMAIL", names[::-1])):
        listed = (await boss.data(STAFF, sort=[{"by": sort}]))["staffUsers"]["nodes"]
        assert [user["name"] for user in listed if user["name"].endswith(" Order")] == in_order
