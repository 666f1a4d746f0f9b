"""A customer with a row in every table, each value unlike the others, and these values as the graph shows them."""

import datetime as dt
import re
from typing import Any

import pytest

from customer_gql.database.statements import Connection, Row
from customer_gql.schema.tables import metadata
from support.bystander import COUNTERS
from support.furnishing import furnish

Rows = dict[str, Row]


@pytest.fixture
async def furnished(connection: Connection) -> Rows:
    """The rows by table. The customer is alone on a website of their own."""
    async with connection.transaction():
        return await furnish(connection, [table for table in metadata.sorted_tables if table.name not in COUNTERS])


def shown(row: Row, names: str) -> dict[str, Any]:
    """Fields of the graph, each with the value of the column of the same name."""
    return {name: shown_value(row[re.sub("([A-Z])", r"_\1", name).lower()]) for name in names.split()}


def shown_value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def money(minor: int, currency: str = "EUR") -> dict[str, str]:
    return {"amount": f"{minor / 100:.2f}", "currency": currency}
