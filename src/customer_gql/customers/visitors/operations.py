import datetime as dt
from collections.abc import AsyncGenerator
from typing import Any, Final

import strawberry

from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.viewer import ViewerKind
from customer_gql.customers.profile.presence import record_activity
from customer_gql.graph.access.address_budget import count_call_of_address
from customer_gql.graph.context import Info
from customer_gql.graph.grids.types import grid_field
from customer_gql.graph.live import LiveEvent, admin_subscription
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import guest_mutation

from .online import FOLLOWED_PEOPLE, MOST_PEOPLE, is_visible_visitor
from .types import ONLINE_GRID, OnlineChangeType

PINGS_PER_MINUTE: Final = 120
"""From one network address, behind which a whole office may be."""

VISITOR_MISSING: Final = Refusal(
    "visitor.token_missing",
    "Send a visitor's token in the header X-Visitor: 22 to 64 characters of A-Z a-z 0-9 _ -.",
    UserErrorCode.REQUIRED,
)


@strawberry.type(description="Result of `visitorPing`.")
class VisitorPingPayload(Payload):
    is_recorded: bool = strawberry.field(description="Whether the ping counts as activity.", default=False)


@strawberry.type
class VisitorMutation:
    @guest_mutation(
        exclusive=True,
        unlimited=True,
        description="Report that somebody is in the shop, so that staff see them in the list of people online: a visitor by "
        "the header `X-Visitor` (a random token of 22 to 64 characters `A-Z a-z 0-9 _ -` that the storefront keeps), a "
        "signed-in customer by the session. The page is the path of `Referer`. Send it at most once a minute; from one "
        f"network address {PINGS_PER_MINUTE} a minute are accepted, then `RATE_LIMITED` says how long to wait. `REQUIRED` "
        "for a visitor without the header. Staff signed in as a customer are not recorded.",
    )
    async def visitor_ping(self, info: Info) -> VisitorPingPayload:
        context = info.context
        if context.viewer.kind is ViewerKind.GUEST and not context.caller.visitor:
            raise VISITOR_MISSING()
        await count_call_of_address(
            context,
            "visitor_ping",
            limit=PINGS_PER_MINUTE,
            window=dt.timedelta(minutes=1),
            message="Too many pings came from this network address.",
        )
        record_activity(context)
        return VisitorPingPayload(is_recorded=not context.viewer.is_impersonated)


@strawberry.type
class OnlineAdminQuery:
    now_online: ONLINE_GRID.connection | None = grid_field(  # pyright: ignore
        ONLINE_GRID,
        description="Customers and visitors active within the configured minutes, the latest first: a grid with filter, search, "
        "sort and facets. Columns with personal data and a search need `customers.pii` too.",
    )


@strawberry.type
class OnlineAdminSubscription:
    @admin_subscription(
        permission=ONLINE_GRID.permission,
        graphql_type=OnlineChangeType,
        description="Follow who is online: one event for each person who enters, changes or leaves, from the subscription on. Subscribe "
        f"first, then read `nowOnline`. Among the {MOST_PEOPLE} people who were active last; visitors for those who reach all "
        "websites. A client that is slow gets the newest state of each person.",
    )
    async def now_online_changed(self, info: Info) -> AsyncGenerator[Any]:
        context = info.context
        with FOLLOWED_PEOPLE.follow(context.database, seconds=context.settings.live.poll_seconds) as follower:
            told = await follower.wait()
            while True:
                people = await follower.wait()
                changes = people.changes_since(told)
                for number, change in enumerate(changes, 1):
                    if is_visible_visitor(change.visitor, context.viewer):
                        yield LiveEvent(change)
                    if follower.is_behind:  # a slow client hears of what is newest, not of all that was
                        told = told.with_changes(changes[:number])
                        break
                else:
                    told = people


MUTATIONS: Final = (VisitorMutation,)
ADMIN_QUERIES: Final = (OnlineAdminQuery,)
ADMIN_SUBSCRIPTIONS: Final = (OnlineAdminSubscription,)
