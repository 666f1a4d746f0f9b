"""Moving reward points: one lock, one conditional statement, one entry that is never changed (docs/domain/ledgers.md#ledgers-3)."""

import datetime as dt

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.errors import IdempotencyConflict, RuleError, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.database.statements import Connection, Row, fetch_one, fetch_value

from .tables import RewardPointsAction, reward_points as account, reward_points_entry as entry

MAX_POINTS = 1_000_000_000


class BalanceTooLow(RuleError):
    code = UserErrorCode.NOT_ALLOWED


async def adjust(
    connection: Connection,
    *,
    customer_id: int,
    website_id: int,
    points: int,
    comment: str | None,
    idempotency_key: str,
) -> tuple[Row, bool]:
    """Give or take points; its entry, and whether this call made it: a key seen before gives the
    entry it made then.

    Between zero and a thousand million. A key used for something else is an `IdempotencyConflict`.
    """
    key = {"customer_id": customer_id, "website_id": website_id}
    if points == 0 or abs(points) > MAX_POINTS:
        raise RuleError(f"Points are a whole number up to {MAX_POINTS:,}, not zero.", path=["points"])
    await _lock(connection, key)
    made = await fetch_one(connection, select(entry).filter_by(**key, idempotency_key=idempotency_key))
    if made is not None:
        if (made.points, made.comment) != (points, comment):
            raise IdempotencyConflict("This idempotencyKey was used for another adjustment.")
        return made, False
    balance = await fetch_value(
        connection,
        update(account)
        .filter_by(**key)
        .where((account.c.balance + points).between(0, MAX_POINTS))
        .values(balance=account.c.balance + points, updated_at=dt.datetime.now(dt.UTC))
        .returning(account.c.balance),
    )
    if balance is None:
        raise BalanceTooLow("The balance would leave the range from zero to a thousand million.", path=["points"])
    values = {"action": RewardPointsAction.ADMIN_UPDATE.value, "points": points, "balance_after": balance}
    written = await fetch_one(
        connection,
        insert(entry)
        .values(**key, **values, id=new_id(), comment=comment, idempotency_key=idempotency_key)
        .returning(entry),
    )
    assert written is not None
    return written, True


async def _lock(connection: Connection, key: dict[str, int]) -> None:
    opened = upsert(account).values(**key, balance=0).on_conflict_do_nothing()
    await fetch_one(connection, opened.returning(account.c.balance))
    await fetch_value(connection, select(account.c.balance).filter_by(**key).with_for_update())
