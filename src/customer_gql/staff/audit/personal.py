"""Which values of the history of staff are facts about persons, shown with `customers.pii` alone."""

from typing import Final, NamedTuple


class PersonalChanges(NamedTuple):
    """Of objects whose ids have this prefix, the values of these names."""

    prefix: str
    names: frozenset[str]


PERSONAL_CHANGES: Final[list[PersonalChanges]] = []
"""What slices declare, joined by `schema/slices.py`."""


def is_personal(subject: str | None, name: str) -> bool:
    return subject is not None and any(
        subject.startswith(f"{one.prefix}_") and name in one.names for one in PERSONAL_CHANGES
    )
