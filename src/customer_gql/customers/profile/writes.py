"""Rules of the account: one claim for one address, versions that grow, deletion that keeps what was bought."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Final

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Text,
    any_,
    bindparam,
    delete,
    insert,
    or_,
    select,
)

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.text import sort_key
from customer_gql.core.viewer import Websites
from customer_gql.customers.attributes.tables import AttributeEntity, AttributeForm
from customer_gql.customers.attributes.values.given import Door, GivenValue, refuse_fields_not_shown
from customer_gql.customers.attributes.values.writes import edit_attributes_of
from customer_gql.customers.history.conflicts import leave_out_untouched, refuse_customer_conflicts
from customer_gql.customers.history.stored_values import describe_changes
from customer_gql.customers.history.writes import (
    ChangeOfCustomers,
    record_customer_event,
    record_customer_events,
)
from customer_gql.database.distribution.forms import are_forms_distributed, for_one_machine
from customer_gql.database.statements import (
    Connection,
    Row,
    Statement,
    compile_statement,
    execute_statement,
    fetch_one,
    fetch_rows,
    fetch_value,
)
from customer_gql.database.transactions import mark_customers
from customer_gql.shop.settings.reads import setting, settings_at
from customer_gql.shop.settings.values_of_rows import remember_listed_values, select_values_for

from .claims import release_claims
from .sharing import lock_account_sharing
from .tables import customer, customer_number, deleted_customer
from .values import fields
from .values.defaults import OPTED_OUT_BY_DEFAULT
from .values.updates import NEXT_VERSION, compile_update, name_new, update_clause, update_each_statement

ON_ASSISTANCE_WITHDRAWN: Final[list[Callable[..., Awaitable[object]]]] = []
"""What upper slices end when a customer no longer allows staff to sign in for them: connection, customer, `by`."""

_websites: Final = bindparam("websites", type_=ARRAY(BigInteger()))
_ids: Final = bindparam("ids", type_=ARRAY(BigInteger()))
_is_reachable: Final = or_(_websites.is_(None), customer.c.website_id == any_(_websites))
_is_named: Final = customer.c.id == bindparam("id", type_=BigInteger())
_LOCK: Final = compile_statement(select(customer).where(_is_named, _is_reachable).with_for_update())
_LOCK_WITH_SETTINGS: Final = compile_statement(
    select(customer, select_values_for(customer.c.website_id).label("set_values"))
    .where(_is_named, _is_reachable)
    .with_for_update(of=customer)
)
_LOCK_EACH: Final = for_one_machine(
    compile_statement(
        select(customer).where(customer.c.id == any_(_ids), _is_reachable).order_by(customer.c.id).with_for_update()
    )
)
_DRAW_NUMBER: Final = compile_statement(select(customer_number.next_value()))
CUSTOMER_NOT_FOUND: Final = Refusal("customer.not_found", "There is no such customer.", UserErrorCode.NOT_FOUND)


async def lock_customer(
    connection: Connection,
    customer_id: int,
    *,
    websites: Websites,
    path: Sequence[str] = ("id",),
    with_settings: bool = False,
) -> Row:
    """The customer, locked until the transaction ends. One of a website outside of `websites` is unknown; `path` is where
    the input names it.

    With `with_settings` the same statement reads the settings of the customer's website, which the transaction then goes by.
    """
    statement = _LOCK_WITH_SETTINGS if with_settings else _LOCK
    found = await fetch_one(connection, statement, id=customer_id, websites=_list_websites(websites))
    if found is None:
        raise CUSTOMER_NOT_FOUND(path=path)
    if with_settings:
        remember_listed_values(connection, found.website_id, found.set_values)
    return found


async def lock_customers(
    connection: Connection, customer_ids: Collection[int], *, websites: Websites
) -> dict[int, Row]:
    """Those of the customers that exist and are of `websites`, locked until the transaction ends.

    Every transaction that touches several customers locks them here first, in the order of their ids, so that two of them
    wait for each other instead of failing, and judges what it reads here. The rows are sorted before they are locked.
    """
    ids, reached = sorted(set(customer_ids)), _list_websites(websites)
    if not are_forms_distributed():
        return {row.id: row for row in await fetch_rows(connection, _LOCK_EACH, ids=ids, websites=reached)}
    each = [await fetch_one(connection, _LOCK, id=id, websites=reached) for id in ids]
    return {row.id: row for row in each if row is not None}


def _list_websites(websites: Websites) -> list[int] | None:
    return None if websites is None else sorted(websites)


async def insert_customer(connection: Connection, customer_id: int, values: Mapping[str, Any]) -> Row:
    """A new customer with values by column. The caller has claimed the address, and writes the history."""
    opted_out = {"is_automatic_group_change_disabled": await setting(connection, OPTED_OUT_BY_DEFAULT)}
    # Drawn apart: a distributed database has no sequences in statements that write to its tables.
    numbered = values if "number" in values else {"number": await fetch_value(connection, _DRAW_NUMBER), **values}
    stored = {"id": customer_id, "name_sort_key": sort_key(values["last_name"], values["first_name"])}
    stored |= {**opted_out, **numbered}
    made = await fetch_one(connection, _insert_statement(tuple(stored)), **stored)
    assert made is not None
    mark_customers(connection, [customer_id], customer)
    return made


@cache
def _insert_statement(names: tuple[str, ...]) -> Statement:
    given: dict[str, Any] = {name: bindparam(name, type_=customer.c[name].type) for name in names}
    return compile_statement(insert(customer).values(given).returning(customer))


async def update_customer(connection: Connection, account: Row, values: Mapping[str, Any]) -> int:
    """Store new values; the version they make. A change of what belongs to the account, as an address, counts as a change of it."""
    change = _plan_change(account, values)
    changed = await fetch_one(connection, compile_update(change.clause), **change.values)
    assert changed is not None, account.id
    mark_customers(connection, [account.id], customer, (*values, *NEXT_VERSION))
    return changed.version


def _plan_change(account: Row, values: Mapping[str, Any]) -> ChangeOfCustomers:
    stored = {**values, **_changed_sort_key(account, values)}
    given = {"of": account.id, "now": read_clock(), **name_new(stored)}
    return ChangeOfCustomers(update_clause(tuple(stored)), given)


async def change_customer(
    connection: Connection,
    locked: Row,
    values: Mapping[str, Any],
    *,
    kind: str,
    by: Actor,
    also: Changes | None = None,
) -> None:
    """Store new values of a customer that the caller has locked and write them down, with what else was changed by it."""
    await store_change(
        connection, locked, values, kind=kind, by=by, changes={**describe_changes(locked, values), **(also or {})}
    )


async def store_change(
    connection: Connection, locked: Row, values: Mapping[str, Any], *, kind: str, by: Actor, changes: Changes
) -> None:
    """The same with the changes as the history tells them, in one statement where no website is among them."""
    if customer.c.website_id.name in values:
        version, change = await update_customer(connection, locked, values), None
    else:
        version, change = locked.version + 1, _plan_change(locked, values)
    await record_customer_event(
        connection, locked.id, kind=kind, version=version, by=by, changes=changes, change=change
    )
    if change is not None:
        mark_customers(connection, [locked.id], customer, (*values, *NEXT_VERSION))


def _changed_sort_key(account: Row, values: Mapping[str, Any]) -> dict[str, str]:
    if not {"first_name", "last_name"} & values.keys():
        return {}
    names = [values.get(column, account[column]) for column in ("last_name", "first_name")]
    return {"name_sort_key": sort_key(*names)}


async def edit_profile(
    connection: Connection,
    customer_id: int,
    *,
    edits: Mapping[str, Any],
    attributes: Sequence[GivenValue] = (),
    expected_version: int | None,
    by: Actor,
) -> list[str]:
    """Store the edits that change something, by input name; those that did. Refuses all when it refuses one."""
    account = await lock_customer(connection, customer_id, websites=None)
    shop = await settings_at(connection, *fields.SETTINGS, website_id=account.website_id)
    edits = await leave_out_untouched(connection, account, edits, fields.COLUMNS, expected=expected_version)
    kept, refused, wanted = fields.find_given_back(edits, account), CollectedErrors(), dict[str, Any]()
    own, door = edit_attributes_of(customer_id), Door(account.website_id, AttributeForm.ACCOUNT_EDIT, by=by)
    with refused.collecting():
        wanted = fields.validate_profile({field: value for field, value in edits.items() if field not in kept}, shop)
    with refused.collecting():
        new = {name: edits[name] for name in edits if name not in kept and not fields.is_required(name, shop)}
        await refuse_fields_not_shown(connection, AttributeEntity.CUSTOMER, door.form, new)
    with refused.collecting():
        await own.settle(connection, attributes, door, locked=account, expected=expected_version)
    refused.raise_collected()
    values, changed = fields.find_profile_changes(account, {**kept, **wanted})
    described = {**describe_changes(account, values), **own.describe()}
    await refuse_customer_conflicts(connection, account, described, expected=expected_version)
    if changed or own.changed:
        await own.store(connection)
        await change_customer(connection, account, values, kind="EDITED", by=by, also=own.describe())
    if values.get("allows_remote_assistance") is False:
        await withdraw_assistance(connection, customer_id, by=by)
    return [*changed, *own.names]


async def withdraw_assistance(connection: Connection, customer_id: int, *, by: Actor) -> None:
    """End what staff do as a customer who no longer allows it."""
    for end_assistance in ON_ASSISTANCE_WITHDRAWN:
        await end_assistance(connection, customer_id, by=by)


async def change_customers(
    connection: Connection, locked: Sequence[Row], values: Mapping[str, Any], *, kind: str, by: Actor
) -> set[int]:
    """Store the same new values, none of a name, of customers that the caller has locked, and write them down; those that it
    changed."""
    read_former, wanted = itemgetter(*values), itemgetter(*values)(values)
    before = {row["id"]: row for row in locked if read_former(row) != wanted}
    told, events = dict[Any, Changes](), list[tuple[int, int, Changes]]()
    for id, row in before.items():
        former = read_former(row)
        # Many customers have the same values before.
        if former not in told:
            told[former] = describe_changes(row, values)
        events.append((id, row["version"] + 1, told[former]))
    given = {"ids": list(before), "now": read_clock(), **name_new(values)}
    change = ChangeOfCustomers(update_clause(tuple(values), is_of_many=True), given)
    await record_customer_events(connection, events, kind=kind, by=by, change=change)
    mark_customers(connection, before, customer, (*values, *NEXT_VERSION))
    return set(before)


async def change_each_customer(
    connection: Connection, locked: Sequence[Row], values: Mapping[int, Mapping[str, Any]], *, kind: str, by: Actor
) -> None:
    """Store new values of each customer, none of a name, by id; the caller has locked them and every one changes something."""
    names = sorted({name for columns in values.values() for name in columns})
    before = {row.id: row for row in locked if row.id in values}
    if not before or not names:
        return
    rows = [{"id": id, **{name: values[id].get(name, row[name]) for name in names}} for id, row in before.items()]
    changed = await fetch_rows(
        connection, update_each_statement(tuple(names)), rows=orjson.dumps(rows).decode(), now=read_clock()
    )
    mark_customers(connection, [row.id for row in changed], customer, (*names, *NEXT_VERSION))
    events = [(row.id, row.version, describe_changes(before[row.id], values[row.id])) for row in changed]
    await record_customer_events(connection, events, kind=kind, by=by)


_KEPT: Final[Mapping[str, Any]] = {
    "customer_id": customer.c.id,
    "number": customer.c.number,
    "external_id": customer.c.external_id,
    "website_id": customer.c.website_id,
    "actor": bindparam("actor", type_=Text()),
    "actor_id": bindparam("actor_id", type_=BigInteger()),
}
_KEEP_DELETED: Final = compile_statement(
    insert(deleted_customer).from_select(list(_KEPT), select(*_KEPT.values()).where(customer.c.id == any_(_ids)))
)
_DELETE: Final = compile_statement(delete(customer).where(customer.c.id == any_(_ids)))


async def delete_customers(connection: Connection, locked: Sequence[Row], *, by: Actor) -> None:
    """Delete, for good, accounts that the caller has locked; what is kept of each is its number, its website and who did it.

    Addresses, carts, wishlists and subscriptions go along; orders, reviews, ledgers and history stay, and
    `deleted_customer` tells whose staff may see them (docs/domain/account-deletion.md#account-deletion-3).
    """
    if not locked:
        return
    # After the customers, as everywhere: a change of account sharing touches the claims, carts and sessions of all of them.
    await lock_account_sharing(connection)
    ids = [row.id for row in locked]
    await execute_statement(connection, _KEEP_DELETED, ids=ids, actor=by.kind.value, actor_id=by.id)
    await execute_statement(connection, _DELETE, ids=ids)
    mark_customers(connection, ids, customer)
    await release_claims(connection, ids)
