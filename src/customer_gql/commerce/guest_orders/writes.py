"""Guests ask for the cancellation of their order, and confirm it by the link that is mailed to them
(docs/domain/orders.md#orders-27)."""

import datetime as dt
from typing import Final

from sqlalchemy import delete, select

from customer_gql.commerce.orders.cancellation.writes import cancel_and_tell, judge_cancellation, validate_reason
from customer_gql.commerce.orders.workflow.writes import lock_order
from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, RuleError
from customer_gql.database.expired_rows import delete_expired_rows, expires
from customer_gql.database.statements import Connection, Row, delete_rows, execute_statement, fetch_one, insert_row
from customer_gql.messaging.jobs.work import Tools
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.security import tokens

from .tables import guest_cancellation as link

LIFETIME: Final = dt.timedelta(hours=24)
_LINK_INVALID: Final = Refusal(
    "order.cancellation_link_invalid",
    "This link does not work: it was used, replaced by a newer one, or is too old. Ask for another.",
)


async def request_cancellation(connection: Connection, found: Row, reason: str | None) -> None:
    """Mail the link to the address of the order, where it can be canceled now. Only the newest works. Raises `RuleError`."""
    order = await lock_order(connection, (found.customer_id, found.id), websites=None, path=["by"])
    await judge_cancellation(connection, order, path=["by"])
    wanted = await validate_reason(connection, order, reason)
    token, now = tokens.new_token(tokens.GUEST_CANCELLATION), read_clock()
    await delete_rows(connection, link, order.key)
    row = {"token_hash": tokens.hash_token(token), **order.key, "reason": wanted}
    await insert_row(connection, link, {**row, "created_at": now, "expires_at": now + LIFETIME})
    await queue_mail(
        connection,
        template="guest_order_cancellation",
        recipient=order.row.customer_email,
        store_view_id=order.row.store_view_id,
        placeholders={"orderNumber": order.row.number, "expiresAt": (now + LIFETIME).isoformat()},
        secrets={"token": token},
    )


async def confirm_cancellation(connection: Connection, token: str, *, address: str | None) -> tuple[int, int]:
    """The key of the order that the link cancels. One refusal for all that may be wrong with the link. Raises `RuleError`."""
    dead, hashed = _LINK_INVALID(path=["token"]), tokens.hash_token(token)
    known = await fetch_one(connection, select(link).where(link.c.token_hash == hashed))
    if known is None:
        raise dead
    try:
        order = await lock_order(connection, (known.customer_id, known.order_id), websites=None)
    except RuleError:
        raise dead from None
    unused = delete(link).where(link.c.token_hash == hashed, link.c.expires_at > read_clock())
    if not await execute_statement(connection, unused):
        raise dead
    await judge_cancellation(connection, order, path=["token"])
    # A guest is the buyer too, and has no other identity than the one that the order is stored under.
    by = Actor(ActorKind.CUSTOMER, order.row.customer_id, address=address)
    await cancel_and_tell(connection, order, reason=known.reason, by=by)
    return order.row.customer_id, order.row.id


async def delete_expired_links(tools: Tools) -> None:
    await delete_expired_rows(tools.database, [expires(link)])
