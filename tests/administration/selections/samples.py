"""Samples of selections for the tests that walk the whole graph."""

import datetime as dt
from typing import Any

from customer_gql.administration.selections.tables import selection, selection_batch
from customer_gql.core.ids import encode_id, new_id
from support.calls import about, by_input
from support.customers import put
from support.selecting import SELECTIONS


async def furnish(connection: Any, customer: Any) -> dict[str, str]:
    """Of somebody else."""
    id = new_id()
    until = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    owner = {"owner_kind": "STAFF", "owner_id": 1}
    await put(connection, selection, id=id, grid="CUSTOMERS", **owner, scope="IDS", count=1, expires_at=until)
    await put(connection, selection_batch, selection_id=id, first_line=1, customer_ids=[customer.id])
    return {"sel": encode_id("sel", id)}


CALLS = {
    "customerSelectionCreate": [by_input(make) for make in SELECTIONS],
    "selectionDelete": [about("sel")],
}
UNRECORDED = dict.fromkeys(("customerSelectionCreate", "selectionDelete"), "changes no customer")
NOT_PERSONAL = {"ActionBlocker.key": "about a rule", "ActionBlocker.message": "about a rule"}
