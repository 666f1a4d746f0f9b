"""Impersonations that go on: a staff user acts as a customer, for as long as both have the right to it
(docs/domain/support.md#support-13)."""

import datetime as dt
from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Select, delete, update

from customer_gql.core.actor import SYSTEM, Actor, actor_of
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import RuleError
from customer_gql.core.viewer import Viewer, Websites
from customer_gql.customers.accounts.tables import customer_token, impersonation, login_code
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile import writes as customers
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, equals_any, execute_statement, fetch_rows
from customer_gql.security import throttle
from customer_gql.shop.settings.declaration import Setting

from .impersonation_rights import LIVE_IMPERSONATIONS, LIVE_WITHOUT_RIGHT, may_impersonate
from .settings import LOGIN_AS_CUSTOMER

IMPERSONATION_LIFETIME: Final = dt.timedelta(minutes=15)
_RECORDED_REFUSALS: Final = 5


async def end_impersonation(
    connection: Connection, customer_id: int, impersonation_id: int, *, by: Actor, websites: Websites = None
) -> bool:
    """End it at once; whether it was still going on. The customer has to be of one of the websites."""
    account = await customers.lock_customer(connection, customer_id, websites=websites)
    now = read_clock()
    ended = await execute_statement(
        connection,
        update(impersonation)
        .where(
            impersonation.c.customer_id == customer_id,
            impersonation.c.id == impersonation_id,
            impersonation.c.ended_at.is_(None),
            impersonation.c.expires_at > now,
        )
        .values(ended_at=now),
    )
    for table, column in ((customer_token, customer_token.c.session_id), (login_code, login_code.c.impersonation_id)):
        await execute_statement(
            connection, delete(table).where(table.c.customer_id == customer_id, column == impersonation_id)
        )
    if ended:
        await record_customer_event(connection, customer_id, kind="IMPERSONATION_ENDED", version=account.version, by=by)
    return bool(ended)


async def end_unless_allowed(database: Database, customer_id: int, impersonation_id: int, *, staff_id: int) -> bool:
    """Whether the impersonation goes on. Without the right to it, it ends with this request, for good."""
    async with database.reads.acquire() as connection:
        if await may_impersonate(connection, customer_id, staff_id):
            return True
    try:
        async with database.transaction() as connection:
            await end_impersonation(connection, customer_id, impersonation_id, by=SYSTEM)
    except RuleError:
        return False  # the customer was deleted at the same moment, and the token with the account
    return False


async def end_impersonations_by_staff(connection: Connection, staff_id: int) -> None:
    """When the sessions of a staff user end, so does what they do as customers. Codes not exchanged yet end too."""
    await _end_each(connection, LIVE_IMPERSONATIONS.where(impersonation.c.staff_id == staff_id), by=SYSTEM)


async def end_impersonations_of_customer(connection: Connection, customer_id: int, *, by: Actor) -> None:
    await _end_each(connection, LIVE_IMPERSONATIONS.where(impersonation.c.customer_id == customer_id), by=by)


async def end_impersonations_without_right(
    connection: Connection, *, customer_id: int | None = None, staff_ids: Collection[int] | None = None
) -> None:
    """In the transaction that changes a right: those that lost it do not come back with it. Of one customer, of these
    staff users, or all."""
    live = LIVE_WITHOUT_RIGHT
    if customer_id is not None:
        live = live.where(impersonation.c.customer_id == customer_id)
    if staff_ids is not None:
        live = live.where(equals_any(impersonation.c.staff_id, list(staff_ids)))
    await _end_each(connection, live, by=SYSTEM)


async def end_impersonations_by_setting(connection: Connection, changed: Setting[Any]) -> None:
    if changed is LOGIN_AS_CUSTOMER:
        await end_impersonations_without_right(connection)


async def end_impersonations_by_rights(connection: Connection, staff_ids: Collection[int]) -> None:
    await end_impersonations_without_right(connection, staff_ids=staff_ids)


async def lock_impersonated_customers(connection: Connection) -> None:
    """Customers come before the stored scope of accounts, which a deletion locks after them; the end of what is done as them is an
    entry of their history."""
    live = await fetch_rows(connection, LIVE_IMPERSONATIONS)
    await customers.lock_customers(connection, {row.customer_id for row in live}, websites=None)


async def _end_each(connection: Connection, live: Select[Any, Any], *, by: Actor) -> None:
    """The customers are locked in the order of their ids, as everywhere."""
    for row in await fetch_rows(connection, live.order_by(impersonation.c.customer_id, impersonation.c.id)):
        try:
            await end_impersonation(connection, row.customer_id, row.id, by=by)
        except RuleError:
            continue  # deleted meanwhile, and what was done as this customer with the account


async def record_refused_operation(database: Database, viewer: Viewer, operation: str) -> None:
    """Write into the history of the customer that staff tried what is closed to them; a few times, not without end."""
    key = throttle.counter_key("impersonation", str(viewer.session_id), operation)
    async with database.transaction() as connection:
        if not await throttle.count_within(connection, key, limit=_RECORDED_REFUSALS, window=IMPERSONATION_LIFETIME):
            return
        assert viewer.customer_id is not None
        locked = await customers.lock_customers(connection, [viewer.customer_id], websites=None)
        if not locked:
            return
        await record_customer_event(
            connection,
            viewer.customer_id,
            kind="IMPERSONATION_REFUSED",
            version=locked[viewer.customer_id].version,
            by=actor_of(viewer),
            changes={"operation": (None, operation)},
        )
