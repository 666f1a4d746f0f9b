"""Customers with company, ten attributes and formatted addresses: as many statements for fifty as for one."""

from typing import Any

from customer_gql.customers.attributes.values.tables import customer_attribute
from customers.attributes.samples import delete_made, make_attribute
from support.companies import make_company, make_member
from support.customers import customer_id, make_address, make_customer, put
from support.staff import staff_client

MANY = 50
READ = """query C($ids: [ID!]!) { nodes(ids: $ids) { ... on Customer {
  company { name status group { name } admin { lastName } legalAddress { city } }
  memberships { isPrimary role { name } company { kind } }
  attributes { code label display text }
  addresses { region formatted oneLine: formatted(format: ONE_LINE) html: formatted(format: HTML) pdf: formatted(format: PDF) }
} } }"""


async def test_everything_together_takes_the_same_statements(http: Any, connection: Any, statements: Any):
    boss, attributes = await staff_client(http, connection), [await make_attribute(connection) for _ in range(10)]
    ids = list[str]()
    for number in range(MANY):
        row = await make_customer(connection)
        await make_member(connection, await make_company(connection, name=f"Firm {number}"), row)
        for one in attributes:
            value = {"place": 0, "text_value": f"{number}"}
            await put(connection, customer_attribute, customer_id=row.id, attribute_id=one.id, **value)
        for city in ("York", "Leeds"):
            await make_address(connection, row, city=city)
        ids.append(customer_id(row))
    counts = list[int]()
    for some in (ids[:1], ids):
        await boss.data(READ, ids=some)  # what is kept of templates, countries and settings is there from now on
        await statements.clear()
        nodes = (await boss.data(READ, ids=some))["nodes"]
        counts.append(await statements.count())
        assert [one["company"]["name"] for one in nodes] == [f"Firm {number}" for number in range(len(some))]
        for number, one in enumerate(nodes):
            assert [value["text"] for value in one["attributes"]] == [f"{number}"] * 10
            assert len(one["addresses"]) == 2
            assert all("York" in at["oneLine"] or "Leeds" in at["oneLine"] for at in one["addresses"])
    assert counts[0] == counts[1], statements.texts
    await delete_made(connection)
