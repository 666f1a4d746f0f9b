"""Deletion of an account at its customer's own request."""

from customer_gql.core.actor import actor_of
from customer_gql.customers.accounts import writes
from customer_gql.customers.accounts.sign_in.sign_in import reauthenticate
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile import writes as customers
from customer_gql.customers.profile.values.validation import IS_COMPANY_ADMIN, is_company_admin
from customer_gql.graph.context import Context
from customer_gql.shop.settings.reads import setting

from .settings import AT_ONCE, DELETION


async def request_deletion(context: Context, *, password: str) -> bool:
    """Whether the account is gone."""
    known = await reauthenticate(context, password, path=["currentPassword"])
    by = actor_of(context.viewer)
    async with context.transaction() as connection:
        account = await customers.lock_customer(connection, known.id, websites=None)
        if is_company_admin(account):
            raise IS_COMPANY_ADMIN()
        if await setting(connection, DELETION, website_id=account.website_id) != AT_ONCE:
            await record_customer_event(
                connection, account.id, kind="DELETION_REQUESTED", version=account.version, by=by
            )
            return False
        await writes.delete_accounts(connection, [account], by=by)
        await writes.notify_owner(connection, account, "account_deleted")
    return True
