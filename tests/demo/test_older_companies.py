"""A shop that was seeded before there were companies gets some for the customers who buy for one."""

from typing import Any

from customer_gql.demo.older_companies import give_companies
from support.customers import make_address, make_customer

SEATS = """SELECT m.customer_id, m.is_primary, m.parent_id IS NULL AS is_root, o.admin_customer_id, o.status, o.name, c.group_id,
    o.group_id AS company_group, c.customer_type, g.company
  FROM company_member m JOIN company o ON o.id = m.company_id JOIN customer c ON c.id = m.customer_id
  JOIN customer_grid_row g ON g.customer_id = c.id WHERE m.customer_id = ANY($1) ORDER BY c.number"""
LEFT = """SELECT count(*) FROM customer c WHERE customer_type <> 'INDIVIDUAL'
  AND NOT EXISTS (SELECT FROM company_member WHERE customer_id = c.id)"""


async def give(database: Any) -> int:
    async with database.transaction() as connection:
        return await give_companies(connection)


async def test_everybody_who_buys_for_a_company_gets_one(database: Any, connection: Any):
    await give(database)
    admin = await make_customer(connection, customer_type="COMPANY_ADMIN", group_id=2)
    await make_address(connection, admin, company="Engines", is_default_billing=True)
    user = await make_customer(connection, customer_type="COMPANY_USER")
    idle = await make_customer(connection, customer_type="COMPANY_ADMIN", status="INACTIVE")
    alone = await make_customer(connection)
    assert await give(database) == 2
    seats = await connection.fetch(SEATS, [row.id for row in (admin, user, idle, alone)])
    assert [(one.customer_id, one.admin_customer_id, one.is_root) for one in seats] == [
        (admin.id, admin.id, True),
        (user.id, admin.id, False),
        (idle.id, idle.id, True),
    ]
    assert [(one.name, one.status, one.company) for one in seats[:2]] == [("Engines", "ACTIVE", "Engines")] * 2
    assert (seats[2].status, seats[2].is_primary) == ("PENDING", True)
    assert all(one.group_id == one.company_group for one in seats)
    assert await give(database) == 0
    assert await connection.fetchval(LEFT) == 0
