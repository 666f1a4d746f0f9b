"""One action on the orders of a batch, with a result for each (docs/domain/orders.md#orders-21)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from customer_gql.commerce.orders.archive.writes import archive_order, restore_order, validate_archive
from customer_gql.commerce.orders.workflow.writes import (
    ORDER_NOT_FOUND,
    LockedOrder,
    cancel_order,
    hold_order,
    lock_order,
    unhold_order,
    validate_order_text,
)
from customer_gql.core.actor import Actor
from customer_gql.core.errors import RuleError, RuleErrors
from customer_gql.core.permissions import Permission
from customer_gql.database.statements import Connection
from customer_gql.messaging.jobs.runs.kinds import BatchWork, JobScope, RowResult, RowSubject
from customer_gql.messaging.jobs.runs.rights import OUT_OF_SCOPE
from customer_gql.messaging.jobs.runs.tables import JobKind, RowOutcome

from .verdicts import OrderMassAction, Parameters, Verdict, find_known, judge_facts

UNDO: Final = "orders.undo_mass_action"
OrderKey = tuple[int, int]
Judge = Callable[[Mapping[OrderKey, LockedOrder]], Awaitable[dict[OrderKey, Verdict]]]
ActOn = Callable[[Connection, LockedOrder, Parameters, Actor], Awaitable[object]]
_ARCHIVE: Final = frozenset({OrderMassAction.ARCHIVE.value, OrderMassAction.RESTORE.value})


def action_permissions(given: Parameters) -> frozenset[Permission]:
    return frozenset({Permission.ORDERS_ARCHIVE if given["action"] in _ARCHIVE else Permission.ORDERS_MANAGE})


async def check_order_parameters(connection: Connection, given: Parameters, _by: Actor) -> None:
    """Raises the `RuleError` that refuses them for every order, so that it is told at once."""
    validate_order_text(given.get("reason"), ["reason"])
    if given["action"] == OrderMassAction.ARCHIVE.value:
        await validate_archive(connection)


async def run_order_action(
    connection: Connection, given: Parameters, keys: Sequence[OrderKey], scope: JobScope
) -> list[RowResult]:
    action = OrderMassAction(given["action"])
    await check_order_parameters(connection, given, scope.by)

    async def judge(orders: Mapping[OrderKey, LockedOrder]) -> dict[OrderKey, Verdict]:
        return {key: judge_facts(action, order.facts) for key, order in orders.items()}

    return await act_on_orders(connection, keys, scope, judge, ACTS[action], given)


async def act_on_orders(
    connection: Connection, keys: Sequence[OrderKey], scope: JobScope, judge: Judge, act: ActOn, given: Parameters
) -> list[RowResult]:
    """Do it to those that the judge lets through. Orders are locked by their keys, before any of them is judged."""
    locked = await _lock_known(connection, keys, scope)
    verdicts = await judge(locked)
    verdicts |= await _find_lost_orders(connection, [key for key in keys if key not in locked], scope)
    for key, order in locked.items():
        if verdicts[key][0] is RowOutcome.DONE:
            verdicts[key] = await _act_on(connection, order, act, given, scope)
    unknown: Verdict = (RowOutcome.NOT_FOUND, ORDER_NOT_FOUND())
    return [RowResult.of(RowSubject.ORDER, key, *verdicts.get(key, unknown)) for key in keys]


async def _lock_known(connection: Connection, keys: Sequence[OrderKey], scope: JobScope) -> dict[OrderKey, LockedOrder]:
    known = await find_known(connection, keys, scope.websites)
    return {key: await lock_order(connection, key, websites=scope.websites) for key in sorted(known)}


async def _act_on(
    connection: Connection, order: LockedOrder, act: ActOn, given: Parameters, scope: JobScope
) -> Verdict:
    """Rules refuse before anything is written, so that the others of the batch are done."""
    try:
        await act(connection, order, given, scope.by)
    except RuleErrors as several:
        return RowOutcome.REFUSED, several.errors[0].at([])
    except RuleError as refused:
        return RowOutcome.REFUSED, refused.at([])
    return RowOutcome.DONE, None


async def _find_lost_orders(
    connection: Connection, keys: Sequence[OrderKey], scope: JobScope
) -> dict[OrderKey, Verdict]:
    """Orders of websites that were reached when it was asked for, and no longer are."""
    if not keys or scope.websites == scope.asked_websites:
        return {}
    known = await find_known(connection, keys, scope.asked_websites)
    return {key: (RowOutcome.REFUSED, OUT_OF_SCOPE()) for key in known}


ACTS: Final[Mapping[OrderMassAction, ActOn]] = {
    OrderMassAction.CANCEL: lambda connection, order, given, by: cancel_order(
        connection, order, reason=given.get("reason"), by=by
    ),
    OrderMassAction.HOLD: lambda connection, order, _, by: hold_order(connection, order, by=by),
    OrderMassAction.UNHOLD: lambda connection, order, _, by: unhold_order(connection, order, by=by),
    OrderMassAction.ARCHIVE: lambda connection, order, _, by: archive_order(connection, order, by=by),
    OrderMassAction.RESTORE: lambda connection, order, _, by: restore_order(connection, order, by=by),
}
ORDER_ACTION_WORK: Final = BatchWork(
    "orders.mass_action",
    JobKind.MASS_ACTION,
    action_permissions,
    run_order_action,
    subject=RowSubject.ORDER,
    find_undo=lambda given: None if given["action"] == OrderMassAction.CANCEL.value else UNDO,
)
