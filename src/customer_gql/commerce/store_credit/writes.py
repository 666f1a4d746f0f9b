"""Moving store credit: one lock, one conditional statement, one entry that is never changed (docs/domain/ledgers.md#ledgers-3)."""

import datetime as dt

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.errors import IdempotencyConflict, RuleError, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.database.statements import Connection, Row, fetch_one, fetch_value

from .tables import StoreCreditAction, store_credit as account, store_credit_entry as entry


class BalanceTooLow(RuleError):
    code = UserErrorCode.NOT_ALLOWED


async def adjust(
    connection: Connection,
    *,
    customer_id: int,
    website_id: int,
    currency: str,
    amount: int,
    comment: str | None,
    idempotency_key: str,
) -> tuple[Row, bool]:
    """Give or take store credit; its entry, and whether this call made it: a key seen before gives the
    entry it made then.

    Never below zero. A key used for something else is an `IdempotencyConflict`. The account is locked first, so that
    of two with one key the second finds the entry of the first.
    """
    key = {"customer_id": customer_id, "website_id": website_id}
    await _lock(connection, key, currency)
    made = await fetch_one(connection, select(entry).filter_by(**key, idempotency_key=idempotency_key))
    if made is not None:
        if (made.amount, made.comment) != (amount, comment):
            raise IdempotencyConflict("This idempotencyKey was used for another adjustment.")
        return made, False
    balance = await fetch_value(
        connection,
        update(account)
        .filter_by(**key)
        .where(account.c.balance + amount >= 0)
        .values(balance=account.c.balance + amount, updated_at=dt.datetime.now(dt.UTC))
        .returning(account.c.balance),
    )
    if balance is None:
        raise BalanceTooLow("There is less store credit than is to be taken.", path=["amount"])
    first = await fetch_value(connection, select(entry.c.id).filter_by(**key).limit(1)) is None
    action = StoreCreditAction.CREATED if first else StoreCreditAction.UPDATED
    written = await fetch_one(
        connection,
        insert(entry)
        .values(
            **key,
            id=new_id(),
            action=action.value,
            amount=amount,
            balance_after=balance,
            currency=currency,
            comment=comment,
            idempotency_key=idempotency_key,
        )
        .returning(entry),
    )
    assert written is not None
    return written, True


async def _lock(connection: Connection, key: dict[str, int], currency: str) -> None:
    opened = upsert(account).values(**key, balance=0, currency=currency).on_conflict_do_nothing()
    await fetch_one(connection, opened.returning(account.c.balance))
    await fetch_value(connection, select(account.c.balance).filter_by(**key).with_for_update())
