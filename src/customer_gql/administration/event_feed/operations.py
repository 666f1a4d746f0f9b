from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.permissions import Permission
from customer_gql.graph.connections import After, Connection, First, make_window
from customer_gql.graph.context import Info
from customer_gql.graph.live import admin_subscription
from customer_gql.graph.roots import admin_field

from .feed import read_event_page
from .following import follow_events
from .types import DomainEvent, EventTypeEnum, EventTypeName, list_event_types, wire_names


@strawberry.type
class EventAdminQuery:
    @admin_field(
        permission=Permission.EVENTS_READ,
        graphql_type=Connection[DomainEvent],
        description="Events of the websites that the viewer reaches, oldest first, for programs that follow them. Store "
        "`endCursor`, which is set on an empty page too, and pass it as `after` next time: no committed event is skipped, "
        "however long its transaction was open, and the events of one customer come in the order of their commits. A page may "
        "be short or empty where `hasNextPage` is true. An event is there about a second after its commit and is kept for "
        "`events.kept_days`; a cursor that is older is `BAD_USER_INPUT` with the key `events.cursor_expired`. Without "
        "`after` it begins with the oldest event.",
    )
    async def events(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        types: Annotated[
            list[EventTypeEnum] | None,  # pyright: ignore[reportInvalidTypeForm]
            strawberry.argument(description="Types of events to show; all by default."),
        ] = None,
    ) -> Any:
        return await read_event_page(info.context, make_window(first, after, None, None), wire_names(types))

    @admin_field(
        permission=Permission.EVENTS_READ,
        graphql_type=list[EventTypeName],
        description="All types of events, with their names.",
        assumed=30,
    )
    async def event_types(self, info: Info) -> Any:  # noqa: ARG002
        return list_event_types()


@strawberry.type
class EventAdminSubscription:
    @admin_subscription(
        permission=Permission.EVENTS_READ,
        graphql_type=DomainEvent,
        description="Follow the feed of events of the websites that the viewer reaches, from `after` on, else from now on. Nothing is "
        "skipped and nothing comes twice: a client that is slow stays at its place, and one that was cut off goes on with the `cursor` "
        "of the last event, which is the id of a server-sent event too. A cursor that is too old is `BAD_USER_INPUT` with the key "
        "`events.cursor_expired`, as for `events`.",
    )
    async def event_published(
        self,
        info: Info,
        after: Annotated[
            str | None,
            strawberry.argument(
                description="Cursor of the last event that the client has; `Last-Event-ID` stands in for it."
            ),
        ] = None,
        types: Annotated[
            list[EventTypeEnum] | None,  # pyright: ignore[reportInvalidTypeForm]
            strawberry.argument(description="Types of events to follow; all by default."),
        ] = None,
    ) -> AsyncGenerator[Any]:
        begun = info.context.resumes_after or after
        async with aclosing(follow_events(info.context, begun, wire_names(types))) as events:
            async for event in events:
                yield event


ADMIN_QUERIES: Final = (EventAdminQuery,)
ADMIN_SUBSCRIPTIONS: Final = (EventAdminSubscription,)
