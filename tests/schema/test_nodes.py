import re

import pytest

from customer_gql.core.ids import decode_keys, encode_id
from customer_gql.graph.nodes import nodes_of
from customer_gql.schema import admin
from support.customers import customer_id, make_customer, make_full_customer

NODE = "query Node($id: ID!) { node(id: $id) { __typename id } }"
EVERY_ID = """{ id website { id stores { id } } createdIn { id } group { id taxClass { id } } addresses { id }
  orders { nodes { id items { id } shipments { id } } } cart { id items { id product { id } } } wishlist { id items { nodes { id } } }
  reviews { nodes { id } } storeCredit { entries { nodes { id } } } rewardPoints { entries { nodes { id } } }
  newsletterSubscriptions { id } }"""


def ids_in(value):
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "id":
                yield inner
            else:
                yield from ids_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from ids_in(inner)


async def every_id(client, shopper):
    data = await client.data(f'{{ customer(id: "{customer_id(shopper)}") {EVERY_ID} }}')
    return sorted(set(ids_in(data)))


async def test_staff_find_everything_by_its_id(admin_client, connection):
    ids = await every_id(admin_client, await make_full_customer(connection))
    assert {id[:3] for id in ids} == {
        "cus",
        "web",
        "sto",
        "stv",
        "grp",
        "tax",
        "adr",
        "ord",
        "oit",
        "shp",
        "crt",
        "cit",
        "prd",
        "wis",
        "wli",
        "rev",
        "sce",
        "rpe",
        "sub",
    }
    found = [(await admin_client.data(NODE, id=id))["node"] for id in ids]
    assert [node["id"] for node in found] == ids
    together = await admin_client.data("query N($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=ids)
    assert together["nodes"] == found


async def test_a_customer_finds_what_is_theirs_and_what_is_public(as_customer, admin_client, connection):
    shopper = await make_full_customer(connection)
    ids = await every_id(admin_client, shopper)
    me = await as_customer(shopper.id)
    assert [(await me.data(NODE, id=id))["node"]["id"] for id in ids] == ids


async def test_nobody_finds_what_belongs_to_another(storefront, as_customer, admin_client, connection):
    owned = [
        id
        for id in await every_id(admin_client, await make_full_customer(connection))
        if id[:3] not in {"web", "sto", "stv", "grp", "tax", "prd"}
    ]
    stranger = await as_customer((await make_customer(connection)).id)
    for client in (storefront, stranger):
        for id in owned:
            assert (await client.data(NODE, id=id))["node"] is None, id


async def test_fields_of_a_node(admin_client, connection):
    shopper = await make_customer(connection)
    read = await admin_client.data(
        "query N($id: ID!) { node(id: $id) { ... on Customer { email group { name } } ... on Order { number } } }",
        id=customer_id(shopper),
    )
    assert read["node"] == {"email": shopper.email, "group": {"name": "General"}}


@pytest.mark.parametrize(
    "id",
    [
        "",
        "1",
        "cus_",
        "cus_1",
        "cus_zzzzzzzzzzzzzzzz",
        "xxx_0000000000000001",
        "ord_0000000000000001",
        "cus_ffffffffffffffff",
        "grp_8000000000000000",
        "CUS_0000000000000001",
        "cus_0000000000000001 ",
        "a" * 4000,
        "cus_００００００００００００００００",
    ],
)
async def test_what_is_no_id_is_bad_input(id, admin_client):
    answer = await admin_client.answer(NODE, id=id)
    assert (answer["data"], answer["errors"][0]["extensions"]) == ({"node": None}, {"code": "BAD_USER_INPUT"})


async def test_an_id_of_another_kind_is_bad_input_on_an_argument(admin_client):
    answer = await admin_client.answer(f'{{ customer(id: "{encode_id("web", 1)}") {{ id }} }}')
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


def test_every_column_inside_an_id_takes_any_key():
    for prefix, (_, declared) in nodes_of(admin.schema).items():
        types = re.findall(r"\$\d+::(\w+)\[\]", declared.read.statement.sql)
        assert types == ["BIGINT"] * len(declared.columns), prefix


@pytest.mark.parametrize("prefix", ["cus", "grp", "web", "stv", "prd"])
async def test_an_unknown_id_is_null(prefix, admin_client):
    for key in (123_456_789, 2**63 - 1):
        assert (await admin_client.data(NODE, id=encode_id(prefix, key)))["node"] is None


async def test_too_many_ids(admin_client):
    answer = await admin_client.answer(
        "query N($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[encode_id("cus", i) for i in range(101)]
    )
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_many_nodes_of_one_kind_are_one_statement(admin_client, connection, statements):
    ids = [customer_id(await make_customer(connection)) for _ in range(50)]
    counts = []
    for some in (ids[:1], ids):
        await statements.clear()
        await admin_client.data("query N($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=some)
        counts.append(await statements.count())
    assert counts[0] == counts[1]


@pytest.mark.parametrize("position", [0, 99, 2**31, 2**63 - 1])
async def test_an_unknown_order_item_is_null(position, admin_client, connection):
    ids = await every_id(admin_client, await make_full_customer(connection))
    known = next(id for id in ids if id.startswith("oit_"))
    found = await admin_client.data(
        "query N($id: ID!) { node(id: $id) { ... on OrderItem { position sku } } }", id=known
    )
    assert found["node"]["position"] == 1
    customer, order, _ = decode_keys(known, "oit", 3)
    unknown = encode_id("oit", customer, order, position)
    assert (await admin_client.data(NODE, id=unknown))["node"] is None
