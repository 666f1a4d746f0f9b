"""Samples of visitors for the tests that walk the whole graph."""

import datetime as dt
import itertools
import secrets

from customer_gql.customers.profile.tables import customer_activity
from customer_gql.database.statements import Connection
from support.calls import by_view, filtered
from support.customers import make_address, make_customer, put
from support.made_rows import MadeRows
from support.staff import make_website

CALLS = {"nowOnline": [lambda _: {}, filtered("customer", "cus"), by_view]}
UNRECORDED = {"visitorPing": "presence, which is no change of a customer"}
NAMES = ["Stra\u00dfe", "\u00c9va A%b", "ann_", "\u4f0a\u85e4"]


async def make_rows(connection: Connection, count: int) -> MadeRows:
    """Customers of one website who are on its pages. Visitors are of no website, `test_online` looks at them."""
    website, first = await make_website(connection), 1_000_000_000 + secrets.randbelow(1_000_000_000)
    numbers = itertools.count(first)
    here = {"website_id": website, "created_in_store_view_id": website}

    async def visit(connection: Connection, number: int) -> None:
        name = NAMES[number % 4]
        names = {"first_name": name, "last_name": NAMES[-1 - number % 4]}
        row = await make_customer(connection, **here, **names, number=next(numbers))
        if number % 2:
            await make_address(connection, row, is_default_billing=True, company=[None, name][number % 4 // 2])
        seen = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=number % 3)
        page = [None, f"/{name}"][number % 2]
        await put(connection, customer_activity, customer_id=row.id, last_activity_at=seen, last_url=page)

    for number in range(count):
        await visit(connection, number)

    async def add(connection: Connection) -> None:
        await visit(connection, 3)

    return MadeRows({"number": {"gte": first, "lt": first + 1000}}, add, website)


GRID_ROWS = {"NOW_ONLINE": make_rows}
