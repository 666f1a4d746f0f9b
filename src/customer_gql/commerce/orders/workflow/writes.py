"""What staff and customers do to an order: judged by one table under its lock, and written down with it
(docs/domain/orders.md#orders-13)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select, update

from customer_gql.commerce.orders.mailing.writes import mail_comment
from customer_gql.commerce.orders.statuses.writes import find_default_status, validate_status
from customer_gql.commerce.orders.tables import sales_order, sales_order_item as item
from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.clock import read_clock
from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.text import validate_lines
from customer_gql.core.viewer import Websites
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one, insert_row, update_rows
from customer_gql.database.transactions import mark_customers
from customer_gql.messaging.events.writes import Event, emit
from customer_gql.shop.websites.tables import store, store_view
from customer_gql.staff.audit.writes import record_staff_event

from .actions import OrderAction, OrderFacts, find_next_state, find_refusal
from .reads import SUMS
from .tables import OrderEntryKind, order_comment

MAX_TEXT: Final = 4000
ON_ORDER_CANCELED: Final[list[Callable[[Connection, "LockedOrder"], Awaitable[None]]]] = []
"""What slices do when items of a locked order were canceled, joined by `schema.slices`."""
ORDER_NOT_FOUND: Final = Refusal("order.not_found", "There is no such order.", UserErrorCode.NOT_FOUND)
_EVENTS: Final = {
    OrderEntryKind.COMMENT: "order.commented",
    OrderEntryKind.ADDRESS_CHANGED: "order.address_changed",
    OrderEntryKind.ARCHIVED: "order.archived",
    OrderEntryKind.RESTORED: "order.restored",
}
"""What other systems are told besides a change of the state."""


@dataclass(frozen=True, slots=True)
class LockedOrder:
    """An order that nobody else changes until the transaction ends, the website it was placed on, and what decides about it."""

    row: Row
    website_id: int
    facts: OrderFacts

    @property
    def key(self) -> dict[str, int]:
        return {"customer_id": self.row.customer_id, "order_id": self.row.id}

    @property
    def public_id(self) -> str:
        return encode_id("ord", self.row.customer_id, self.row.id)


async def lock_order(
    connection: Connection, key: Sequence[int], *, websites: Websites, path: Sequence[str] = ("id",)
) -> LockedOrder:
    """One of a website outside of `websites` is unknown; `path` is where the input names it."""
    of_key = (sales_order.c.customer_id == key[0], sales_order.c.id == key[1])
    row = await fetch_one(connection, select(sales_order).where(*of_key).with_for_update())
    website_id = None if row is None else await _find_website(connection, row.store_view_id)
    if row is None or website_id is None or (websites is not None and website_id not in websites):
        raise ORDER_NOT_FOUND(path=path)
    return LockedOrder(row, website_id, await read_facts(connection, row))


async def read_facts(connection: Connection, row: Row) -> OrderFacts:
    """As they are now; of an order that is locked."""
    of_order = (item.c.customer_id == row.customer_id, item.c.order_id == row.id)
    return OrderFacts.of(row, await fetch_one(connection, SUMS.where(*of_order)))


async def _find_website(connection: Connection, store_view_id: int) -> int | None:
    found = select(store.c.website_id).join(store_view, store_view.c.store_id == store.c.id)
    row = await fetch_one(connection, found.where(store_view.c.id == store_view_id))
    return None if row is None else row.website_id


def judge(order: LockedOrder, action: OrderAction, path: Sequence[str] = ("id",)) -> None:
    """Raises the `RuleError` of the table."""
    refused = find_refusal(action, order.facts)
    if refused is not None:
        raise refused.at(path)


async def hold_order(connection: Connection, order: LockedOrder, *, by: Actor) -> None:
    judge(order, OrderAction.HOLD)
    kept = {"held_state": order.row.state, "held_status": order.row.status}
    await change_state(connection, order, OrderAction.HOLD, OrderEntryKind.HOLD, values=kept, by=by)


async def unhold_order(connection: Connection, order: LockedOrder, *, by: Actor) -> None:
    """Back to the very state and status that it had before."""
    judge(order, OrderAction.UNHOLD)
    freed = {"held_state": None, "held_status": None, "status": order.row.held_status}
    await change_state(connection, order, OrderAction.UNHOLD, OrderEntryKind.UNHOLD, values=freed, by=by)


async def cancel_order(
    connection: Connection,
    order: LockedOrder,
    *,
    reason: str | None,
    is_visible: bool = False,
    by: Actor,
    action: OrderAction = OrderAction.CANCEL,
    kind: OrderEntryKind = OrderEntryKind.CANCELED,
) -> None:
    """Cancel what is neither invoiced nor shipped. Without either, the order is canceled whole."""
    judge(order, action)
    text = validate_order_text(reason, ["reason"])
    left = item.c.quantity_ordered - func.greatest(item.c.quantity_invoiced, item.c.quantity_shipped)
    of_order = (item.c.customer_id == order.row.customer_id, item.c.order_id == order.row.id)
    await execute_statement(connection, update(item).where(*of_order).values(quantity_canceled=left))
    freed = {"held_state": None, "held_status": None} if order.facts.held_state else {}
    await change_state(connection, order, action, kind, values=freed, text=text, is_visible=is_visible, by=by)
    for return_taken in ON_ORDER_CANCELED:
        await return_taken(connection, order)


async def add_comment(
    connection: Connection,
    order: LockedOrder,
    *,
    text: str | None,
    status: str | None,
    is_visible: bool,
    notifies: bool = False,
    by: Actor,
) -> None:
    """Write a comment, set another status of the same state, or both; the buyer is told by mail where wanted."""
    judge(order, OrderAction.COMMENT)
    comment = validate_order_text(text, ["text"], required=status is None)
    values: dict[str, Any] = {}
    if status is not None and status != order.row.status:
        values["status"] = await validate_status(connection, order.facts.state, status, ["status"])
    await record_action(
        connection, order, OrderEntryKind.COMMENT, values=values, text=comment, is_visible=is_visible, by=by
    )
    if notifies:
        await mail_comment(connection, order.row, status=values.get("status", order.row.status), text=comment)


def validate_order_text(text: str | None, path: Sequence[str], *, required: bool = False) -> str | None:
    return validate_lines(text, path, MAX_TEXT, required=required)


async def change_state(
    connection: Connection,
    order: LockedOrder,
    action: OrderAction,
    kind: OrderEntryKind,
    *,
    values: Mapping[str, Any] | None = None,
    changes: Changes | None = None,
    text: str | None = None,
    is_visible: bool = False,
    by: Actor,
) -> None:
    """Set the state that follows from an action by the facts as they are now, and write down what was done."""
    after = find_next_state(action, await read_facts(connection, order.row))
    stored = dict(values or {})
    if after is not order.facts.state:
        stored = {"status": await find_default_status(connection, after), **stored, "state": after.value}
    await record_action(
        connection, order, kind, values=stored, changes=changes, text=text, is_visible=is_visible, by=by
    )


async def record_action(
    connection: Connection,
    order: LockedOrder,
    kind: OrderEntryKind,
    *,
    values: Mapping[str, Any],
    changes: Changes | None = None,
    text: str | None = None,
    is_visible: bool = False,
    by: Actor,
) -> None:
    """Store values of the order, and write down what was done: for the order, in the history of staff, and as events."""
    row = order.row
    stored = {"state": row.state, "status": row.status, **values}
    key = {"customer_id": row.customer_id, "id": row.id}
    await update_rows(connection, sales_order, key, {**values, "updated_at": max(read_clock(), row.updated_at)})
    mark_customers(connection, [row.customer_id], sales_order)
    entry = {
        **order.key,
        "id": await _draw_entry_id(connection, order),
        "kind": kind.value,
        "state": stored["state"],
        "status": stored["status"],
        "text": text,
        "is_visible": is_visible,
        "actor": by.kind.value,
        "actor_id": by.id,
    }
    await insert_row(connection, order_comment, entry)
    told: dict[str, Any] = {
        name: (row[name], stored[name]) for name in ("state", "status") if row[name] != stored[name]
    }
    told |= {} if changes is None else changes
    if by.kind is not ActorKind.CUSTOMER:
        note: Changes = {} if text is None else {"comment": (None, text)}
        await record_staff_event(
            connection, f"ORDER_{kind.value}", by=by, subject=order.public_id, changes={**told, **note}
        )
    await _emit_order_events(connection, order, kind, told, by)


async def _draw_entry_id(connection: Connection, order: LockedOrder) -> int:
    """Greater than that of every entry before, whatever the clocks of other processes say."""
    of_order = (order_comment.c.customer_id == order.row.customer_id, order_comment.c.order_id == order.row.id)
    newest = await fetch_one(connection, select(func.max(order_comment.c.id).label("id")).where(*of_order))
    before = 0 if newest is None or newest.id is None else newest.id
    return max(new_id(), before + 1)


async def _emit_order_events(
    connection: Connection, order: LockedOrder, kind: OrderEntryKind, changes: Changes, by: Actor
) -> None:
    types = ["order.state_changed"] if "state" in changes else []
    types += [_EVENTS[kind]] if kind in _EVENTS else []
    events = [
        Event(
            type_,
            order.public_id,
            tuple(sorted(changes)),
            customer_id=order.row.customer_id,
            website_id=order.website_id,
        )
        for type_ in types
    ]
    await emit(connection, events, by=by)
