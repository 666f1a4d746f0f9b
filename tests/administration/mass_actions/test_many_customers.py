"""An action on as many customers as one transaction has: no statement has a parameter for each of them."""

import datetime as dt
from typing import Any, Final

import pytest

from customer_gql.administration.customer_actions.actions import run_mass_action
from customer_gql.administration.customer_actions.refusals import MassAction
from customer_gql.core.actor import SYSTEM
from customer_gql.database.pools import Database
from customer_gql.database.transactions import transaction
from customer_gql.messaging.jobs.runs.kinds import JobScope
from customer_gql.messaging.jobs.runs.tables import RowOutcome
from support.customers import make_customer

pytestmark = pytest.mark.slow
# PostgreSQL takes 32,767 parameters, and rows to insert have three or more.
COUNT: Final = 12_000
COPY: Final = """
INSERT INTO customer SELECT copy.* FROM customer c CROSS JOIN generate_series(1, $2::int) n
CROSS JOIN LATERAL jsonb_populate_record(c, jsonb_build_object(
    'id', c.id + n, 'number', 10^12 + n, 'email', 'many' || n || '@example.com')) AS copy
WHERE c.id = $1 RETURNING id
"""
LATER: Final = dt.datetime.now(dt.UTC) + dt.timedelta(days=30)
BEFORE: Final = {
    MassAction.UNSUBSCRIBE: "INSERT INTO newsletter_subscription (customer_id, store_view_id, status, changed_at) "
    "SELECT unnest($1::bigint[]), 1, 'SUBSCRIBED', now()",
    MassAction.ACTIVATE: "UPDATE customer SET status = 'INACTIVE' WHERE id = ANY($1)",
    MassAction.UNLOCK: "UPDATE customer SET locked_until = now() + interval '1 day' WHERE id = ANY($1)",
    MassAction.REMOVE_TAGS: "INSERT INTO customer_tag (customer_id, fold, tag) SELECT unnest($1::bigint[]), 'many', 'many'",
}
PARAMETERS: Final[dict[MassAction, dict[str, Any]]] = {
    MassAction.ASSIGN_GROUP: {"group_id": 2},
    MassAction.EDIT: {"edit": {"prefix": "Dr"}},
    MassAction.LOCK: {"locked_until": LATER.isoformat(), "note": "many"},
    MassAction.ADD_TAGS: {"tags": {"many": "many"}},
    MassAction.REMOVE_TAGS: {"tags": {"many": "many"}},
}


@pytest.mark.parametrize("action", MassAction)
async def test_an_action_is_done_to_many_customers_at_once(action: MassAction, database: Database, connection: Any):
    one = await make_customer(connection)
    scope = JobScope(SYSTEM, None, None)
    async with database.writes.acquire() as inner, transaction(inner, dry_run=True):
        ids = [row.id for row in await inner.fetch(COPY, one.id, COUNT)]
        if action in BEFORE:
            await inner.execute(BEFORE[action], ids)
        done = await run_mass_action(inner, {"action": action.value, **PARAMETERS.get(action, {})}, ids, scope)
        assert {result.outcome for result in done} == {RowOutcome.DONE}
