"""Taking back what a mass action did to the orders of a batch (docs/domain/orders.md#orders-21). What it did is among what happened
to each order."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import exists, select

from customer_gql.commerce.orders.workflow.tables import OrderEntryKind, order_comment
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.database.statements import Connection, equals_any, fetch_rows
from customer_gql.messaging.jobs.runs.kinds import BatchWork, JobScope, RowResult, RowSubject
from customer_gql.messaging.jobs.runs.tables import JobKind, RowOutcome, job_run

from .actions import ACTS, UNDO, OrderKey, act_on_orders, action_permissions, check_order_parameters
from .verdicts import OrderMassAction, Parameters, Verdict, judge_facts

_CHANGED_SINCE: Final = Refusal(
    "undo.order_changed_since", "This order was changed after the job.", UserErrorCode.NOT_ALLOWED
)
_OPPOSITES: Final[Mapping[OrderMassAction, OrderMassAction]] = {
    OrderMassAction.HOLD: OrderMassAction.UNHOLD,
    OrderMassAction.UNHOLD: OrderMassAction.HOLD,
    OrderMassAction.ARCHIVE: OrderMassAction.RESTORE,
    OrderMassAction.RESTORE: OrderMassAction.ARCHIVE,
}
_ARCHIVING: Final = frozenset({OrderEntryKind.ARCHIVED, OrderEntryKind.RESTORED})
_OF_STATE: Final = frozenset(
    set(OrderEntryKind)
    - _ARCHIVING
    - {OrderEntryKind.COMMENT, OrderEntryKind.ADDRESS_CHANGED, OrderEntryKind.TRACKING_CHANGED}
)
_KINDS: Final[Mapping[OrderMassAction, tuple[OrderEntryKind, frozenset[OrderEntryKind]]]] = {
    OrderMassAction.HOLD: (OrderEntryKind.HOLD, _OF_STATE),
    OrderMassAction.UNHOLD: (OrderEntryKind.UNHOLD, _OF_STATE),
    OrderMassAction.ARCHIVE: (OrderEntryKind.ARCHIVED, _ARCHIVING),
    OrderMassAction.RESTORE: (OrderEntryKind.RESTORED, _ARCHIVING),
}
"""What an action wrote, and what would have changed the same since."""


async def run_order_undo(
    connection: Connection, given: Parameters, keys: Sequence[OrderKey], scope: JobScope
) -> list[RowResult]:
    """`given` are the parameters of the action, and `undone_job`."""
    action = OrderMassAction(given["action"])
    opposite = _OPPOSITES[action]
    await check_order_parameters(connection, {"action": opposite.value}, scope.by)

    async def judge(orders: Mapping[OrderKey, Any]) -> dict[OrderKey, Verdict]:
        unchanged = await _find_unchanged(connection, action, given["undone_job"], list(orders))
        refused: Verdict = (RowOutcome.REFUSED, _CHANGED_SINCE())
        return {
            key: judge_facts(opposite, order.facts) if key in unchanged else refused for key, order in orders.items()
        }

    return await act_on_orders(connection, keys, scope, judge, ACTS[opposite], {})


async def _find_unchanged(
    connection: Connection, action: OrderMassAction, job_id: int, keys: Sequence[OrderKey]
) -> set[OrderKey]:
    """Those of which what the job wrote is the newest of its sort."""
    kind, sort = _KINDS[action]
    later = order_comment.alias("later")
    same = (later.c.customer_id == order_comment.c.customer_id, later.c.order_id == order_comment.c.order_id)
    newer = exists().where(*same, later.c.id > order_comment.c.id, equals_any(later.c.kind, sorted(sort)))
    of_job = select(order_comment.c.customer_id, order_comment.c.order_id).where(
        equals_any(order_comment.c.customer_id, sorted({key[0] for key in keys})),
        equals_any(order_comment.c.order_id, sorted({key[1] for key in keys})),
        order_comment.c.kind == kind.value,
        order_comment.c.actor == job_run.c.actor,
        order_comment.c.actor_id == job_run.c.actor_id,
        order_comment.c.created_at.between(job_run.c.created_at, job_run.c.finished_at),
        job_run.c.id == job_id,
        ~newer,
    )
    return {(row.customer_id, row.order_id) for row in await fetch_rows(connection, of_job)} & set(keys)


UNDO_ORDER_WORK: Final = BatchWork(
    UNDO, JobKind.UNDO, action_permissions, run_order_undo, subject=RowSubject.ORDER, rolls_back=True
)
