"""Values that the search of the list of customers finds, when staff switch it on or off
(docs/domain/attributes.md#attributes-13)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import func, select

from customer_gql.core.actor import Actor
from customer_gql.core.permissions import Permission
from customer_gql.customers.attributes.values.tables import customer_attribute
from customer_gql.customers.profile.writes import lock_customers
from customer_gql.database.statements import Connection, Row
from customer_gql.database.transactions import mark_customers
from customer_gql.messaging.jobs.runs.kinds import BatchWork, JobScope, RowResult
from customer_gql.messaging.jobs.runs.parts import freeze_selected
from customer_gql.messaging.jobs.runs.tables import JobKind, RowOutcome
from customer_gql.messaging.jobs.runs.writes import Submission, submit_job

from .removal import select_holders


def refresh_searched(connection: Connection, customer_ids: Iterable[int]) -> None:
    """Have the commit write what a search looks through of these customers, who are locked."""
    mark_customers(connection, customer_ids, customer_attribute)


async def run_attribute_index(
    connection: Connection, _parameters: Mapping[str, Any], customer_ids: Sequence[int], scope: JobScope
) -> list[RowResult]:
    """By what holds of the attribute when it runs: nothing is wrong where somebody decided otherwise meanwhile."""
    found = await lock_customers(connection, customer_ids, websites=scope.websites)
    refresh_searched(connection, found)
    return [RowResult(id, RowOutcome.DONE if id in found else RowOutcome.NOT_FOUND) for id in customer_ids]


def _permissions_to_index(_parameters: Mapping[str, Any]) -> frozenset[Permission]:
    return frozenset({Permission.ATTRIBUTES_MANAGE})


ATTRIBUTE_INDEX_WORK: Final = BatchWork(
    "customers.attribute_index",
    JobKind.ATTRIBUTE_INDEX,
    _permissions_to_index,
    run_attribute_index,
    needs_all_websites=True,
)


async def submit_index(connection: Connection, row: Row, by: Actor) -> int:
    """The job for all who have a value, of an attribute that nobody sets before the transaction ends."""
    parameters = {"attribute_id": row.id}
    holders = select_holders(row, None).subquery("holders")
    chosen = select(holders.c.id, func.row_number().over(order_by=holders.c.id).label("place"))
    submission = Submission(
        ATTRIBUTE_INDEX_WORK, parameters, "attributeUpdate", freeze_selected(chosen), body=parameters
    )
    return (await submit_job(connection, submission, by=by)).job_id
