"""The group that an account gets when nothing else decides it (docs/domain/groups.md#groups-8)."""

from collections.abc import Sequence

from sqlalchemy import select

from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, equals_any, fetch_rows
from customer_gql.shop.settings.reads import select_value_at
from customer_gql.shop.websites.tables import store, store_view

from .settings import DEFAULT_GROUP


async def find_default_groups(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """By customer the default group of the store view that the account was created in."""
    default = select_value_at(DEFAULT_GROUP, website_id=store.c.website_id, store_view_id=store_view.c.id)
    rows = await fetch_rows(
        connection,
        select(customer.c.id, default.label("group_id"))
        .join(store_view, store_view.c.id == customer.c.created_in_store_view_id)
        .join(store, store.c.id == store_view.c.store_id)
        .where(equals_any(customer.c.id, list(ids))),
    )
    return {row.id: row.group_id for row in rows}
