"""Staff decide whether an account works on its website alone, or on all of them (docs/domain/account-scope.md#account-scope-1)."""

from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.permissions import Permission
from customer_gql.customers.accounts.sessions import access
from customer_gql.customers.accounts.sessions.impersonations import lock_impersonated_customers
from customer_gql.customers.profile.sharing import SHARING, AccountSharing, set_account_sharing
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, DryRun, admin_mutation
from customer_gql.graph.scalars import graph_enum
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.writes import lock_own_value
from customer_gql.staff.audit.writes import record_staff_event

from .steps import MoveKind, MoveScope, MoveStep, end_open_carts, ended_sessions, find_left_records
from .types import WebsiteMoveStep

_READS_ADDRESSES: Final = frozenset({Permission.CUSTOMERS_READ.value, Permission.CUSTOMERS_PII.value})

graph_enum(
    AccountSharing,
    "Websites on which an account works.",
    {
        "PER_WEBSITE": "On its website alone; one address may have an account on each.",
        "GLOBAL": "On every website; an address has one account.",
    },
)


@strawberry.input(description="New scope of accounts.")
class AccountSharingSetInput:
    sharing: AccountSharing = column("On their website alone, or on all of them.")


@strawberry.type(description="The new scope of accounts.")
class AccountSharingSetPayload(Payload):
    moved_account_count: int = strawberry.field(description="Number of accounts that were moved.", default=0)
    steps: Any = strawberry.field(
        graphql_type=list[WebsiteMoveStep],
        description="Consequences, counted over all accounts; those without a record are left out.",
        default_factory=list,
        metadata={"assumed": len(MoveKind)},
    )
    ended_session_count: int = strawberry.field(
        description="Number of sessions that ended because they were on another website than their account's.",
        default=0,
    )


@strawberry.type
class AccountSharingAdminMutation:
    @admin_mutation(
        permission=Permission.CONFIGURATION_MANAGE,
        all_websites=True,
        exclusive=True,
        description="Let accounts work on their website alone, or on all of them. Refused (`TAKEN`) while an address "
        "has accounts on several websites that would become one; the refusal names some to staff with `customers.read` "
        "and `customers.pii`. On their website alone, sessions end that were begun "
        "on another, and open carts of other websites end; all others continue. Writes the history of staff. Can be undone by setting it back.",
    )
    async def account_sharing_set(
        self, info: Info, input: Annotated[AccountSharingSetInput, INPUT], dry_run: DryRun = False
    ) -> AccountSharingSetPayload:
        ended, steps = 0, list[MoveStep]()
        async with info.context.transaction(dry_run=dry_run) as connection:
            # Imports lock it before customers too.
            before, _ = await lock_own_value(connection, SHARING, GLOBAL, 0)
            if input.sharing is AccountSharing.PER_WEBSITE:
                await lock_impersonated_customers(connection)
            moved = await set_account_sharing(
                connection, input.sharing, names_addresses=info.context.viewer.permissions >= _READS_ADDRESSES
            )
            if input.sharing is AccountSharing.PER_WEBSITE:
                steps = await find_left_records(connection, MoveScope()) + await end_open_carts(connection, MoveScope())
                ended = await access.end_sessions_elsewhere(connection, by=actor_of(info.context.viewer))
            if before != input.sharing.value:
                changes = {SHARING.path: (before, input.sharing.value)}
                await record_staff_event(
                    connection, "CONFIGURATION_SET", by=actor_of(info.context.viewer), changes=changes
                )
        return AccountSharingSetPayload(
            moved_account_count=moved, ended_session_count=ended, steps=[*steps, *ended_sessions(ended)]
        )


ADMIN_MUTATIONS: Final = (AccountSharingAdminMutation,)
