"""Balances that are stated for many customers at once: each is reached by one movement for the difference, by the rules of
single ones (docs/domain/ledgers.md#ledgers-10)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, Text, bindparam, column, func, insert, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.actor import Actor
from customer_gql.core.errors import RuleError
from customer_gql.core.ids import new_id
from customer_gql.core.money import to_major_units
from customer_gql.core.viewer import Websites
from customer_gql.customers.accounts.sessions.reach import find_reached_websites
from customer_gql.customers.history.writes import record_customer_events
from customer_gql.database.distribution.forms import lock_rows_of_customers
from customer_gql.database.statements import (
    Connection,
    Row,
    Statement,
    compile_statement,
    equals_any,
    execute_statement,
    fetch_rows,
    given_rows,
)
from customer_gql.database.transactions import mark_customers
from customer_gql.shop.websites.reads import KEPT_WEBSITES, WEBSITE_NOT_FOUND
from customer_gql.shop.websites.tables import website

from .declaration import Ledger
from .idempotency import actor_key
from .writes import WEBSITE_UNUSABLE

Account = tuple[int, int]
"""A customer and a website."""
_OF_ACCOUNTS: Final = (column("customer_id", BigInteger), column("website_id", BigInteger))


@dataclass(frozen=True, slots=True)
class StatedBalance:
    """What the balance of a customer on a website is to be, in the unit that is stored."""

    ledger: Ledger
    account: Account
    balance: int
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class _Difference:
    stated: StatedBalance
    amount: int


async def state_balances(
    connection: Connection,
    locked: Mapping[int, Row],
    stated: Mapping[int, Sequence[StatedBalance]],
    *,
    websites: Websites,
    by: Actor,
) -> dict[int, bool | RuleError]:
    """Move the balances of customers that the caller has locked; by customer whether one had to move, or what refuses all of
    them. Of a customer at most one balance of each ledger is stated. A key that made an entry before moves nothing."""
    ledgers = {one.ledger.account.name: one.ledger for each in stated.values() for one in each}
    differences = dict[int, list[_Difference]]()
    for ledger in ledgers.values():
        of_ledger = [one for each in stated.values() for one in each if one.ledger is ledger]
        for found in await _find_differences(connection, ledger, of_ledger, by):
            differences.setdefault(found.stated.account[0], []).append(found)
    refused = await _find_refusals(connection, locked, differences, websites)
    for ledger in ledgers.values():
        moving = [
            one for id, each in differences.items() if id not in refused for one in each if one.stated.ledger is ledger
        ]
        if moving:
            await _move(connection, ledger, locked, moving, by)
    return {id: refused.get(id, bool(differences.get(id))) for id in stated}


async def _find_differences(
    connection: Connection, ledger: Ledger, stated: Sequence[StatedBalance], by: Actor
) -> list[_Difference]:
    account, entry, ids = ledger.account.c, ledger.entry.c, sorted({one.account[0] for one in stated})
    balances = select(account.customer_id, account.website_id, account.balance).order_by(account.website_id)
    rows = await lock_rows_of_customers(connection, balances, account.customer_id, ids)
    stored = {(row.customer_id, row.website_id): row.balance for row in rows}
    keys = [one.idempotency_key for one in stated]
    used = select(entry.customer_id, entry.idempotency_key).filter_by(**actor_key(by))
    used = used.where(equals_any(entry.customer_id, ids), equals_any(entry.idempotency_key, keys))
    repeated = {(row.customer_id, row.idempotency_key) for row in await fetch_rows(connection, used)}
    return [
        _Difference(one, one.balance - stored.get(one.account, 0))
        for one in stated
        if one.balance != stored.get(one.account, 0) and (one.account[0], one.idempotency_key) not in repeated
    ]


async def _find_refusals(
    connection: Connection,
    locked: Mapping[int, Row],
    differences: Mapping[int, Collection[_Difference]],
    websites: Websites,
) -> dict[int, RuleError]:
    """By customer, what refuses one of the movements."""
    currencies = {row.id: row.currency for row in await fetch_rows(connection, KEPT_WEBSITES)}
    moving = [one for each in differences.values() for one in each]
    given = {one.stated.account for one in moving if one.amount > 0}
    elsewhere = {account for account in given if account[1] != locked[account[0]].website_id}
    reached = await find_reached_websites(connection, elsewhere)
    refused = dict[int, RuleError]()
    for one in moving:
        customer_id, website_id = one.stated.account
        try:
            if website_id not in currencies or (websites is not None and website_id not in websites):
                raise WEBSITE_NOT_FOUND(path=["websiteId"])
            _validate_amount(one, currencies[website_id])
            if one.amount > 0 and one.stated.account in elsewhere - reached:
                raise WEBSITE_UNUSABLE(path=["websiteId"])
        except RuleError as refusal:
            refused.setdefault(customer_id, refusal)
    return refused


def _validate_amount(one: _Difference, currency: str) -> None:
    ledger = one.stated.ledger
    is_money = "currency" in ledger.account.c
    ledger.validate_amount(to_major_units(one.amount, currency) if is_money else one.amount, currency)
    if one.stated.balance > ledger.max_balance:
        raise ledger.refuse_addition(path=[ledger.amount])


async def _move(
    connection: Connection, ledger: Ledger, locked: Mapping[int, Row], moving: Sequence[_Difference], by: Actor
) -> None:
    await _open_accounts(connection, ledger, [one.stated.account for one in moving])
    begun = await _find_begun(connection, ledger, [one.stated.account for one in moving])
    rows = [
        {
            "id": new_id(),
            "customer_id": one.stated.account[0],
            "website_id": one.stated.account[1],
            "moved": one.amount,
            "action": ledger.action
            if ledger.first_action is None or one.stated.account in begun
            else ledger.first_action,
            "idempotency_key": one.stated.idempotency_key,
        }
        for one in moving
    ]
    given = {"rows": orjson.dumps(rows).decode(), "most": ledger.max_balance, **actor_key(by)}
    entries = await fetch_rows(connection, _move_statement(ledger), **given)
    # The accounts are locked, and the amounts are their differences.
    assert len(entries) == len(rows), "every balance that was judged moves"
    mark_customers(connection, [one.stated.account[0] for one in moving], ledger.account)
    events = [
        (entry.customer_id, locked[entry.customer_id].version, _describe_change(ledger, entry)) for entry in entries
    ]
    await record_customer_events(connection, events, kind=ledger.history_kind, by=by)


def _describe_change(ledger: Ledger, entry: Row) -> dict[str, tuple[Any, Any]]:
    balances = (entry.balance_after - entry.moved, entry.balance_after)
    before, after = (ledger.history_value(balance, entry.get("currency", "")) for balance in balances)
    return {ledger.history_field: (before, after)}


async def _open_accounts(connection: Connection, ledger: Ledger, accounts: Sequence[Account]) -> None:
    rows = [{"customer_id": customer_id, "website_id": website_id} for customer_id, website_id in sorted(accounts)]
    await execute_statement(connection, _open_statement(ledger), rows=orjson.dumps(rows).decode())


async def _find_begun(connection: Connection, ledger: Ledger, accounts: Sequence[Account]) -> set[Account]:
    """Those with an entry already."""
    if ledger.first_action is None:
        return set()
    of = ledger.entry.c
    begun = (
        select(of.customer_id, of.website_id).distinct().where(equals_any(of.customer_id, [id for id, _ in accounts]))
    )
    return {(row.customer_id, row.website_id) for row in await fetch_rows(connection, begun)}


@cache
def _open_statement(ledger: Ledger) -> Statement:
    given = given_rows("rows", *_OF_ACCOUNTS)
    currency = {"currency": website.c.currency} if "currency" in ledger.account.c else {}
    rows = select(given.c.customer_id, given.c.website_id, literal_column("0"), *currency.values())
    opened = upsert(ledger.account).from_select(
        ["customer_id", "website_id", "balance", *currency],
        rows.join_from(given, website, website.c.id == given.c.website_id),
    )
    return compile_statement(opened.on_conflict_do_nothing())


@cache
def _move_statement(ledger: Ledger) -> Statement:
    """The entries. Their times are read under the lock and later than those of the entries before, whatever clocks say."""
    account = ledger.account
    given = given_rows(
        "rows",
        *(column("id", BigInteger), *_OF_ACCOUNTS, column("moved", BigInteger)),
        *(column("action", Text), column("idempotency_key", Text)),
    )
    balance = account.c.balance + given.c.moved
    later = func.greatest(func.clock_timestamp(), account.c.updated_at + literal_column("interval '1 microsecond'"))
    currency = [account.c.currency] if "currency" in account.c else []
    moved = (
        update(account)
        .where(account.c.customer_id == given.c.customer_id, account.c.website_id == given.c.website_id)
        .where(balance.between(literal_column("0"), bindparam("most", type_=BigInteger())))
        .values(balance=balance, updated_at=later)
        .returning(*given.c, account.c.balance, account.c.updated_at, *currency)
        .cte("moved")
    )
    names = [
        "id",
        "customer_id",
        "website_id",
        "action",
        "idempotency_key",
        ledger.amount,
        "balance_after",
        "created_at",
    ]
    values = [moved.c[name] for name in names[:5]] + [moved.c.moved, moved.c.balance, moved.c.updated_at]
    by = {name: bindparam(name, type_=ledger.entry.c[name].type) for name in ("actor", "actor_id")}
    rows = select(*values, *by.values(), *[moved.c[one.name] for one in currency])
    entry = ledger.entry.c
    told = (entry.customer_id, entry[ledger.amount].label("moved"), entry.balance_after)
    return compile_statement(
        insert(ledger.entry)
        .from_select([*names, *by, *[one.name for one in currency]], rows)
        .returning(*told, *([entry.currency] if currency else []))
    )
