"""Impersonations that go on: a staff user acts as a customer, for as long as both have the right to it
(docs/domain/support.md#support-13)."""

import datetime as dt
from typing import Final

from sqlalchemy import delete, func, select, update

from customer_gql.core.actor import SYSTEM, Actor, actor_of
from customer_gql.core.errors import RuleError
from customer_gql.core.viewer import Viewer, Websites
from customer_gql.customers.accounts.reads import MAY_IMPERSONATE
from customer_gql.customers.accounts.tables import customer_token, impersonation, login_code
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile import writes as customers
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, execute_statement, fetch_rows, fetch_value
from customer_gql.security import throttle
from customer_gql.shop.settings.reads import setting

from .settings import LOGIN_AS_CUSTOMER

IMPERSONATION_LIFETIME: Final = dt.timedelta(minutes=15)
_RECORDED_REFUSALS: Final = 5
_LIVE: Final = select(impersonation.c.customer_id, impersonation.c.id).where(
    impersonation.c.ended_at.is_(None), impersonation.c.expires_at > func.now()
)


async def end_impersonation(
    connection: Connection, customer_id: int, impersonation_id: int, *, by: Actor, websites: Websites = None
) -> bool:
    """End it at once; whether it was still going on. The customer has to be of one of the websites."""
    account = await customers.lock_customer(connection, customer_id, websites=websites)
    now = dt.datetime.now(dt.UTC)
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


async def may_impersonate(connection: Connection, customer_id: int, staff_id: int) -> bool:
    """Whether the staff user may act as the customer at this moment, by the role, the consent and the shop."""
    if not await setting(connection, LOGIN_AS_CUSTOMER):
        return False
    return await fetch_value(connection, MAY_IMPERSONATE, customer_id=customer_id, staff_id=staff_id)


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
    for live in await fetch_rows(connection, _LIVE.where(impersonation.c.staff_id == staff_id)):
        await end_impersonation(connection, live.customer_id, live.id, by=SYSTEM)


async def end_impersonations_of_customer(connection: Connection, customer_id: int, *, by: Actor) -> None:
    for live in await fetch_rows(connection, _LIVE.where(impersonation.c.customer_id == customer_id)):
        await end_impersonation(connection, customer_id, live.id, by=by)


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
