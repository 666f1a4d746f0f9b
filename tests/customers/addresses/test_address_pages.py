"""`customer.addressBook`: pages in both directions, what a search finds, and who may search."""

from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection
from support.clients import Client
from support.customers import customer_id, make_address, make_customer
from support.staff import staff_client

PAGE = """query P($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $search: String) { customer(id: $id) {
  addressBook(first: $first, after: $after, last: $last, before: $before, search: $search) {
    totalCount nodes { id } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } }"""
MANY = """query M($ids: [ID!]!) { nodes(ids: $ids) { ... on Customer {
  addresses { id } addressBook(first: 2, search: "lon") { totalCount nodes { city } } } } }"""

CREATE = """mutation C($input: CustomerAddressCreateInput!) { made: customerAddressCreate(input: $input) {
  address { id } userErrors { code } } }"""
UPDATE = (
    "mutation U($input: CustomerAddressUpdateInput!) { customerAddressUpdate(input: $input) { userErrors { code } } }"
)
HOME = {"firstName": "Ada", "lastName": "Byron", "street": ["1 Way"], "city": "London", "postcode": "N1 7AA"}
HOME |= {"countryCode": "GB", "telephone": "020 7946 0000"}


async def page(client: Client, customer: Any, **given: Any) -> Any:
    return (await client.data(PAGE, id=customer_id(customer), **given))["customer"]["addressBook"]


def ids_of(*addresses: Any) -> list[str]:
    return [encode_id("adr", address.customer_id, address.id) for address in addresses]


async def test_pages_follow_each_other_in_both_directions(admin_client: Client, connection: Connection):
    customer = await make_customer(connection)
    made = ids_of(*[await make_address(connection, customer) for _ in range(5)])
    first = await page(admin_client, customer, first=2)
    assert (first["totalCount"], [node["id"] for node in first["nodes"]]) == (5, made[:2])
    assert (first["pageInfo"]["hasNextPage"], first["pageInfo"]["hasPreviousPage"]) == (True, False)
    rest = await page(admin_client, customer, first=3, after=first["pageInfo"]["endCursor"])
    assert ([node["id"] for node in rest["nodes"]], rest["pageInfo"]["hasNextPage"]) == (made[2:], False)
    back = await page(admin_client, customer, last=1, before=rest["pageInfo"]["startCursor"])
    assert [node["id"] for node in back["nodes"]] == [made[1]]


async def test_a_list_without_pages_has_the_first_hundred(admin_client: Client, connection: Connection):
    customer = await make_customer(connection)
    made = ids_of(*[await make_address(connection, customer) for _ in range(102)])
    read = "query A($id: ID!) { customer(id: $id) { addresses { id } addressBook(first: 1) { totalCount } } }"
    found = (await admin_client.data(read, id=customer_id(customer)))["customer"]
    assert [address["id"] for address in found["addresses"]] == made[:100]
    assert found["addressBook"] == {"totalCount": 102}


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("londo", ["home"]),
        ("BYRON analytic", ["home"]),
        ("cafe", ["shop"]),
        ("Café  mün", ["shop"]),
        ("n1", ["home"]),
        ("n1 7aa", ["home"]),
        ("946 000", []),
        ("946 0000", ["home"]),
        ("7946 0000", ["home"]),
        ("+44 20 7946 0000", ["home"]),
        ("ondon", []),
        ("byron", ["home", "shop"]),
        ("%", []),
        ("a@example.com", []),
        ("'; DROP TABLE address", []),
    ],
)
async def test_a_search_finds_starts_of_words(
    admin_client: Client, connection: Connection, search: str, names: list[str]
):
    customer, stranger = await make_customer(connection), await make_customer(connection)
    await make_address(connection, stranger)
    home = await make_address(connection, customer)
    shop = {"company": "Le Café", "city": "München", "street": ["Hof 3"], "postcode": "80331", "country_code": "DE"}
    made = {"home": home, "shop": await make_address(connection, customer, **shop, telephone="089 123456")}
    found = await page(admin_client, customer, first=10, search=search)
    assert [node["id"] for node in found["nodes"]] == ids_of(*[made[name] for name in names])
    assert found["totalCount"] == len(names)


@pytest.mark.parametrize("search", ["", " ", " ".join("abcdefghi")])
async def test_a_search_without_words_or_with_too_many_is_refused(
    admin_client: Client, connection: Connection, search: str
):
    customer = await make_customer(connection)
    [error] = (await admin_client.answer(PAGE, id=customer_id(customer), search=search))["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("BAD_USER_INPUT", ["customer", "addressBook"])


async def test_a_search_finds_the_number_as_it_is_dialed_after_an_edit(admin_client: Client, connection: Connection):
    """A number without the prefix of a country is one of the address's country."""
    customer = await make_customer(connection)

    async def finds(number: str) -> int:
        return (await page(admin_client, customer, search=number))["totalCount"]

    made = (await admin_client.data(CREATE, input={"customerId": customer_id(customer), **HOME}))["made"]["address"]
    assert [await finds(number) for number in ("+442079460000", "+442079461111")] == [1, 0]
    await admin_client.data(UPDATE, input={"id": made["id"], "telephone": "020 7946 1111"})
    assert [await finds(number) for number in ("+442079460000", "+442079461111")] == [0, 1]
    await admin_client.data(UPDATE, input={"id": made["id"], "countryCode": "DE", "postcode": "80331"})
    assert [await finds(number) for number in ("+442079461111", "+492079461111")] == [0, 1]


async def test_a_search_tells_what_is_stored_and_takes_the_permission(
    http: Any, connection: Connection, statements: Any
):
    customer = await make_customer(connection)
    await make_address(connection, customer)
    reader = await staff_client(http, connection, ["customers.read"])
    await statements.clear()
    answer = await reader.answer(PAGE, id=customer_id(customer), search="london")
    assert answer["data"] == {"customer": {"addressBook": None}}
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.pii"}
    assert await statements.count("FROM address") == 0
    assert (await page(reader, customer))["totalCount"] == 1


async def test_reading_takes_the_same_statements_for_1_and_for_50_customers(
    admin_client: Client, connection: Connection, statements: Any
):
    customers = [await make_customer(connection) for _ in range(50)]
    for customer in customers:
        await make_address(connection, customer)
        await make_address(connection, customer, city="York", street=["1 Way"])
    counts = {}
    for size in (1, 50):
        await statements.clear()
        found = (await admin_client.data(MANY, ids=[customer_id(customer) for customer in customers[:size]]))["nodes"]
        assert [node["addressBook"] for node in found] == [{"totalCount": 1, "nodes": [{"city": "London"}]}] * size
        assert {len(node["addresses"]) for node in found} == {2}
        counts[size] = await statements.count()
    assert counts[1] == counts[50]
