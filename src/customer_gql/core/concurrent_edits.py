"""Edits of one record by several people: what conflicts, and with which values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import RuleError, UserErrorCode

Changes = Mapping[str, tuple[Any, Any]]
"""Fields that were changed, with the value before and after."""


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """A field that both the caller and somebody else changed: its input name, and its values as text.

    `base` is what the caller started from, `yours` what the caller wants, `stored` what is stored now.
    """

    field: str
    base: str | None
    yours: str | None
    stored: str | None


class VersionConflict(RuleError):
    code = UserErrorCode.VERSION_CONFLICT

    def __init__(self, current_version: int, conflicts: list[FieldConflict]) -> None:
        names = ", ".join(conflict.field for conflict in conflicts)
        super().__init__(f"Changed by somebody else since version was read: {names}.", path=["expectedVersion"])
        self.current_version = current_version
        self.conflicts = conflicts
