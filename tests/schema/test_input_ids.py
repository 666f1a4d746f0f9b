"""Every id that a mutation takes, found in the schema: one that names nothing for the caller is a `userErrors` entry."""

import uuid
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from graphql import GraphQLID, GraphQLInputObjectType, get_named_type

from customer_gql.administration.grid_views.operations import _GRIDS_BY_INPUT
from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.schema import storefront
from support.access_walk import Ids, Root, ids_taken, roots
from support.clients import Client
from support.companies import make_company
from support.customers import customer_id, make_address, make_customer, make_lists, make_order, make_product
from support.root_samples import SAMPLES
from support.world import build, state

LISTS_IN_INPUT = {"exportCreate", "exportScheduleCreate", "exportScheduleUpdate"}
"""What the list in their input names is refused as lists refuse it; see the tests of exports."""
MUTATIONS = [
    root for root in roots() if root.operation == "mutation" and ids_taken(root) and root.name not in LISTS_IN_INPUT
]
MALFORMED = ("", "walk", "cus_12", "CUS_0000000000000001", "x" * 4000, encode_id("cus", 1, 2, 3), "cus_" + "f" * 16)
UNKNOWN = 0xFFFFF
LARGEST = 2**63 - 1
REPORTED_AS_RESULTS = {
    ("customerMassAction", ("selection", "ids", "0")),
    ("customerSelectionCreate", ("selection", "ids", "0")),
    ("customerSelectionCreate", ("exceptIds", "0")),
    ("customerMassAction", ("exceptIds", "0")),
    ("companyMassAction", ("selection", "ids", "0")),
    ("companyMassAction", ("exceptIds", "0")),
    ("companySelectionCreate", ("selection", "ids", "0")),
    ("companySelectionCreate", ("exceptIds", "0")),
    ("orderMassAction", ("selection", "ids", "0")),
    ("orderMassAction", ("exceptIds", "0")),
    ("orderSelectionCreate", ("selection", "ids", "0")),
    ("orderSelectionCreate", ("exceptIds", "0")),
    ("exportCreate", ("list", "customers", "selection", "ids", "0")),
}
"""Ids that are well-formed and have a result of their own, `NOT_FOUND`, at once or when the selection is acted on; or that are left out of it."""
Place = tuple[str, ...]
ERRORS = "userErrors { code message path }"


@pytest.fixture(scope="session")
async def world(http, database):
    async with database.writes.acquire() as connection:
        return await build(http, connection)


def places_of_ids(root: Root, variables: dict[str, Any]) -> Iterator[Place]:
    """Where ids stand in the variables, from the name of an argument on. A filter is refused as lists refuse it."""
    for name, value in variables.items():
        found = _places((name,), root.shape.args[name].type, value)
        yield from (place for place in found if name != "filter" and place[1:3] != ("selection", "filter"))


def _places(place: Place, kind: Any, value: Any) -> Iterator[Place]:
    named = get_named_type(kind)
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _places((*place, str(index)), named, inner)
    elif named is GraphQLID:
        yield place
    elif isinstance(named, GraphQLInputObjectType):
        for name, inner in value.items():
            yield from _places((*place, name), named.fields[name].type, inner)


def value_at(variables: Any, place: Place) -> Any:
    for step in place:
        variables = variables[int(step)] if isinstance(variables, list) else variables[step]
    return variables


def with_id(variables: dict[str, Any], place: Place, id: str) -> dict[str, Any]:
    changed = deepcopy(variables)
    holder = value_at(changed, place[:-1])
    holder[int(place[-1]) if isinstance(holder, list) else place[-1]] = id
    if "idempotencyKey" in changed.get("input", {}):
        changed["input"]["idempotencyKey"] = uuid.uuid4().hex  # the refusal of one is remembered for its key
    return changed


def path_of(place: Place) -> Place:
    """Paths run from the root of the input, which is the argument `input`, or the arguments themselves."""
    return place[1:] if place[0] == "input" else place


def another_type(id: str) -> str:
    prefix, _, keys = id.partition("_")
    return f"{'ord' if prefix != 'ord' else 'cus'}_{keys}"


