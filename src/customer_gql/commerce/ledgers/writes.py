"""Moving a balance: one lock, one conditional statement, one entry that is never changed (docs/domain/ledgers.md#ledgers-3)."""

from typing import Any, Final

from sqlalchemy import func, insert, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.core.text import validate_lines
from customer_gql.core.values.idempotency_keys import validate_idempotency_key
from customer_gql.core.viewer import Websites
from customer_gql.customers.accounts.sessions.reach import can_act_on_website
from customer_gql.customers.deleted_customers.reads import read_deleted_customer
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile.writes import lock_customer
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one, fetch_value
from customer_gql.database.transactions import mark_customers, transaction
from customer_gql.shop.websites.reads import find_website

from .declaration import Ledger, Movement
from .idempotency import actor_key, find_refusal, find_repeated, remember_refusal
from .notices import notify_customer
from .reads import entry_columns

MAX_COMMENT = 1000

_WEBSITE_UNUSABLE: Final = Refusal(
    "balance.website_unusable",
    "The account does not work on this website, so the balance could not be spent. Choose another website.",
    UserErrorCode.NOT_ALLOWED,
)


async def adjust_balance_once(
    connection: Connection, ledger: Ledger, customer_id: int, movement: Movement, *, websites: Websites, by: Actor
) -> Row | RuleError:
    """Add an amount to the customer's balance, or take it; the entry, or the refusal.

    A key that the same actor used before gives the entry or the refusal it had then. Raises `RuleError` for a customer
    outside of `websites` and for a malformed key, which are not remembered, and `IdempotencyConflict` for a key that
    was used for another movement. The lock on the customer makes two movements with one key wait for each other.
    """
    validate_idempotency_key(movement.idempotency_key)
    try:
        customer = await lock_customer(connection, customer_id, websites=websites)
    except RuleError:
        if not await _was_deleted_within(connection, customer_id, websites):
            raise
        first = await _find_first_answer(connection, ledger, customer_id, movement, websites=websites, by=by)
        if first is None:
            raise
        return first
    first = await _find_first_answer(connection, ledger, customer_id, movement, websites=websites, by=by)
    if first is not None:
        return first
    try:
        async with transaction(connection):
            return await _adjust_balance(connection, ledger, customer, movement, websites=websites, by=by)
    except RuleError as refused:
        await remember_refusal(connection, ledger, customer_id, movement, refused, by=by)
        return refused


async def _find_first_answer(
    connection: Connection, ledger: Ledger, customer_id: int, movement: Movement, *, websites: Websites, by: Actor
) -> Row | RuleError | None:
    """What the key was answered before; None for a new one."""
    entry = await find_repeated(connection, ledger, customer_id, movement, by=by)
    if entry is None:
        return await find_refusal(connection, ledger, customer_id, movement, by=by)
    await find_website(connection, entry.website_id, websites=websites)
    return entry


async def _was_deleted_within(connection: Connection, customer_id: int, websites: Websites) -> bool:
    """Whether this was a customer of the websites. The ledger outlives the account, and so do its answers."""
    deleted = await read_deleted_customer(connection, customer_id)
    return deleted is not None and (websites is None or deleted.website_id in websites)


async def _adjust_balance(
    connection: Connection, ledger: Ledger, customer: Row, movement: Movement, *, websites: Websites, by: Actor
) -> Row:
    website_id = customer.website_id if movement.website_id is None else movement.website_id
    website = await find_website(connection, website_id, websites=websites)
    amount = ledger.validate_amount(movement.amount, website.currency)
    values = {ledger.amount: amount, "comment": validate_comment(movement.comment)}
    if amount > 0:
        await _refuse_unreachable_website(connection, customer, website_id)
    account = {"customer_id": customer.id, "website_id": website.id}
    currency = {"currency": website.currency} if "currency" in ledger.account.c else {}
    await _lock_account(connection, ledger, account, currency)
    key = {**actor_key(by), "idempotency_key": movement.idempotency_key}
    cause = {**key, "is_customer_notified": movement.notifies_customer}
    entry = await _move(connection, ledger, account, {**values, **currency, **cause})
    mark_customers(connection, [customer.id], ledger.account)
    await _record_movement(connection, ledger, customer, entry, website.currency, by=by)
    if movement.notifies_customer:
        await notify_customer(connection, ledger, customer, entry, website.currency)
    return entry


async def _refuse_unreachable_website(connection: Connection, customer: Row, website_id: int) -> None:
    """Where the customer cannot sign in, nobody could spend what is given (docs/domain/ledgers.md#ledgers-5)."""
    if website_id != customer.website_id and not await can_act_on_website(connection, customer.id, website_id):
        raise _WEBSITE_UNUSABLE(path=["websiteId"])


async def _record_movement(
    connection: Connection, ledger: Ledger, customer: Row, entry: Row, currency: str, *, by: Actor
) -> None:
    balances = (entry.balance_after - entry[ledger.amount], entry.balance_after)
    before, after = (ledger.history_value(balance, currency) for balance in balances)
    await record_customer_event(
        connection,
        customer.id,
        kind=ledger.history_kind,
        version=customer.version,
        by=by,
        changes={ledger.history_field: (before, after)},
    )


def validate_comment(comment: str | None) -> str | None:
    return validate_lines(comment, ["comment"], MAX_COMMENT)


async def _lock_account(
    connection: Connection, ledger: Ledger, account: dict[str, int], currency: dict[str, str]
) -> None:
    """Open the account if need be, and lock it, so that what others book on it waits."""
    await execute_statement(
        connection, upsert(ledger.account).values(**account, **currency, balance=0).on_conflict_do_nothing()
    )
    await fetch_value(connection, select(ledger.account.c.balance).filter_by(**account).with_for_update())


async def _move(connection: Connection, ledger: Ledger, account: dict[str, int], movement: dict[str, Any]) -> Row:
    """The entry. Its time is read under the lock and later than that of every entry before, whatever clocks say."""
    balance = ledger.account.c.balance + movement[ledger.amount]
    later = func.greatest(
        func.clock_timestamp(), ledger.account.c.updated_at + literal_column("interval '1 microsecond'")
    )
    moved = await fetch_one(
        connection,
        update(ledger.account)
        .filter_by(**account)
        .where(balance.between(0, ledger.max_balance))
        .values(balance=balance, updated_at=later)
        .returning(ledger.account.c.balance, ledger.account.c.updated_at),
    )
    if moved is None:
        refuse = ledger.refuse_addition if movement[ledger.amount] > 0 else ledger.refuse_deduction
        raise refuse(path=[ledger.amount])
    action = await _action(connection, ledger, account)
    values = {"id": new_id(), "action": action, "balance_after": moved.balance, "created_at": moved.updated_at}
    entry = await fetch_one(
        connection, insert(ledger.entry).values(**account, **movement, **values).returning(*entry_columns(ledger.entry))
    )
    assert entry is not None
    return entry


async def _action(connection: Connection, ledger: Ledger, account: dict[str, int]) -> str:
    if ledger.first_action is None:
        return ledger.action
    entries = select(ledger.entry.c.id).filter_by(**account).limit(1)
    return ledger.first_action if await fetch_value(connection, entries) is None else ledger.action
