"""Rows that a program sends, judged as if each came alone: by the version that the program gives, and what was sent before
(docs/domain/sync.md#sync-2)."""

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, Text, column as sql_column, select
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.errors import Refusal, RuleError, RuleErrors, UserErrorCode
from customer_gql.core.values.idempotency_keys import hash_input
from customer_gql.database.record_versions import lock_record
from customer_gql.database.statements import (
    Connection,
    Statement,
    compile_statement,
    equals_any,
    execute_statement,
    fetch_rows,
    given_rows,
)

from .tables import SyncKind, sync_record

MAX_ROWS: Final = 1_000
_NO_ROWS: Final = Refusal("sync.no_rows", "Send at least one row.", UserErrorCode.REQUIRED)
_TOO_MANY: Final = Refusal("sync.too_many_rows", "Send at most {limit} rows at once.", UserErrorCode.TOO_MANY)
CONFLICT: Final = Refusal(
    "sync.conflict",
    "Another content came with this version before. Send a higher version.",
    UserErrorCode.NOT_ALLOWED,
)


class SyncOutcome(enum.StrEnum):
    CREATED = "CREATED"
    UPDATED = "UPDATED"
    UNCHANGED = "UNCHANGED"
    STALE = "STALE"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class GivenRow:
    """`content` is everything else of the row in its normal form, as JSON; `errors` are what is wrong with it by itself. `scope`
    tells apart the rows of one external id that have versions of their own."""

    external_id: str
    version: int
    content: Mapping[str, Any]
    errors: Sequence[RuleError] = ()
    scope: str | None = None

    @property
    def key(self) -> str:
        # No external id has a tab in it.
        return self.external_id if self.scope is None else f"{self.external_id}\t{self.scope}"


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What became of a row. A retry helps where what it names may still come."""

    index: int
    external_id: str
    outcome: SyncOutcome
    record_id: int | None = None
    refused: Sequence[RuleError] = ()
    is_retryable: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """The newest version of a record that a call brought."""

    row: GivenRow
    record_id: int


@dataclass(frozen=True, slots=True)
class Known:
    version: int
    content_hash: int
    record_id: int


@dataclass(slots=True)
class Judged:
    """`accepted` is by the keys of the rows."""

    results: list[SyncResult] = field(default_factory=list)
    accepted: dict[str, Accepted] = field(default_factory=dict)


Decide = Callable[[GivenRow, int | None], tuple[int, bool]]
"""By a row, and the record it was before: the record that it is, and whether that is new. Raises `RuleError` and `RuleErrors`. It
sees what it decided for the rows before."""


def refuse_row_count(count: int) -> None:
    if not count:
        raise _NO_ROWS(path=["rows"])
    if count > MAX_ROWS:
        raise _TOO_MANY(path=["rows"], limit=MAX_ROWS)


async def lock_known(connection: Connection, kind: SyncKind, rows: Sequence[GivenRow]) -> dict[str, Known]:
    """What came before of these rows. One transaction at a time takes rows of a kind."""
    await lock_record(connection, f"sync:{kind.value}")
    given = sorted({row.key for row in rows})
    of_given = select(sync_record).where(sync_record.c.kind == kind.value, equals_any(sync_record.c.external_id, given))
    return {
        row.external_id: Known(row.source_version, row.content_hash, row.record_id)
        for row in await fetch_rows(connection, of_given)
    }


def judge_rows(
    rows: Sequence[GivenRow], known: Mapping[str, Known], decide: Decide, *, retryable: frozenset[str] = frozenset()
) -> Judged:
    """In their order, each after what became of those before. `retryable` are the keys of refusals that a retry may help."""
    present, judged = dict(known), Judged()
    for index, row in enumerate(rows):
        result = _judge_row(index, row, present.get(row.key), decide, retryable)
        judged.results.append(result)
        if result.outcome in (SyncOutcome.CREATED, SyncOutcome.UPDATED):
            assert result.record_id is not None
            present[row.key] = Known(row.version, hash_input(row.content), result.record_id)
            judged.accepted[row.key] = Accepted(row, result.record_id)
    return judged


def _judge_row(
    index: int, row: GivenRow, before: Known | None, decide: Decide, retryable: frozenset[str]
) -> SyncResult:
    known_id = None if before is None else before.record_id
    errors = row.errors
    if not errors:
        try:
            found = None if before is None else _compare_versions(row, before)
            if found is not None:
                return SyncResult(index, row.external_id, found, known_id)
            record_id, is_new = decide(row, known_id)
            outcome = SyncOutcome.CREATED if is_new else SyncOutcome.UPDATED
            return SyncResult(index, row.external_id, outcome, record_id)
        except RuleErrors as several:
            errors = several.errors
        except RuleError as error:
            errors = [error]
    told = [error.at(["rows", str(index), *(error.path or [])]) for error in errors]
    helps = all(error.key in retryable for error in errors)
    return SyncResult(index, row.external_id, SyncOutcome.REFUSED, known_id, told, helps)


def _compare_versions(row: GivenRow, before: Known) -> SyncOutcome | None:
    """The outcome of a row that is not newer; None for one that is. Raises `RuleError`."""
    if row.version > before.version:
        return None
    if row.version < before.version:
        return SyncOutcome.STALE
    if hash_input(row.content) != before.content_hash:
        raise CONFLICT(path=["sourceVersion"])
    return SyncOutcome.UNCHANGED


_given: Final = given_rows(
    "rows",
    sql_column("kind", Text),
    sql_column("external_id", Text),
    sql_column("source_version", BigInteger),
    sql_column("content_hash", BigInteger),
    sql_column("record_id", BigInteger),
)
_VALUES: Final = ("source_version", "content_hash", "record_id")
_put = upsert(sync_record).from_select(sync_record.c.keys(), select(*_given.c).order_by(_given.c.external_id))
_PUT: Final[Statement] = compile_statement(
    _put.on_conflict_do_update(
        index_elements=["kind", "external_id"], set_={name: _put.excluded[name] for name in _VALUES}
    )
)


async def remember_rows(connection: Connection, kind: SyncKind, accepted: Mapping[str, Accepted]) -> None:
    rows = [
        {
            "kind": kind.value,
            "external_id": key,
            "source_version": one.row.version,
            "content_hash": hash_input(one.row.content),
            "record_id": one.record_id,
        }
        for key, one in accepted.items()
    ]
    await execute_statement(connection, _PUT, rows=orjson.dumps(rows).decode())
