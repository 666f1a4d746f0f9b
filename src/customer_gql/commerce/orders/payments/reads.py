"""Payments of orders by a provider."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select

from customer_gql.database.statements import Connection, Row, fetch_one, fetch_rows
from customer_gql.loading.reads import all_by, first_by, one_by

from .tables import order_payment as payment, payment_capture, payment_transaction as transaction

_key: Final = (payment.c.customer_id, payment.c.order_id)
payments_by_id = one_by(select(payment), *_key, payment.c.id)
payments_by_order = all_by(select(payment).order_by(payment.c.id), *_key)
steps_by_payment = first_by(
    select(transaction).order_by(transaction.c.id.desc()),
    transaction.c.customer_id,
    transaction.c.order_id,
    transaction.c.payment_id,
)


async def find_payment(connection: Connection, customer_id: int, order_id: int) -> Row | None:
    """The newest one of an order."""
    of_order = (payment.c.customer_id == customer_id, payment.c.order_id == order_id)
    return await fetch_one(connection, select(payment).where(*of_order).order_by(payment.c.id.desc()).limit(1))


async def find_due_payments(connection: Connection, now: dt.datetime, limit: int) -> Sequence[Row]:
    due = select(payment).where(payment.c.check_at <= now)
    return await fetch_rows(connection, due.order_by(payment.c.check_at).limit(limit))


async def is_message_known(connection: Connection, key: Sequence[int], message_id: str) -> bool:
    of_payment = [
        transaction.c[name] == value for name, value in zip(("customer_id", "order_id", "payment_id"), key, strict=True)
    ]
    found = select(transaction.c.id).where(*of_payment, transaction.c.message_id == message_id)
    return await fetch_one(connection, found.limit(1)) is not None


async def find_captures(connection: Connection, key: Sequence[Any], **values: Any) -> Sequence[Row]:
    """Of an order; `values` narrow them down."""
    of_order = (payment_capture.c.customer_id == key[0], payment_capture.c.order_id == key[1])
    more = [payment_capture.c[name] == value for name, value in values.items()]
    return await fetch_rows(connection, select(payment_capture).where(*of_order, *more).order_by(payment_capture.c.id))