def nothing(id: str, key: int) -> str:
    prefix, _, keys = id.partition("_")
    return encode_id(prefix, *[key] * (len(keys) // 16))


def document(name: str, shape: Any, variables: dict[str, Any]) -> str:
    declared = ", ".join(f"${argument}: {shape.args[argument].type}" for argument in variables)
    passed = ", ".join(f"{argument}: ${argument}" for argument in variables)
    return f"mutation M({declared}) {{ {name}({passed}) {{ {ERRORS} }} }}"


async def refused_paths(client: Client, name: str, shape: Any, variables: dict[str, Any]) -> set[Place]:
    """The paths of the entries, each of which says `NOT_FOUND` in a sentence."""
    answer = await client.answer(document(name, shape, variables), **variables)
    assert "errors" not in answer, (variables, answer)
    errors = answer["data"][name]["userErrors"]
    assert all(error["code"] == "NOT_FOUND" and error["message"] for error in errors), (variables, errors)
    return {tuple(error["path"]) for error in errors}


def assert_named(paths: set[Place], place: Place, variables: Any) -> None:
    """The id itself, or the list that it stands in."""
    path = path_of(place)
    in_list = path[-1].isdigit()
    assert paths & {path, path[:-1] if in_list else path}, (variables, place, paths)


@pytest.mark.slow
@pytest.mark.parametrize("root", MUTATIONS, ids=str)
async def test_an_id_that_names_nothing_is_a_user_error(root, world, connection):
    before = await state(connection)
    for sample in SAMPLES[root.name]:
        variables = sample(world.foreign())
        for place in places_of_ids(root, variables):
            id = value_at(variables, place)
            hostile = [*MALFORMED, another_type(id)]
            if (root.name, path_of(place)) not in REPORTED_AS_RESULTS:
                hostile += [nothing(id, UNKNOWN), nothing(id, LARGEST)]
            for given in hostile:
                changed = with_id(variables, place, given)
                paths = await refused_paths(world.manager, root.name, root.shape, changed)
                assert_named(paths, place, changed)
    assert await state(connection) == before


def needs_all_websites(name: str, variables: dict[str, Any]) -> bool:
    """Views of lists that staff of some websites do not have at all."""
    if name not in {"gridViewCreate", "gridViewUpdate"}:
        return False
    return any(_GRIDS_BY_INPUT[grid].all_websites for grid in variables["input"].get("content", {}))


@pytest.mark.parametrize("root", MUTATIONS, ids=str)
async def test_an_id_of_another_website_is_a_user_error(root, world, connection):
    before = await state(connection)
    for sample in SAMPLES[root.name]:
        ids: Ids = world.foreign()
        variables = sample(ids)
        foreign = {id for prefix, id in world.victim.items() if prefix in ids.asked}
        places = [place for place in places_of_ids(root, variables) if value_at(variables, place) in foreign]
        places = [place for place in places if (root.name, path_of(place)) not in REPORTED_AS_RESULTS]
        if places and not needs_all_websites(root.name, variables):
            paths = await refused_paths(world.stranger, root.name, root.shape, variables)
            assert any(path_of(place)[:1] == path[:1] for path in paths for place in places), (variables, paths)
    assert await state(connection) == before


async def test_every_malformed_id_of_a_list_is_named(world):
    root = next(root for root in MUTATIONS if root.name == "customerMassAction")
    ids = ["walk", world.victim["cus"], "adr_1"]
    variables = {"input": {"action": "SUBSCRIBE", "selection": {"ids": ids}}}
    paths = await refused_paths(world.manager, root.name, root.shape, variables)
    assert paths == {("selection", "ids", "0"), ("selection", "ids", "2")}


SHOWN = storefront.schema._schema
assert SHOWN.mutation_type
STOREFRONT = {
    name: shape
    for name, shape in SHOWN.mutation_type.fields.items()
    if ids_taken(Root("mutation", name, shape, None, None))
}
OWN = {
    "addressUpdate": ("adr", lambda id: {"input": {"id": id, "city": "Ockham"}}),
    "addressDelete": ("adr", lambda id: {"input": {"id": id}}),
    "orderCancel": ("ord", lambda id: {"input": {"id": id, "reason": "Price"}}),
    "orderReorder": ("ord", lambda id: {"input": {"id": id}}),
    "sessionRevoke": ("ses", lambda id: {"input": {"id": id}}),
    "newsletterUnsubscribe": ("stv", lambda id: {"storeViewId": id}),
}


OF_CART = {
    "cartItemsUpdate": (("input", "items", "0", "id"), lambda id: {"input": {"items": [{"id": id, "quantity": 1}]}}),
    "cartItemsRemove": (("input", "ids", "0"), lambda id: {"input": {"ids": [id]}}),
    "cartAddressesSet": (("input", "shipping", "addressId"), lambda id: {"input": {"shipping": {"addressId": id}}}),
}
OF_WISHLISTS = {
    "wishlistUpdate": ("wis", ("input", "id"), lambda id: {"input": {"id": id, "name": "X"}}),
    "wishlistDelete": ("wis", ("input", "id"), lambda id: {"input": {"id": id}}),
    "wishlistShare": ("wis", ("input", "id"), lambda id: {"input": {"id": id, "emails": ["bob@example.com"]}}),
    "wishlistClear": ("wis", ("input", "id"), lambda id: {"input": {"id": id}}),
    "wishlistMerge": ("wis", ("input", "fromId"), lambda id: {"input": {"fromId": id, "intoId": id}}),
    "wishlistItemsAdd": (
        "wis",
        ("input", "wishlistId"),
        lambda id: {"input": {"wishlistId": id, "items": [{"sku": "X"}]}},
    ),
    "wishlistItemsUpdate": (
        "wli",
        ("input", "items", "0", "id"),
        lambda id: {"input": {"items": [{"id": id, "quantity": 1}]}},
    ),
    "wishlistItemsRemove": ("wli", ("input", "ids", "0"), lambda id: {"input": {"ids": [id]}}),
    "wishlistItemsMove": (
        "wis",
        ("input", "wishlistId"),
        lambda id: {"input": {"wishlistId": id, "items": [{"id": "wli_1"}]}},
    ),
    "wishlistItemsCopy": (
        "wis",
        ("input", "wishlistId"),
        lambda id: {"input": {"wishlistId": id, "items": [{"id": "wli_1"}]}},
    ),
    "wishlistItemsToCart": ("wli", ("input", "ids", "0"), lambda id: {"input": {"ids": [id]}}),
    "cartItemsMoveToWishlist": ("cit", ("input", "ids", "0"), lambda id: {"input": {"ids": [id]}}),
}
OF_COMPANY = {
    "companyProfileUpdate": ("companyId", {}),
    "companySelect": ("companyId", {}),
    "companyRoleCreate": ("companyId", {"name": "X", "permissions": []}),
    "companyRoleUpdate": ("id", {"name": "X"}),
    "companyRoleDuplicate": ("id", {}),
    "companyRoleDelete": ("id", {}),
    "companyTeamCreate": ("parentId", {"name": "X"}),
    "companyTeamUpdate": ("id", {"name": "X"}),
    "companyTeamDelete": ("id", {}),
    "companyNodeMove": ("nodeId", {"parentId": encode_id("ctm", 1)}),
    "companyUserUpdate": ("id", {"jobTitle": "X"}),
    "companyUserRemove": ("id", {}),
    "companyUserInvite": ("parentId", {"email": "a@example.com"}),
    "companyInvitationResend": ("id", {}),
    "companyInvitationCancel": ("id", {}),
}
"""An id of each, and what else they take; of their own company members try other ids in tests/customers/companies."""


def test_every_mutation_of_the_storefront_that_takes_an_id_is_tried():
    assert {*OWN, *OF_COMPANY, *OF_CART, *OF_WISHLISTS} == set(STOREFRONT)


@pytest.mark.parametrize("name", OF_CART)
async def test_an_id_that_is_not_in_the_cart_is_a_user_error(name, http, connection):
    place, make = OF_CART[name]
    owner, other, mug = await make_customer(connection), await make_customer(connection), await make_product(connection)
    for shopper in (owner, other):
        await make_lists(connection, shopper, [mug])
    client = Client(http, "/graphql", await issue_customer_token(connection, owner.id))
    row = await connection.fetchrow("SELECT * FROM cart_item WHERE customer_id = $1", other.id)
    address = encode_id("adr", other.id, (await make_address(connection, other)).id)
    id = address if name == "cartAddressesSet" else encode_id("cit", row.customer_id, row.cart_id, row.id)
    before = await state(connection)
    for given in (*MALFORMED, another_type(id), customer_id(owner), nothing(id, UNKNOWN), nothing(id, LARGEST), id):
        variables = make(given)
        assert_named(await refused_paths(client, name, STOREFRONT[name], variables), place, variables)
    assert {**await state(connection), "throttle": before["throttle"]} == before


@pytest.mark.parametrize("name", OF_WISHLISTS)
async def test_an_id_that_is_not_on_a_wishlist_is_a_user_error(name, http, connection):
    prefix, place, make = OF_WISHLISTS[name]
    owner, other, mug = await make_customer(connection), await make_customer(connection), await make_product(connection)
    for shopper in (owner, other):
        await make_lists(connection, shopper, [mug])
    client = Client(http, "/graphql", await issue_customer_token(connection, owner.id))
    item = await connection.fetchrow("SELECT * FROM wishlist_item WHERE customer_id = $1", other.id)
    line = await connection.fetchrow("SELECT * FROM cart_item WHERE customer_id = $1", other.id)
    id = {
        "wis": encode_id("wis", other.id, item.wishlist_id),
        "wli": encode_id("wli", other.id, item.wishlist_id, item.id),
        "cit": encode_id("cit", other.id, line.cart_id, line.id),
    }[prefix]
    before = await state(connection)
    for given in (*MALFORMED, another_type(id), customer_id(owner), nothing(id, UNKNOWN), nothing(id, LARGEST), id):
        variables = make(given)
        assert_named(await refused_paths(client, name, STOREFRONT[name], variables), place, variables)
    assert {**await state(connection), "throttle": before["throttle"]} == before


@pytest.mark.parametrize("name", OF_COMPANY)
async def test_an_id_that_is_not_of_the_company_is_a_user_error(name, http, connection):
    (place, given), (own, other) = OF_COMPANY[name], [await make_company(connection) for _ in range(2)]
    client = Client(http, "/graphql", await issue_customer_token(connection, own.admin_customer_id))
    for id in (*MALFORMED, "cus_0000000000000001", encode_id("com", other.id)):
        variables = {"input": {**given, place: id}}
        paths = await refused_paths(client, name, STOREFRONT[name], variables)
        assert_named(paths, ("input", place), variables)


@pytest.mark.parametrize("name", OWN)
async def test_an_id_that_is_not_the_customers_is_a_user_error(name, http, connection):
    prefix, make = OWN[name]
    owner, other = await make_customer(connection), await make_customer(connection)
    client = Client(http, "/graphql", await issue_customer_token(connection, owner.id))
    await issue_customer_token(connection, other.id)
    addresses = [await make_address(connection, row) for row in (owner, other)]
    session = await connection.fetchval("SELECT id FROM customer_session WHERE customer_id = $1", other.id)
    order = await make_order(connection, other, [], state="NEW")
    others = {
        "adr": encode_id("adr", other.id, addresses[1].id),
        "ses": encode_id("ses", other.id, session),
        "ord": encode_id("ord", other.id, order.id),
    }
    id = others.get(prefix, encode_id("stv", 1))
    before = await state(connection)
    for given in (*MALFORMED, another_type(id), customer_id(owner), nothing(id, UNKNOWN), nothing(id, LARGEST), id):
        variables = make(given)
        paths = await refused_paths(client, name, STOREFRONT[name], variables)
        assert_named(paths, ("storeViewId",) if "storeViewId" in variables else ("input", "id"), variables)
    assert {**await state(connection), "throttle": before["throttle"]} == before
