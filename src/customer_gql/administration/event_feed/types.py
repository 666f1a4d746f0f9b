import datetime as dt
import enum
from collections.abc import Sequence
from typing import Any

import strawberry
from strawberry.scalars import JSON

from customer_gql.administration.jobs.types import JobType, find_job
from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.reads import find_reachable_customer
from customer_gql.customers.profile.types import CustomerLink
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.scalars import graph_enum
from customer_gql.messaging.events.event_types import EVENT_TYPES, EventType
from customer_gql.messaging.events.reads import describe_event

from .feed import encode_event_cursor


def name_event_type(name: str) -> str:
    """The value of the enum for the name on the wire: `CUSTOMER_UPDATED` for `customer.updated`."""
    return name.replace(".", "_").upper()


EventTypeEnum: Any = enum.Enum("EventType", {name_event_type(name): name for name in EVENT_TYPES})
graph_enum(
    EventTypeEnum,
    "Type of an event. Its name on the wire is in lower case, as `customer.updated`; `eventTypes` lists them.",
    {name_event_type(one.name): one.description for one in EVENT_TYPES.values()},
)


def wire_names(types: Sequence[Any] | None) -> list[str] | None:
    return None if types is None else [one.value for one in types]


@strawberry.type(description="A type of event, with its names.")
class EventTypeName:
    name: str = column("Name on the wire, in webhooks.")
    alias: str | None = column("Name by which programs that follow audiences know it; null for none.")
    description: str = column("What happened.")

    @strawberry.field(description="Name in this graph.")
    def type(self: Any) -> EventTypeEnum:  # pyright: ignore[reportInvalidTypeForm]
        return EventTypeEnum(self.name)


def list_event_types() -> list[EventType]:
    return list(EVENT_TYPES.values())


@strawberry.type(
    description="Something that happened, for other systems. It holds ids and names of fields, and no value of a field: read "
    "`customer` for these."
)
class DomainEvent:
    occurred_at: dt.datetime = column("Time at which it happened. Order events by their place in the feed, not by it.")

    @strawberry.field(description="Id of the event, and `webhook-id` where it is sent. Starts with `dev_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("dev", self.id))

    @strawberry.field(description="Place of the event in the feed, for `after`.")
    def cursor(self: Any) -> str:
        return encode_event_cursor(self.position)

    @strawberry.field(description="What happened.")
    def type(self: Any) -> EventTypeEnum:  # pyright: ignore[reportInvalidTypeForm]
        return EventTypeEnum(self.type)

    @strawberry.field(description="Id of what it happened to: a customer or a job. Deleted ones keep it.")
    def subject_id(self: Any) -> strawberry.ID:
        return strawberry.ID(self.subject)

    @strawberry.field(
        description="What else is told, as webhooks send it: `changedFields`, the `version` of the customer after it, "
        "`websiteId`, `jobId`, and as `actor` and `actorId` who did it."
    )
    def data(self: Any) -> JSON:  # pyright: ignore[reportInvalidTypeForm]
        told: Any = describe_event(self)
        return told

    @strawberry.field(
        graphql_type=CustomerLink | None,
        description="The customer as stored now; null when deleted, moved out of reach, or when it is about no customer.",
    )
    async def customer(self: Any, info: Info) -> Any:
        return None if self.customer_id is None else await find_reachable_customer(info.context, self.customer_id)

    @strawberry.field(
        graphql_type=JobType | None,
        description="Job that caused it, or that it is about; null for none, or for those who do not see the job.",
    )
    async def job(self: Any, info: Info) -> Any:
        return await find_job(info.context, self.job_id)
