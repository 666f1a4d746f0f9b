"""Steps of migrations on tables that are too large for one transaction.

They commit on their way, so that nobody waits for long. A migration that was killed runs again from its beginning: each of
its steps has to allow that, as these do.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from alembic import op
from sqlalchemy import Row, TextClause, text

BATCH: Final = 5_000
"""Rows of a transaction, about a second of work."""

LOCK_TIMEOUT: Final = "SET lock_timeout = '2s'"
"""A migration waits little for a lock: what queues behind it waits too."""

MIGRATION_LOCK: Final = 4_701_113_209  # any number that nobody else takes
"""The advisory lock of the one session that changes tables."""


def build_index(name: str, table: str, columns: Sequence[Any], **options: Any) -> None:
    """Build an index beside the running service. One that a killed migration left unfinished is built again.

    It may wait for older transactions as long as these take, since nobody waits for it.
    """
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        parts = _parts_of(table)
        for part in parts or [table]:
            of_part = name if part == table else f"{name}{part.removeprefix(table)}"
            if _is_unfinished(of_part):
                op.drop_index(of_part, part, postgresql_concurrently=True)
            op.create_index(of_part, part, list(columns), postgresql_concurrently=True, if_not_exists=True, **options)
        op.execute(LOCK_TIMEOUT)
        if parts:  # finds those of the parts, and builds none
            op.create_index(name, table, list(columns), if_not_exists=True, **options)


def add_check(table: str, name: str, condition: str) -> None:
    """Add a check that holds for new rows at once, and for all once it has read them, which blocks nobody."""
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID")
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def change_in_batches(
    statement: TextClause,
    table: str,
    key: Sequence[str],
    read: Sequence[str],
    values_of: Callable[[Sequence[Row[Any]]], Sequence[Mapping[str, Any]]],
) -> None:
    """Run the statement for every row, by key, and commit after each batch, so that no row is locked for long.

    `values_of` makes the parameters of a batch from the columns `key` and `read` of its rows, one mapping for each run of the
    statement. The statement leaves alone what it has changed already.
    """
    names, after = ", ".join(key), {f"after_{i}": -1 for i in range(len(key))}
    rows_after = text(
        f"SELECT {', '.join((*key, *read))} FROM {table} WHERE ({names}) > ({', '.join(map(':{}'.format, after))})"
        f" ORDER BY {names} LIMIT {BATCH}"
    )
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        while rows := connection.execute(rows_after, after).fetchall():
            if values := values_of(rows):
                connection.execute(statement, values)
            after = {place: rows[-1][i] for i, place in enumerate(after)}


def _parts_of(table: str) -> list[str]:
    statement = text(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = to_regclass(:whole) ORDER BY 1"
    )
    return list(op.get_bind().scalars(statement, {"whole": table}))


def _is_unfinished(index: str) -> bool:
    statement = text("SELECT count(*) FROM pg_index WHERE indexrelid = to_regclass(:index) AND NOT indisvalid")
    found: Mapping[str, Any] = {"index": index}
    return bool(op.get_bind().scalar(statement, found))
