"""Signing out on one device or on all of them."""

from customer_gql.core.actor import Actor, ActorKind, actor_of
from customer_gql.customers.accounts.sessions import access, impersonations, sessions
from customer_gql.customers.accounts.sessions.remembered import (
    forget_remembered_at_sign_out,
    forget_remembered_of_customers,
)
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile import presence, writes as customers
from customer_gql.graph.context import Context


async def sign_out(context: Context, *, every: bool) -> int:
    """How many sessions ended. Staff signed in as the customer leave with their impersonation alone."""
    viewer = context.viewer
    customer_id, session_id = viewer.customer_id, viewer.session_id
    assert customer_id is not None
    assert session_id is not None
    async with context.transaction() as connection:
        if viewer.is_impersonated:
            by = Actor(ActorKind.STAFF, viewer.staff_id, address=viewer.address)
            return int(await impersonations.end_impersonation(connection, customer_id, session_id, by=by))
        account = await customers.lock_customer(connection, customer_id, websites=None)
        if every:
            ended = await sessions.end_other_sessions(connection, customer_id, keep=None)
            await forget_remembered_of_customers(connection, [customer_id])
            await impersonations.end_impersonations_of_customer(connection, customer_id, by=actor_of(viewer))
        else:
            ended = await sessions.end_sessions(connection, customer_id, [session_id])
            await forget_remembered_at_sign_out(
                connection,
                customer_id,
                session_id,
                website_id=viewer.website_id,
                token=context.persistent_token,
            )
        await record_customer_event(
            connection, customer_id, kind="SIGNED_OUT", version=account.version, by=actor_of(viewer)
        )
        is_elsewhere = await sessions.has_active_session(connection, customer_id)
    if not is_elsewhere:
        presence.record_sign_out(context, customer_id)
    return ended


async def revoke_session(context: Context, session_id: int) -> int:
    customer_id = context.viewer.customer_id
    assert customer_id is not None
    async with context.transaction() as connection:
        account = await customers.lock_customer(connection, customer_id, websites=None)
        await access.revoke_session(connection, account, session_id, by=actor_of(context.viewer))
    return 1
