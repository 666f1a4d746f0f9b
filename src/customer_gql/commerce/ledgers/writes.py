"""Moving a balance: one lock, one conditional statement, one entry that is never changed (docs/domain/ledgers.md#ledgers-3)."""

import datetime as dt
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.actor import Actor
from customer_gql.core.errors import IdempotencyConflict, RuleError, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.core.viewer import Websites
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile.writes import lock_customer
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one, fetch_value
from customer_gql.shop.websites.reads import find_website

from .declaration import Ledger

MAX_KEY = 128
MAX_COMMENT = 1000


async def adjust_balance(
    connection: Connection,
    ledger: Ledger,
    *,
    customer_id: int,
    website_id: int | None,
    amount: Any,
    comment: str | None,
    idempotency_key: str,
    websites: Websites,
    by: Actor,
) -> Row:
    """Add an amount to the customer's balance, or take it; the entry, which a repeated key finds instead of writing one.

    Without a website it is the customer's own. Both have to be among `websites`. Raises `RuleError`, and
    `IdempotencyConflict` for a key that was used for another movement.
    """
    customer = await lock_customer(connection, customer_id, websites=websites)
    website = await find_website(
        connection, customer.website_id if website_id is None else website_id, websites=websites
    )
    movement = {
        ledger.amount: ledger.validate_amount(amount, website.currency),
        "comment": validate_comment(comment),
        "idempotency_key": validate_idempotency_key(idempotency_key),
    }
    account = {"customer_id": customer_id, "website_id": website.id}
    currency = {"currency": website.currency} if "currency" in ledger.account.c else {}
    await _lock_account(connection, ledger, account, currency)
    repeated = await _find_repeated(connection, ledger, account, movement)
    if repeated is not None:
        return repeated
    entry = await _move(connection, ledger, account, {**movement, **currency})
    balances = (entry.balance_after - entry[ledger.amount], entry.balance_after)
    before, after = (ledger.history_value(balance, website.currency) for balance in balances)
    await record_customer_event(
        connection,
        customer_id,
        kind=ledger.history_kind,
        version=customer.version,
        by=by,
        changes={ledger.history_field: (before, after)},
    )
    return entry


def validate_idempotency_key(key: str) -> str:
    if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
        raise RuleError(f"Enter a key of 1 to {MAX_KEY} printable characters.", path=["idempotencyKey"])
    return key


def validate_comment(comment: str | None) -> str | None:
    text = (comment or "").strip()
    if len(text) > MAX_COMMENT:
        raise RuleError(f"Enter at most {MAX_COMMENT:,} characters.", path=["comment"], code=UserErrorCode.TOO_LONG)
    return text or None


async def _lock_account(
    connection: Connection, ledger: Ledger, account: dict[str, int], currency: dict[str, str]
) -> None:
    """Open the account if need be, and lock it, so that of two movements with one key the second finds the first."""
    await execute_statement(
        connection, upsert(ledger.account).values(**account, **currency, balance=0).on_conflict_do_nothing()
    )
    await fetch_value(connection, select(ledger.account.c.balance).filter_by(**account).with_for_update())


async def _find_repeated(
    connection: Connection, ledger: Ledger, account: dict[str, int], movement: dict[str, Any]
) -> Row | None:
    key = movement["idempotency_key"]
    found = await fetch_one(connection, select(ledger.entry).filter_by(**account, idempotency_key=key))
    if found is not None and any(found[column] != value for column, value in movement.items()):
        raise IdempotencyConflict("This idempotencyKey was used for another adjustment. Use a new key.")
    return found


async def _move(connection: Connection, ledger: Ledger, account: dict[str, int], movement: dict[str, Any]) -> Row:
    balance = ledger.account.c.balance + movement[ledger.amount]
    within = balance >= 0 if ledger.max_balance is None else balance.between(0, ledger.max_balance)
    moved = update(ledger.account).filter_by(**account).where(within)
    balance_after = await fetch_value(
        connection,
        moved.values(balance=balance, updated_at=dt.datetime.now(dt.UTC)).returning(ledger.account.c.balance),
    )
    if balance_after is None:
        raise RuleError(ledger.balance_refusal, path=[ledger.amount], code=UserErrorCode.NOT_ALLOWED)
    values = {"id": new_id(), "action": await _action(connection, ledger, account), "balance_after": balance_after}
    entry = await fetch_one(
        connection, insert(ledger.entry).values(**account, **movement, **values).returning(ledger.entry)
    )
    assert entry is not None
    return entry


async def _action(connection: Connection, ledger: Ledger, account: dict[str, int]) -> str:
    if ledger.first_action is None:
        return ledger.action
    entries = select(ledger.entry.c.id).filter_by(**account).limit(1)
    return ledger.first_action if await fetch_value(connection, entries) is None else ledger.action
