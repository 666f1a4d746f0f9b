"""On which websites the session of a customer may act (docs/domain/account-scope.md#account-scope-7)."""

from collections.abc import Collection
from typing import Any

import orjson

from customer_gql.customers.accounts.reads import EXCLUDED_AMONG, IS_EXCLUDED, IS_GROUP_EXCLUDED
from customer_gql.customers.profile.sharing import accounts_are_shared, email_scope
from customer_gql.database.statements import Connection, fetch_rows, fetch_value


async def session_reaches_website(connection: Connection, session: Any, website_id: int | None) -> bool:
    """`session` has the customer and the website they signed in on; None stands for that website.

    An account of one website is unknown on the others; a shared one is excluded from those its group excludes.
    """
    if website_id in {None, session.website_id}:
        return True
    assert website_id is not None
    return await can_act_on_website(connection, session.customer_id, website_id)


async def can_act_on_website(connection: Connection, customer_id: int, website_id: int) -> bool:
    """Whether the customer may act on a website that is not their own."""
    is_shared = await email_scope(connection, website_id) != website_id
    return is_shared and not await is_excluded_from_website(connection, customer_id, website_id)


async def find_reached_websites(connection: Connection, asked: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Of customers and websites that are not their own, those where the customer may act."""
    if not asked or not await accounts_are_shared(connection):
        return set()
    rows = orjson.dumps([{"customer_id": customer, "website_id": website} for customer, website in asked]).decode()
    excluded = {(row.customer_id, row.website_id) for row in await fetch_rows(connection, EXCLUDED_AMONG, asked=rows)}
    return set(asked) - excluded


async def is_excluded_from_website(connection: Connection, customer_id: int, website_id: int) -> bool:
    return await fetch_value(connection, IS_EXCLUDED, customer_id=customer_id, website_id=website_id)


async def is_group_excluded(connection: Connection, group_id: int, website_id: int) -> bool:
    return await fetch_value(connection, IS_GROUP_EXCLUDED, group_id=group_id, website_id=website_id)
