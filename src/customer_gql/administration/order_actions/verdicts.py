"""What becomes of orders in an action, by one function for a dry run and for the job (docs/domain/orders.md#orders-21)."""

import enum
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, select

from customer_gql.administration.customer_actions.judgements import SAMPLE_SIZE, Blocker, Forecast
from customer_gql.commerce.orders.statuses.tables import OrderState
from customer_gql.commerce.orders.tables import sales_order
from customer_gql.commerce.orders.workflow.actions import OrderAction, OrderFacts, find_refusal
from customer_gql.commerce.orders.workflow.reads import HAS_TO_CANCEL
from customer_gql.commerce.orders.workflow.writes import ORDER_NOT_FOUND
from customer_gql.core.errors import RuleError
from customer_gql.core.viewer import Websites
from customer_gql.database.statements import AnySelect, Connection, Row, equals_any, fetch_rows
from customer_gql.messaging.jobs.runs.kinds import RowId, RowResult, RowSubject
from customer_gql.messaging.jobs.runs.tables import RowOutcome
from customer_gql.shop.websites.tables import store, store_view

Verdict = tuple[RowOutcome, RuleError | None]
Parameters = Mapping[str, Any]
"""`action` and, with `CANCEL`, `reason`; as JSON holds them."""


class OrderMassAction(enum.Enum):
    CANCEL = "CANCEL"
    HOLD = "HOLD"
    UNHOLD = "UNHOLD"
    ARCHIVE = "ARCHIVE"
    RESTORE = "RESTORE"


_ACTIONS: Final = {action: OrderAction[action.value] for action in OrderMassAction}
_UNCHANGED: Final[Verdict] = (RowOutcome.UNCHANGED, None)
_DONE: Final[Verdict] = (RowOutcome.DONE, None)


def judge_facts(action: OrderMassAction, facts: OrderFacts) -> Verdict:
    """An order that is already as the action leaves it is unchanged."""
    is_same = {
        OrderMassAction.CANCEL: facts.state is OrderState.CANCELED,
        OrderMassAction.HOLD: facts.state is OrderState.ON_HOLD,
        OrderMassAction.ARCHIVE: facts.is_archived,
        OrderMassAction.RESTORE: not facts.is_archived,
    }
    if is_same.get(action, False):
        return _UNCHANGED
    refused = find_refusal(_ACTIONS[action], facts)
    return _DONE if refused is None else (RowOutcome.REFUSED, refused)


def _judge_row(given: Parameters, row: Any) -> Verdict:
    """`row` has what `_FACTS` selects."""
    if row["state"] is None:
        return RowOutcome.NOT_FOUND, ORDER_NOT_FOUND()
    left = int(row["has_to_cancel"])
    facts = OrderFacts(OrderState(row["state"]), None, row["is_archived"], left, 0, 0, 0, 0)
    return judge_facts(OrderMassAction(given["action"]), facts)


_FACTS: Final[tuple[ColumnElement[Any], ...]] = (
    sales_order.c.state,
    sales_order.c.archived_at.is_not(None).label("is_archived"),
    HAS_TO_CANCEL.label("has_to_cancel"),
)


def orders_within(websites: Websites) -> list[ColumnElement[bool]]:
    """Orders of store views of these websites."""
    if websites is None:
        return []
    views = select(store_view.c.id).join(store, store.c.id == store_view.c.store_id)
    return [sales_order.c.store_view_id.in_(views.where(equals_any(store.c.website_id, sorted(websites))))]


async def forecast_orders(connection: Connection, given: Parameters, chosen: AnySelect, websites: Websites) -> Forecast:
    """Of keys that a statement gives. Orders that are alike are judged once."""
    facts = _judged(chosen, websites).subquery("facts")
    alike = [facts.c.state, facts.c.is_archived, facts.c.has_to_cancel]
    samples: list[Any] = [func.array_agg(facts.c[name])[1:SAMPLE_SIZE].label(name) for name in ("id", "record_id")]
    counted = select(*alike, func.count().label("count"), *samples).group_by(*alike)
    counts, blockers = Counter[RowOutcome](), dict[str, Blocker]()
    for row in await fetch_rows(connection, counted):
        outcome, refused = _judge_row(given, row)
        counts[outcome] += row["count"]
        if outcome is RowOutcome.REFUSED and refused is not None:
            name = f"{refused.key}:{refused.params}"
            other = blockers.get(name, Blocker(refused, 0, ()))
            sample: list[RowId] = [*other.sample, *zip(row["id"], row["record_id"], strict=True)]
            blockers[name] = Blocker(refused, other.count + row["count"], sample[:SAMPLE_SIZE])
    return Forecast(counts, sorted(blockers.values(), key=lambda one: (-one.count, one.refused.key)))


async def forecast_each_order(
    connection: Connection, given: Parameters, chosen: AnySelect, websites: Websites
) -> list[RowResult]:
    """The same for each of few keys, in their order."""
    rows: list[Row] = await fetch_rows(connection, _judged(chosen, websites).order_by("place"))
    return [RowResult.of(RowSubject.ORDER, (row["id"], row["record_id"]), *_judge_row(given, row)) for row in rows]


def _judged(chosen: AnySelect, websites: Websites) -> AnySelect:
    listed = chosen.subquery("chosen")
    found = and_(
        sales_order.c.customer_id == listed.c.id, sales_order.c.id == listed.c.record_id, *orders_within(websites)
    )
    columns = (listed.c.id, listed.c.record_id, listed.c.place, *_FACTS)
    return select(*columns).select_from(listed.outerjoin(sales_order, found))


async def find_known(
    connection: Connection, keys: Sequence[tuple[int, int]], websites: Websites
) -> set[tuple[int, int]]:
    """Those of the keys that are orders of the websites."""
    if not keys:
        return set()
    customers = equals_any(sales_order.c.customer_id, sorted({key[0] for key in keys}))
    orders = equals_any(sales_order.c.id, sorted({key[1] for key in keys}))
    found = select(sales_order.c.customer_id, sales_order.c.id).where(customers, orders, *orders_within(websites))
    return {(row.customer_id, row.id) for row in await fetch_rows(connection, found)} & set(keys)
