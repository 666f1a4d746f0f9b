"""Who comes, goes and acts, for those who follow it (docs/domain/live.md#live-6)."""

import enum
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from customer_gql.core.viewer import Viewer
from customer_gql.database.pools import Database
from customer_gql.database.statements import Row, compile_statement, fetch_rows
from customer_gql.loading.followed import Followed

from .filters import NOW_ONLINE

MOST_PEOPLE: Final = 5_000
_UNNUMBERED: Final = -2
_LATEST: Final = compile_statement(
    NOW_ONLINE.nodes.order_by(NOW_ONLINE.columns["lastActivityAt"].value.desc(), *NOW_ONLINE.key).limit(MOST_PEOPLE)
)


class OnlineChangeKind(enum.StrEnum):
    ENTERED = "ENTERED"
    UPDATED = "UPDATED"
    LEFT = "LEFT"


@dataclass(frozen=True, slots=True)
class OnlineChange:
    """`visitor` is the row as it is now; of one who left, as it was last."""

    change: OnlineChangeKind
    visitor: Row


@dataclass(frozen=True, slots=True)
class OnlinePeople:
    """Who is online, and how that differs from the people numbered one less. Rows that did not change are the same objects."""

    number: int
    by_key: Mapping[Any, Row]
    changes: list[OnlineChange]

    def changes_since(self, told: "OnlinePeople") -> list[OnlineChange]:
        if told.number == self.number - 1:
            return self.changes
        return [] if told.number == self.number else _find_changes(told.by_key, self.by_key)

    def with_changes(self, told: Iterable[OnlineChange]) -> "OnlinePeople":
        """As one knows them who was told of these changes alone."""
        by_key = dict(self.by_key)
        for change in told:
            key = (change.visitor.kind, change.visitor.place)
            if change.change is OnlineChangeKind.LEFT:
                by_key.pop(key, None)
            else:
                by_key[key] = change.visitor
        return OnlinePeople(_UNNUMBERED, by_key, [])


async def _read_people(database: Database, _keys: Collection[Hashable], before: OnlinePeople | None) -> OnlinePeople:
    async with database.reads.acquire() as connection:
        rows = await fetch_rows(connection, _LATEST)
    if before is None:
        return OnlinePeople(0, {(row.kind, row.place): row for row in rows}, [])
    by_key: dict[Any, Row] = {}
    for row in rows:
        known = before.by_key.get((row.kind, row.place))
        by_key[row.kind, row.place] = row if known is None or known != row else known
    changes = _find_changes(before.by_key, by_key)
    return OnlinePeople(before.number + 1, by_key, changes) if changes else before


def _find_changes(before: Mapping[Any, Row], after: Mapping[Any, Row]) -> list[OnlineChange]:
    left = [OnlineChange(OnlineChangeKind.LEFT, row) for key, row in before.items() if key not in after]
    there = [(before.get(key), row) for key, row in after.items()]
    return left + [
        OnlineChange(OnlineChangeKind.ENTERED if known is None else OnlineChangeKind.UPDATED, row)
        for known, row in there
        if known is not row
    ]


def is_visible_visitor(row: Row, viewer: Viewer) -> bool:
    """Which website a visitor looks at is not known; only who reaches all of them sees visitors."""
    return viewer.website_ids is None or (row.website_id is not None and viewer.reaches(row.website_id))


FOLLOWED_PEOPLE: Final[Followed[OnlinePeople]] = Followed("people online", _read_people)
