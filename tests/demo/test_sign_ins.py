"""Who can sign in to the admin UI of a demo that was started before."""

import pytest

from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection
from customer_gql.demo.sign_ins import create_demo_staff, issue_sign_ins


@pytest.fixture
async def demo_staff(database: Database, connection: Connection):
    await create_demo_staff(database)
    yield
    await connection.execute("UPDATE staff_user SET is_active = true WHERE email = 'support@example.com'")


async def test_a_deactivated_user_is_left_out(demo_staff: None, database: Database, connection: Connection):
    assert [one.role for one in await issue_sign_ins(database, "key")] == ["administrator", "support", "viewer"]
    await connection.execute("UPDATE staff_user SET is_active = false WHERE email = 'support@example.com'")
    assert [one.role for one in await issue_sign_ins(database, "key")] == ["administrator", "viewer"]


async def test_another_demo_of_the_same_key_issues_the_same_passwords(demo_staff: None, database: Database):
    first, again, other = [await issue_sign_ins(database, key) for key in ("key", "key", "another")]
    assert first == again
    assert {one.password for one in first}.isdisjoint(one.password for one in other)
    assert len({one.password for one in first}) == 3
