"""The kinds of entries in the histories of customers. A slice declares its own: by the events that they cause, as `EVENTS`,
and as `HISTORY` those that no event tells."""

from typing import Final

from customer_gql.core.joined import Joined
from customer_gql.messaging.events.event_types import event_type_by_history_kind

UNTOLD_KINDS: Final[Joined[str]] = Joined("kinds of history", str)
"""Those that cause no event."""


def list_history_kinds() -> list[str]:
    return sorted({*UNTOLD_KINDS, *event_type_by_history_kind()})


def find_event_type(kind: str) -> str | None:
    """The event that an entry of this kind causes. Raises `LookupError` for a kind that no slice declares."""
    event_type = event_type_by_history_kind().get(kind)
    if event_type is None and kind not in UNTOLD_KINDS:
        raise LookupError(f"No slice declares the kind of history {kind}: add it to HISTORY in its `slice.py`.")
    return event_type
