"""From every root of the admin endpoint, with one permission alone: nothing that another permission guards is answered."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type

from customer_gql.core.permissions import ALL_PERMISSIONS, Permission
from customer_gql.graph.access.guards import MASK
from support.access_walk import GRAPH, roots
from support.clients import Client
from support.customers import customer_id, make_customer
from support.root_samples import SAMPLES
from support.staff import PASSWORD, make_role, make_staff, session_of, sign_in, staff_client, with_token
from support.world import build

pytestmark = pytest.mark.slow

# Stated here as well as on the types, so that a type that loses its guard fails.
GUARDED_TYPES = {"Customer": ("customers.read", set()), "StaffUser": ("staff.manage", {"id", "name"})}
OWN = {
    ("Viewer", "staff"),
    ("StaffMe", "user"),
    ("StaffSignInPayload", "staffUser"),
    ("StaffOidcExchangePayload", "staffUser"),
}
PERSONAL_TEXTS = {
    ("Impersonation", "reason"),
    ("OnlineVisitor", "lastUrl"),
    ("Review", "title"),
    ("Review", "detail"),
    ("RewardPointsEntry", "comment"),
    ("StoreCreditEntry", "comment"),
    ("Wishlist", "name"),
    ("WishlistItem", "comment"),
}
MOVES_EVERYBODY = {"accountSharingSet"}  # changes every account of the shop, and answers two counts
IMPERSONATIONS = """{ impersonations(first: 2) { nodes { reason staff { name email }
  customer { orders { nodes { number } } } } } }"""
LOGIN_AS = """mutation L($input: CustomerLoginAsInput!) { customerLoginAs(input: $input) {
  code customer { id orders { nodes { number } } } userErrors { code } } }"""
REPRESENTATIVES = """query R($id: ID!) { customer(id: $id) { orders { nodes {
  salesRepresentative { name email } } } } }"""
ME = "{ staffMe { user { id name email role isActive version createdAt assignedRole { name permissions } } } }"


@dataclass
class AnswerCheck:
    """Follows an answer along the schema, and notes what a viewer with these permissions should not have seen."""

    permissions: frozenset[str]
    seen: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def visit(self, declared: Any, value: Any, path: str, *, is_own: bool = False) -> None:
        if isinstance(value, list):
            for part in value:
                self.visit(declared, part, path, is_own=is_own)
        elif isinstance(value, dict) and "__typename" in value:
            self._visit_object(GRAPH.type_map[value["__typename"]], value, path, is_own=is_own)

    def _visit_object(self, kind: Any, value: dict[str, Any], path: str, *, is_own: bool) -> None:
        assert isinstance(kind, GraphQLObjectType)
        required, open_fields = GUARDED_TYPES.get(kind.name, (None, set()))
        is_closed = required is not None and required not in self.permissions and not is_own
        if is_closed and not open_fields:
            self.violations.append(f"{path}: {kind.name}")
        for name, inner in value.items():
            if name == "__typename" or inner is None:
                continue
            at = f"{path}.{name}"
            if required is not None and name not in open_fields:
                self.seen[kind.name] += 1
                if is_closed:
                    self.violations.append(at)
            shape = kind.fields[name]
            self._check_field(kind.name, name, shape, inner, at)
            self.visit(get_named_type(shape.type), inner, at, is_own=(kind.name, name) in OWN)

    def _check_field(self, kind: str, name: str, shape: Any, value: Any, at: str) -> None:
        known = getattr((shape.extensions or {}).get("strawberry-definition"), "metadata", {})
        if known.get("requires"):
            self.seen["requires"] += 1
            if known["requires"] not in self.permissions:
                self.violations.append(at)
        if known.get("personal") or (kind, name) in PERSONAL_TEXTS:
            self.seen["personal"] += 1
            texts = value if isinstance(value, list) else [value]
            is_masked = all(isinstance(text, str) and text.endswith(MASK) for text in texts)
            if "customers.pii" not in self.permissions and not is_masked:
                self.violations.append(at)


async def walk(http: Any, connection: Any, world: Any, permissions: frozenset[str]) -> AnswerCheck:
    check = AnswerCheck(permissions)
    user = await make_staff(connection, await make_role(connection, permissions))
    # Queries come first, before mutations delete what they show. Sign-in has a test of its own below.
    for root in (root for root in roots() if root.viewer != "guest" and root.name not in MOVES_EVERYBODY):
        # A session for each root, because some of them end it.
        client = Client(http, "/admin/graphql", await session_of(connection, user.id))
        for sample in SAMPLES.get(root.name, [lambda _: {}]):
            given = sample(world.foreign())
            answer = await client.answer(root.document(given), **given)
            codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
            assert not {"INTERNAL_SERVER_ERROR", "GRAPHQL_VALIDATION_FAILED"} & set(codes), (
                root.name,
                answer["errors"],
            )
            for name, value in (answer.get("data") or {}).items():
                check.visit(root.shape.type, value, name)
    return check


@pytest.fixture
async def world(http, connection):
    return await build(http, connection)


@pytest.mark.parametrize("permission", list(Permission), ids=lambda permission: permission.value)
async def test_one_permission_opens_nothing_that_another_guards(permission, world, http, connection):
    alone = frozenset({permission.value})
    check = await walk(http, connection, world, alone)
    assert check.violations == []


async def test_with_every_permission_the_same_walk_sees_what_is_guarded(world, http, connection):
    """Else the test above would prove nothing."""
    check = await walk(http, connection, world, frozenset(ALL_PERMISSIONS))
    assert check.violations == []
    assert min(check.seen[kind] for kind in (*GUARDED_TYPES, "requires", "personal")) > 5, check.seen


async def test_impersonations_show_no_customer_and_no_colleague(world, http, connection):
    client = await staff_client(http, connection, {"customers.impersonate"})
    customer = await make_customer(connection, allows_remote_assistance=True)
    made = await client.answer(LOGIN_AS, input={"id": customer_id(customer), "reason": "Help with an order"})
    assert made["data"]["customerLoginAs"]["code"]
    assert made["data"]["customerLoginAs"]["customer"] is None
    [error] = made["errors"]
    assert (error["path"], error["extensions"]) == (
        ["customerLoginAs", "customer"],
        {"code": "FORBIDDEN", "permission": "customers.read"},
    )
    answer = await client.answer(IMPERSONATIONS)
    nodes = answer["data"]["impersonations"]["nodes"]
    assert nodes
    for node in nodes:
        assert (node["reason"][1:], node["staff"], node["customer"]) == (MASK, {"name": "Grace", "email": None}, None)
    assert {error["extensions"]["permission"] for error in answer["errors"]} == {"customers.read", "staff.manage"}


async def test_a_sales_representative_is_known_by_name_and_work_address(world, http, connection):
    client = await staff_client(http, connection, {"customers.read", "orders.read"})
    user = await make_staff(connection, await make_role(connection))
    key = int(world.victim["cus"][4:], 16)
    await connection.execute("UPDATE sales_order SET sales_representative_id = $1 WHERE customer_id = $2", user.id, key)
    answer = await client.data(REPRESENTATIVES, id=world.victim["cus"])
    representatives = [order["salesRepresentative"] for order in answer["customer"]["orders"]["nodes"]]
    assert representatives
    assert all(found == {"name": user.name, "email": user.email} for found in representatives)
    representative: Any = GRAPH.type_map["SalesRepresentative"]
    assert set(representative.fields) == {"name", "email"}


async def test_everybody_sees_their_own_account(http, connection):
    guest = Client(http, "/admin/graphql", None)
    user = await make_staff(connection, await make_role(connection, {"mail.manage"}), password=PASSWORD)
    session = await sign_in(guest, user.email, PASSWORD)
    assert (session["userErrors"], session["staffUser"]["email"]) == ([], user.email)
    own = with_token(guest, session["token"])
    found = (await own.data(ME))["staffMe"]["user"]
    assert (found["email"], found["isActive"]) == (user.email, True)
    assert found["assignedRole"]["permissions"] == ["MAIL_MANAGE"]
    other = await make_staff(connection, await make_role(connection), password=PASSWORD)
    assert (await sign_in(own, other.email, PASSWORD))["staffUser"]["email"] == other.email


def test_personal_texts_are_declared_so():
    for kind, name in PERSONAL_TEXTS:
        kind_of: Any = GRAPH.type_map[kind]
        declared = kind_of.fields[name].extensions["strawberry-definition"]
        assert declared.metadata.get("personal"), (kind, name)
