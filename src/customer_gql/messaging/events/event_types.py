"""Types of events. Each slice declares its own as `EVENTS`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from customer_gql.core.joined import Joined

EDITS: Final = ("EDITED", "IMPORTED")
"""Kinds of history entries that are about any fields, so that some of the fields cause events of their own."""


@dataclass(frozen=True, slots=True)
class EventType:
    """`history_kinds` are the kinds of history entries that cause an event of this type. `edited` are fields whose change by
    one of `EDITS` causes one too, besides that of the entry; `adr_` stands for every field of an address.

    `alias` is the name by which programs that follow audiences know it.
    """

    name: str
    description: str
    history_kinds: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    alias: str | None = None


EVENT_TYPES: Final[Joined[EventType]] = Joined("event types", attrgetter("name"))


def event_type_by_history_kind() -> Mapping[str, str]:
    """Name of the event type by kind of history entry; a kind without one is of no interest outside."""
    return EVENT_TYPES.index(_name_by_kind)


def _name_by_kind(types: Collection[EventType]) -> Mapping[str, str]:
    return {kind: event_type.name for event_type in types for kind in event_type.history_kinds}


def fields_by_event_type(kind: str) -> Mapping[str, tuple[str, ...]]:
    """Event types besides the one of the kind itself, with the fields of an entry that cause them."""
    return EVENT_TYPES.index(_fields_by_name) if kind in EDITS else {}


def _fields_by_name(types: Collection[EventType]) -> Mapping[str, tuple[str, ...]]:
    return {event_type.name: event_type.edited for event_type in types if event_type.edited}


def find_edit_types(kind: str, changed: Iterable[str]) -> list[str]:
    """The types that the changed fields of an entry cause besides the one of its kind."""
    named = {field[:4] if "." in field else field for field in changed}
    return [name for name, fields in fields_by_event_type(kind).items() if not named.isdisjoint(fields)]
