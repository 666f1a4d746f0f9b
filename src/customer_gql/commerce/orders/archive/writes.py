"""The archive: finished orders that lists of staff can leave out. Their customers see them as before
(docs/domain/orders.md#orders-20)."""

from typing import Final

from customer_gql.commerce.orders.workflow.actions import OrderAction
from customer_gql.commerce.orders.workflow.tables import OrderEntryKind
from customer_gql.commerce.orders.workflow.writes import LockedOrder, judge, record_action
from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.database.statements import Connection
from customer_gql.shop.settings.reads import setting

from .settings import ARCHIVE_ENABLED

_DISABLED: Final = Refusal(
    "order.archive_disabled",
    "The archive of orders is off. Switch on orders.archive_enabled first.",
    UserErrorCode.NOT_ALLOWED,
)


async def validate_archive(connection: Connection) -> None:
    """Raises `RuleError` where the shop has no archive."""
    if not await setting(connection, ARCHIVE_ENABLED):
        raise _DISABLED()


async def archive_order(connection: Connection, order: LockedOrder, *, by: Actor) -> None:
    judge(order, OrderAction.ARCHIVE)
    now = {"archived_at": read_clock()}
    await record_action(
        connection, order, OrderEntryKind.ARCHIVED, values=now, changes={"isArchived": (False, True)}, by=by
    )


async def restore_order(connection: Connection, order: LockedOrder, *, by: Actor) -> None:
    judge(order, OrderAction.RESTORE)
    changes = {"isArchived": (True, False)}
    await record_action(
        connection, order, OrderEntryKind.RESTORED, values={"archived_at": None}, changes=changes, by=by
    )
