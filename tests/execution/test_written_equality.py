"""The database writes what plans and the reference executor answer: large random parts of customers, for every role."""

import os
import random
from typing import Any

import pytest
from graphql import GraphQLObjectType

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.core.viewer import Viewer, ViewerKind
from support.many_documents import write_selection
from support.plan_comparing import ADMIN, STAFF, STOREFRONT, Executors, shopper
from support.plan_shop import Shop, make_failures
from support.plan_variations import DocumentWriter, root_fields

pytestmark = pytest.mark.slow
DOCUMENTS = int(os.environ.get("EQUALITY_DOCUMENTS", "300")) // 4
VIEWERS = {
    "administrator": STAFF,
    "viewer": Viewer(ViewerKind.STAFF, staff_id=1, permissions=frozenset({"customers.read"})),
    "one website": Viewer(ViewerKind.STAFF, staff_id=1, permissions=ALL_PERMISSIONS, website_ids=frozenset({1})),
    "customer": None,
}
ROOTS = (
    "customer(id: {id}) {selection}",
    "customers(first: 3) {{ nodes {selection} }}",
    "customers(last: 2) {{ edges {{ cursor node {selection} }} pageInfo {{ endCursor }} }}",
    "nodes(ids: [{id}, {id}]) {{ id ... on Customer {selection} }}",
    "a: customer(id: {id}) {selection} websites {{ code }}",
)


def write_document(shop: Shop, chance: random.Random, *, is_storefront: bool) -> tuple[str, dict[str, Any]]:
    kind = (STOREFRONT if is_storefront else ADMIN).type_map["Customer"]
    assert isinstance(kind, GraphQLObjectType)
    large = write_selection(kind, chance, fields=chance.choice([4, 12, 40]), depth=chance.choice([2, 3, 4]))
    writer = DocumentWriter(shop.ids, chance)
    selection = writer.write_selections(root_fields(f"{{ root {large} }}")[0].selection_set.selections)
    root = "me {selection}" if is_storefront else chance.choice(ROOTS)
    id = encode_id("cus", chance.choice(shop.customers))
    return writer.finish("query", "{ " + root.format(id=f'"{id}"', selection=selection) + " }")


@pytest.mark.parametrize("role", VIEWERS)
async def test_any_part_of_a_customer_is_written_alike(own_plan_shop: tuple[Executors, Shop], role: str):
    executors, shop = own_plan_shop
    async with executors.database.writes.acquire() as connection:
        await make_failures(connection, shop)
    chance = random.Random(f"{role} {DOCUMENTS}")
    while executors.written.total() < DOCUMENTS or executors.written[True] < DOCUMENTS // 3:
        assert executors.written.total() < 20 * DOCUMENTS, (executors.seen, executors.written)
        viewer = VIEWERS[role] or shopper(chance.choice(shop.customers))
        text, variables = write_document(shop, chance, is_storefront=VIEWERS[role] is None)
        await executors.compare(text, variables, viewer=viewer)


async def test_types_that_a_viewer_never_meets_leave_a_document_its_plan(own_plan_shop: tuple[Executors, Shop]):
    executors, shop = own_plan_shop
    text = f'{{ nodes(ids: ["{encode_id("cus", shop.customers[0])}"]) {{ id ... on Customer {{ firstName }} }} }}'
    await executors.compare(text, viewer=VIEWERS["viewer"] or STAFF)
    assert executors.seen == {"planned": 1}
