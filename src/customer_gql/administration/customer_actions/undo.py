"""Taking back what a mass action did to the customers of a batch (docs/domain/mass-actions.md#mass-actions-17). What it replaced
is in the history that it wrote."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from customer_gql.core.actor import Actor
from customer_gql.customers.history.reads import read_changes_of_job
from customer_gql.customers.profile.writes import CUSTOMER_NOT_FOUND, lock_customers
from customer_gql.database.statements import Connection
from customer_gql.messaging.jobs.runs.kinds import BatchWork, JobScope, RowResult
from customer_gql.messaging.jobs.runs.tables import JobKind, RowOutcome

from .actions import UNDO, Parameters, needed_permissions, refuse_lost
from .refusals import MassAction
from .undone_values import Refused, UndoneEntry, undo_columns, undo_subscriptions, undo_tags

_Undo = Callable[[Connection, MassAction, Sequence[UndoneEntry], Actor], Awaitable[Refused]]
_UNDOES: Final[Mapping[MassAction, _Undo]] = {
    MassAction.SUBSCRIBE: undo_subscriptions,
    MassAction.UNSUBSCRIBE: undo_subscriptions,
    MassAction.ADD_TAGS: undo_tags,
    MassAction.REMOVE_TAGS: undo_tags,
}
"""Of the actions that change other things than columns of the customer."""


async def run_undo(
    connection: Connection, parameters: Parameters, customer_ids: Sequence[int], scope: JobScope
) -> list[RowResult]:
    """The result for each of the ids, in their order. `parameters` are those of the action, and `undone_job`."""
    action = MassAction(parameters["action"])
    found = await lock_customers(connection, customer_ids, websites=scope.websites)
    changed = await read_changes_of_job(connection, parameters["undone_job"], list(found))
    entries = [UndoneEntry(found[id], changes, at) for id, (changes, at) in changed.items() if changes]
    refused = await _UNDOES.get(action, undo_columns)(connection, action, entries, scope.by)
    results = {id: RowResult(id, RowOutcome.UNCHANGED) for id in found}
    results |= {entry.row.id: RowResult(entry.row.id, RowOutcome.DONE) for entry in entries}
    for id, error in refused.items():
        results[id] = RowResult(id, RowOutcome.UNCHANGED if error is None else RowOutcome.REFUSED, error)
    results |= await refuse_lost(connection, [id for id in customer_ids if id not in found], scope)
    return [results.get(id) or RowResult(id, RowOutcome.NOT_FOUND, CUSTOMER_NOT_FOUND()) for id in customer_ids]


UNDO_WORK: Final = BatchWork(UNDO, JobKind.UNDO, needed_permissions, run_undo, rolls_back=True)
