"""Samples of histories for the tests that walk the whole graph."""

from typing import Any

from customer_gql.core.actor import SYSTEM
from customer_gql.customers.history.writes import record_customer_event


async def furnish(connection: Any, customer: Any) -> dict[str, str]:
    await record_customer_event(connection, customer.id, kind="EDITED", version=1, by=SYSTEM)
    return {}
