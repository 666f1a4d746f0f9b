"""A thousand members are moved at once, and more by a job (docs/domain/groups.md#groups-8)."""

import uuid
from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.schema.projections import PROJECTIONS
from support.customers import make_customer
from support.jobs import delete_open_jobs, run_all, show
from support.staff import staff_client

from .samples import make_group

DELETE = """mutation D($input: CustomerGroupDeleteInput!) { customerGroupDelete(input: $input) {
  deletedGroupId movedCustomerCount job { id totalCount } userErrors { code key } } }"""
COPY = """INSERT INTO customer SELECT copy.* FROM customer c CROSS JOIN generate_series(1, $2::int) n
CROSS JOIN LATERAL jsonb_populate_record(c, jsonb_build_object(
    'id', c.id + n, 'number', 10^8 + 2000 * c.number + n, 'email', 'member' || c.id || '.' || n || '@example.com')) AS copy
WHERE c.id = $1 RETURNING id"""
MEMBERS = "SELECT count(*) FROM customer WHERE group_id = $1"
MOVED = """SELECT count(*) FROM customer_event e JOIN customer c ON c.id = e.customer_id
WHERE e.kind = 'EDITED' AND e.changes::jsonb ? 'groupId' AND c.id BETWEEN $1 AND $1 + 2000"""


@pytest.mark.parametrize("count", [1_000, 1_001])
async def test_the_members_of_a_group_are_moved_at_once_or_by_a_job(
    count: int, http: Any, isolated: Any, connection: Any, tools: Any
):
    await delete_open_jobs(connection)
    boss = await staff_client(http, connection)
    group = await make_group(connection, name=uuid.uuid4().hex)
    first = await make_customer(connection, group_id=group)
    copies = [row.id for row in await connection.fetch(COPY, first.id, count - 1)]
    for projection in PROJECTIONS:
        await projection.recompute(connection, copies)
    answer = (await boss.data(DELETE, input={"id": encode_id("grp", group)}))["customerGroupDelete"]
    assert (answer["userErrors"], answer["movedCustomerCount"]) == ([], count)
    if count > 1_000:
        assert (answer["deletedGroupId"], answer["job"]["totalCount"]) == (None, count)
        assert await connection.fetchval(MEMBERS, group) == count
        await run_all(tools)
        assert (await show(boss, answer["job"]["id"]))["doneCount"] == count
    else:
        assert (answer["deletedGroupId"], answer["job"]) == (encode_id("grp", group), None)
    assert await connection.fetchval(MEMBERS, group) == 0
    assert await connection.fetchval("SELECT count(*) FROM customer_group WHERE id = $1", group) == 0
    assert await connection.fetchval(MOVED, first.id) == count
