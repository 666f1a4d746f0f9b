"""Types of events. Each slice declares its own as `EVENTS`."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from customer_gql.core.joined import Joined


@dataclass(frozen=True, slots=True)
class EventType:
    """`history_kinds` are the kinds of history entries that cause an event of this type."""

    name: str
    description: str
    history_kinds: tuple[str, ...] = ()


EVENT_TYPES: Final[Joined[EventType]] = Joined("event types", attrgetter("name"))


def event_type_by_history_kind() -> Mapping[str, str]:
    """Name of the event type by kind of history entry; a kind without one is of no interest outside."""
    return {kind: event_type.name for event_type in EVENT_TYPES.values() for kind in event_type.history_kinds}
