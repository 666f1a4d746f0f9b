"""Moving a balance: one lock, one conditional statement, one entry that is never changed (docs/domain/ledgers.md#ledgers-3)."""

from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    Table,
    Text,
    bindparam,
    case,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.core.values.idempotency_keys import validate_idempotency_key
from customer_gql.core.viewer import Websites
from customer_gql.customers.accounts.sessions.reach import can_act_on_website
from customer_gql.customers.deleted_customers.reads import read_deleted_customer
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile.writes import lock_customer
from customer_gql.database.statements import (
    Connection,
    Row,
    Statement,
    compile_statement,
    execute_statement,
    fetch_one,
)
from customer_gql.database.transactions import mark_customers
from customer_gql.shop.websites.reads import find_website

from .declaration import Ledger, Movement, validate_comment
from .idempotency import actor_key, find_answer, remember_refusal
from .notices import notify_customer
from .reads import entry_columns

WEBSITE_UNUSABLE: Final = Refusal(
    "balance.website_unusable",
    "The account does not work on this website, so the balance could not be spent. Choose another website.",
    UserErrorCode.NOT_ALLOWED,
)

_ACCOUNT: Final = ("customer_id", "website_id")


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
        moved = await _adjust_balance(connection, ledger, customer, movement, websites=websites, by=by)
    except RuleError as refused:  # before anything was stored
        await remember_refusal(connection, ledger, customer_id, movement, refused, by=by)
        return refused
    return await _record_movement(connection, ledger, customer, movement, moved, by=by)


async def _find_first_answer(
    connection: Connection, ledger: Ledger, customer_id: int, movement: Movement, *, websites: Websites, by: Actor
) -> Row | RuleError | None:
    """What the key was answered before; None for a new one."""
    found = await find_answer(connection, ledger, customer_id, movement, by=by)
    if found is not None and not isinstance(found, RuleError):
        await find_website(connection, found.website_id, websites=websites)
    return found


async def _was_deleted_within(connection: Connection, customer_id: int, websites: Websites) -> bool:
    """Whether this was a customer of the websites. The ledger outlives the account, and so do its answers."""
    deleted = await read_deleted_customer(connection, customer_id)
    return deleted is not None and (websites is None or deleted.website_id in websites)


class _Moved(NamedTuple):
    """The entry of a balance that was moved, and the currency of its website."""

    entry: Row
    currency: str


async def _adjust_balance(
    connection: Connection, ledger: Ledger, customer: Row, movement: Movement, *, websites: Websites, by: Actor
) -> _Moved:
    """Raises `RuleError` with nothing stored."""
    website_id = customer.website_id if movement.website_id is None else movement.website_id
    website = await find_website(connection, website_id, websites=websites, keep_currency=True)
    amount = ledger.validate_amount(movement.amount, website.currency)
    values = {ledger.amount: amount, "comment": validate_comment(movement.comment)}
    if amount > 0:
        await _refuse_unreachable_website(connection, customer, website_id)
    account = {"customer_id": customer.id, "website_id": website.id}
    currency = {"currency": website.currency} if "currency" in ledger.account.c else {}
    key = {**actor_key(by), "idempotency_key": movement.idempotency_key}
    cause = {**key, "is_customer_notified": movement.notifies_customer}
    entry = {"id": new_id(), **account, **values, **currency, **cause}
    return _Moved(await _move(connection, ledger, account, amount, currency, entry), website.currency)


async def _refuse_unreachable_website(connection: Connection, customer: Row, website_id: int) -> None:
    """Where the customer cannot sign in, nobody could spend what is given (docs/domain/ledgers.md#ledgers-5)."""
    if website_id != customer.website_id and not await can_act_on_website(connection, customer.id, website_id):
        raise WEBSITE_UNUSABLE(path=["websiteId"])


async def _record_movement(
    connection: Connection, ledger: Ledger, customer: Row, movement: Movement, moved: _Moved, *, by: Actor
) -> Row:
    """What follows from it: the history, and the mail."""
    entry = moved.entry
    mark_customers(connection, [customer.id], ledger.account)
    balances = (entry.balance_after - entry[ledger.amount], entry.balance_after)
    before, after = (ledger.history_value(balance, moved.currency) for balance in balances)
    await record_customer_event(
        connection,
        customer.id,
        kind=ledger.history_kind,
        version=customer.version,
        by=by,
        changes={ledger.history_field: (before, after)},
    )
    if movement.notifies_customer:
        await notify_customer(connection, ledger, customer, entry, moved.currency)
    return entry


@cache
def _open_statement(account: Table, names: tuple[str, ...]) -> Statement:
    put = upsert(account).values({name: bindparam(name, type_=account.c[name].type) for name in names})
    return compile_statement(put.on_conflict_do_nothing(index_elements=list(account.primary_key.columns)))


@cache
def _move_statement(account: Table, entry: Table, names: tuple[str, ...]) -> Statement:
    """Adds an amount to a balance that stays within its limits, and writes the entry of these columns that explains it.

    The first entry of an account has an action of its own. The time is that of the balance: read under its lock, and later than
    that of every entry before, whatever clocks say.
    """
    given: dict[str, Any] = {name: bindparam(name, type_=entry.c[name].type) for name in names}
    balance = account.c.balance + bindparam("added", type_=BigInteger())
    later = func.greatest(func.clock_timestamp(), account.c.updated_at + literal_column("interval '1 microsecond'"))
    moved = (
        update(account)
        .where(
            *[account.c[name] == given[name] for name in _ACCOUNT],
            balance.between(literal_column("0"), bindparam("max_balance", type_=BigInteger())),
        )
        .values(balance=balance, updated_at=later)
        .returning(account.c.balance, account.c.updated_at)
        .cte("moved")
    )
    has_entries = select(entry.c.id).where(*[entry.c[name] == given[name] for name in _ACCOUNT]).exists()
    action = case((has_entries, bindparam("action", type_=Text())), else_=bindparam("first_action", type_=Text()))
    stored = {**given, "balance_after": moved.c.balance, "created_at": moved.c.updated_at, "action": action}
    explaining = insert(entry).from_select([*stored], select(*stored.values()).select_from(moved))
    made = explaining.returning(*entry_columns(entry)).cte("made")
    return compile_statement(select(made))


async def _move(
    connection: Connection,
    ledger: Ledger,
    account: dict[str, int],
    amount: int,
    currency: dict[str, str],
    entry: dict[str, Any],
) -> Row:
    """The entry, with the balance after. An account is opened for an addition that fits into it. The customer's lock keeps
    other movements from coming between."""
    statement = _move_statement(ledger.account, ledger.entry, tuple(entry))
    actions = {"action": ledger.action, "first_action": ledger.first_action or ledger.action}
    values = {**entry, **actions, "added": amount, "max_balance": ledger.max_balance}
    made = await fetch_one(connection, statement, **values)
    if made is None and 0 < amount <= ledger.max_balance:
        opened = {**account, **currency, "balance": 0}
        await execute_statement(connection, _open_statement(ledger.account, tuple(opened)), **opened)
        made = await fetch_one(connection, statement, **values)
    if made is None:
        refuse = ledger.refuse_addition if amount > 0 else ledger.refuse_deduction
        raise refuse(path=[ledger.amount])
    return made
