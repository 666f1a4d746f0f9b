"""Orders of companies on the storefront: own, of members below, or all (docs/domain/company-users.md#company-users-7)."""

import datetime as dt
from types import SimpleNamespace

import pytest

from customer_gql.core.ids import encode_id
from support.companies import admin_of, company_id, make_company, make_member, make_role_of, make_team, member_id
from support.customers import make_customer, make_order

ORDERS = """query O($company: ID, $member: ID, $first: Int, $after: String) {
  companyOrders(companyId: $company, memberId: $member, first: $first, after: $after) {
    totalCount nodes { number customerName items { sku } billingAddress { name } } pageInfo { hasNextPage endCursor } } }"""
VIEW = ("ORDERS_VIEW",)
BELOW = (*VIEW, "ORDERS_VIEW_SUBORDINATES")


async def numbers(client, **variables):
    found = (await client.data(ORDERS, **variables))["companyOrders"]
    assert found["totalCount"] == len(found["nodes"])
    return [node["number"] for node in found["nodes"]]


async def error(client, **variables):
    answer = await client.answer(ORDERS, **variables)
    assert answer["data"] == {"companyOrders": None}
    [one] = answer["errors"]
    return one["extensions"].get("permission", one["extensions"]["code"])


@pytest.fixture
async def firm(connection, as_customer):
    """An admin, a head, two buyers below the head (one in a team), and a single one beside them, each with an order for the company."""

    firm = SimpleNamespace(row=await make_company(connection), seats={}, clients={}, people={})
    root = await admin_of(connection, firm.row)
    roles = {
        name: await make_role_of(connection, firm.row, *allowed)
        for name, allowed in {"view": VIEW, "below": BELOW}.items()
    }

    async def join(name, role, parent_id):
        row = firm.people[name] = await make_customer(connection)
        firm.seats[name] = await make_member(connection, firm.row, row, role_id=roles[role], parent_id=parent_id)
        firm.clients[name] = await as_customer(row.id)

    await join("head", "below", root.id)
    team = await make_team(connection, firm.row, firm.seats["head"].id)
    await join("buyer", "view", firm.seats["head"].id)
    await join("teamed", "view", team.id)
    await join("single", "view", root.id)
    firm.clients["admin"] = await as_customer(root.customer_id)
    firm.seats["admin"] = root
    for place, (name, row) in enumerate(firm.people.items()):
        placed = dt.datetime(2026, 2, 3, 4, 5, place, tzinfo=dt.UTC)
        given = {"company_id": firm.row.id, "placed_at": placed}
        await make_order(connection, row, [], number=f"{name}{row.id}", **given)
        await make_order(connection, row, [], number=f"hidden{row.id}", state="PENDING_PAYMENT", **given)
        await make_order(connection, row, [], number=f"private{row.id}")
    firm.number = {name: f"{name}{row.id}" for name, row in firm.people.items()}
    return firm


async def test_members_see_their_own_those_below_or_all(firm):
    number = firm.number
    assert await numbers(firm.clients["admin"]) == [number[name] for name in ("single", "teamed", "buyer", "head")]
    assert await numbers(firm.clients["head"]) == [number[name] for name in ("teamed", "buyer", "head")]
    for name in ("buyer", "teamed", "single"):
        assert await numbers(firm.clients[name]) == [number[name]]
        assert await numbers(firm.clients[name], member=member_id(firm.seats[name])) == [number[name]]
        assert await numbers(firm.clients["admin"], member=member_id(firm.seats[name])) == [number[name]]
    assert await numbers(firm.clients["head"], member=member_id(firm.seats["teamed"])) == [number["teamed"]]


async def test_what_others_are_refused(firm, connection, as_customer, storefront):
    clients, seats = firm.clients, {name: member_id(seat) for name, seat in firm.seats.items()}
    assert await error(clients["head"], member=seats["single"]) == "NOT_FOUND"
    assert await error(clients["head"], member=seats["admin"]) == "NOT_FOUND"
    assert await error(clients["buyer"], member=seats["head"]) == "ORDERS_VIEW_SUBORDINATES"
    assert await error(clients["admin"], member=encode_id("cmb", 1, 1 << 50)) == "NOT_FOUND"
    assert await error(clients["admin"], company="x") == "BAD_USER_INPUT"
    other = await make_company(connection)
    boss = await as_customer(other.admin_customer_id)
    assert await numbers(boss) == []
    assert await error(boss, company=company_id(firm.row)) == "NOT_FOUND"
    assert await error(boss, member=seats["head"]) == "NOT_FOUND"
    stranger = await as_customer((await make_customer(connection)).id)
    assert (await stranger.answer(ORDERS)) == {"data": {"companyOrders": None}}
    assert (await storefront.answer(ORDERS, company=company_id(firm.row))) == {"data": {"companyOrders": None}}
    none = await make_role_of(connection, firm.row, "CHECKOUT")
    await connection.execute("UPDATE company_member SET role_id = $1 WHERE id = $2", none, firm.seats["buyer"].id)
    assert await error(clients["buyer"]) == "ORDERS_VIEW"
    await connection.execute("UPDATE company_member SET is_active = false WHERE id = $1", firm.seats["head"].id)
    assert await error(clients["head"]) == "ORDERS_VIEW"


async def test_a_blocked_company_is_read_and_orders_of_former_members_stay(firm, connection):
    await connection.execute("UPDATE company SET status = 'BLOCKED' WHERE id = $1", firm.row.id)
    await connection.execute("DELETE FROM company_member WHERE id = $1", firm.seats["single"].id)
    await connection.execute("UPDATE customer SET customer_type = 'INDIVIDUAL' WHERE id = $1", firm.people["single"].id)
    assert firm.number["single"] in await numbers(firm.clients["admin"])
    assert await error(firm.clients["single"], company=company_id(firm.row)) == "NOT_FOUND"


async def test_pages_and_statements_of_one_and_of_many(firm, connection, statements):
    client, counts = firm.clients["admin"], []
    for _ in range(2):
        for _ in range(2):
            await statements.clear()
            await client.data(ORDERS, first=60)
        counts.append(await statements.count())
        for _ in range(50):
            await make_order(connection, firm.people["buyer"], [], company_id=firm.row.id)
    assert counts[0] == counts[1]
    page = (await client.data(ORDERS, first=3))["companyOrders"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (104, True)
    after = (await client.data(ORDERS, first=100, after=page["pageInfo"]["endCursor"]))["companyOrders"]
    assert (len(after["nodes"]), after["pageInfo"]["hasNextPage"]) == (100, True)
