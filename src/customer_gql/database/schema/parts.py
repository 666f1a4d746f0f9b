"""Histories in parts by month, so that old months are dropped at once and nothing is ever deleted row by row.

A key of a history begins with the time at which it was made (`core.ids`), so that a part is a range of keys. The newest part has no
end, so that a row always has a place. `split_newest` gives it one, at the beginning of a month, and starts another; what the table
was before it had parts is the oldest of them. No row is moved, and others wait for no more than a moment.

Each step is a statement. Steps of one transaction stand together; those before it can run again after a command was killed.
"""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from customer_gql.core.ids import COUNTER_BITS, EPOCH_MS

HISTORIES: Final = ("customer_event", "staff_event")
_NEWEST: Final = "newest"
_NAME: Final = re.compile(rf"(?:{'|'.join(HISTORIES)})_(?:{_NEWEST}|to_\d{{4}}_\d{{2}})")
_CHECK: Final = "is_within_part"
_AHEAD: Final = dt.timedelta(days=1)
"""A part gets its end before anyone makes keys beyond it."""

NEWEST_KEY: Final = "SELECT max(id) FROM {table}"
PARTS: Final = """
SELECT c.relname::text AS name, pg_get_expr(c.relpartbound, c.oid) AS bounds
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass('{table}')
"""
INDEXES: Final = """
SELECT x.relname::text AS name, pg_get_indexdef(i.indexrelid) AS definition, i.indisprimary AS is_primary
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = to_regclass('{table}') ORDER BY x.relname
"""
GRANTS: Final = """
SELECT a.grantee::regrole::text AS role, string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type) AS rights
FROM pg_class c, aclexplode(c.relacl) a
WHERE c.oid = to_regclass('{table}') AND a.grantee <> 0 AND a.grantee <> c.relowner GROUP BY 1 ORDER BY 1
"""


class Part(NamedTuple):
    """Keys from `start` on, before `end`; None is without a limit."""

    name: str
    start: int | None
    end: int | None


def is_part(name: str | None) -> bool:
    """Whether a table is a part of a history, which the service reads and writes by the name of the whole."""
    return name is not None and _NAME.fullmatch(name) is not None


def first_key_of(moment: dt.datetime) -> int:
    return max(0, int(moment.timestamp() * 1000) - EPOCH_MS) << COUNTER_BITS


def time_of(key: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(((key >> COUNTER_BITS) + EPOCH_MS) / 1000, dt.UTC)


def month_before(moment: dt.datetime, months: int) -> dt.datetime:
    """The beginning of the month so many months before that of the moment, or after it where negative."""
    place = moment.year * 12 + moment.month - 1 - months
    return dt.datetime(place // 12, place % 12 + 1, 1, tzinfo=dt.UTC)


def choose_end(newest_key: int | None, now: dt.datetime) -> dt.datetime:
    """The beginning of a month that no row has reached yet."""
    latest = now + _AHEAD if newest_key is None else max(now + _AHEAD, time_of(newest_key))
    return month_before(latest, -1)


def read_parts(rows: Sequence[Any]) -> list[Part]:
    """The oldest first."""
    parts = [Part(name, *_read_bounds(bounds)) for name, bounds in rows]
    return sorted(parts, key=lambda part: part.start or -1)


def _read_bounds(bounds: str) -> tuple[int | None, int | None]:
    start, end = re.findall(r"\(('?-?\d+'?|MINVALUE|MAXVALUE)\)", bounds)
    return _read_bound(start), _read_bound(end)


def _read_bound(text: str) -> int | None:
    return None if text.endswith("VALUE") else int(text.strip("'"))


def check_steps(table: str, start: int | None, end: int) -> tuple[str, ...]:
    """A check that proves the bounds of a part: it is validated without a lock, so that the table is not read under one."""
    begins = "" if start is None else f"id >= {start} AND "
    return (
        drop_check_step(table),
        f"ALTER TABLE {table} ADD CONSTRAINT {_CHECK} CHECK ({begins}id < {end}) NOT VALID",
        f"ALTER TABLE {table} VALIDATE CONSTRAINT {_CHECK}",
    )


def drop_check_step(table: str) -> str:
    """Where the steps after `check_steps` failed: a check that stayed would refuse every entry from the end of the part on."""
    return f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {_CHECK}"


def begin_steps(table: str, end: dt.datetime, indexes: Sequence[Any], grants: Sequence[Any]) -> list[str]:
    """In one transaction, after `check_steps`: the table becomes the oldest part of one with parts. `indexes` are those of the table,
    with `INDEXES`, and `grants` its rights, with `GRANTS`; the whole gets both."""
    oldest, key = _name_part(table, end), first_key_of(end)
    suffix = oldest.removeprefix(table)
    steps = [f"ALTER TABLE {table} RENAME TO {oldest}"]
    steps += [f"ALTER INDEX {name} RENAME TO {name}{suffix}" for name, *_ in indexes]
    copied = "INCLUDING DEFAULTS INCLUDING CONSTRAINTS"
    steps += [
        # The sequence behind an old default would outlive the part that owns it; keys come from the application.
        f"ALTER TABLE {oldest} ALTER COLUMN id DROP DEFAULT",
        f"CREATE TABLE {table} (LIKE {oldest} {copied}) PARTITION BY RANGE (id)",
        f"ALTER TABLE {table} DROP CONSTRAINT {_CHECK}",
    ]
    for name, definition, is_primary in indexes:
        columns = _columns_of(definition)
        steps.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} PRIMARY KEY{columns}" if is_primary else definition)
    steps += [
        f"ALTER TABLE {table} ATTACH PARTITION {oldest} FOR VALUES FROM (MINVALUE) TO ({key})",
        f"ALTER TABLE {oldest} DROP CONSTRAINT {_CHECK}",
        f"CREATE TABLE {table}_{_NEWEST} PARTITION OF {table} FOR VALUES FROM ({key}) TO (MAXVALUE)",
    ]
    for role, rights in grants:
        steps += [f"GRANT {rights} ON {table} TO {role}", f"REVOKE ALL ON {oldest} FROM {role}"]
    protected = f"{table}, {oldest}, {table}_{_NEWEST}"
    return [*steps, f"REVOKE UPDATE, DELETE, TRUNCATE ON {protected} FROM CURRENT_USER"]


def split_steps(table: str, start: int, end: dt.datetime) -> list[str]:
    """In one transaction, after `check_steps` of the newest part: it ends, and another begins."""
    newest, ended, key = f"{table}_{_NEWEST}", _name_part(table, end), first_key_of(end)
    return [
        f"ALTER TABLE {table} DETACH PARTITION {newest}",
        f"ALTER TABLE {newest} RENAME TO {ended}",
        f"ALTER TABLE {table} ATTACH PARTITION {ended} FOR VALUES FROM ({start}) TO ({key})",
        f"ALTER TABLE {ended} DROP CONSTRAINT {_CHECK}",
        f"CREATE TABLE {newest} PARTITION OF {table} FOR VALUES FROM ({key}) TO (MAXVALUE)",
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {newest} FROM CURRENT_USER",
    ]


def end_steps(
    table: str, parts: Sequence[Part], indexes: Sequence[Any], of_whole: Sequence[Any], grants: Sequence[Any]
) -> list[str]:
    """In one transaction: one table again, with the rows of all parts. `indexes` are those of the oldest part, which get the names of
    those `of_whole`: where the first part was dropped, the database has named them."""
    oldest, *later = [part.name for part in parts]
    steps = [f"ALTER TABLE {table} DETACH PARTITION {name}" for name in (oldest, *later)]
    steps += [f"INSERT INTO {oldest} SELECT * FROM {name}" for name in later]
    steps += [f"DROP TABLE {name}" for name in (table, *later)]
    names = {_columns_of(definition): name for name, definition, _ in of_whole}
    found = [(name, names.get(_columns_of(definition))) for name, definition, _ in indexes]
    steps += [f"ALTER INDEX {name} RENAME TO {wanted}" for name, wanted in found if wanted is not None]
    steps.append(f"ALTER TABLE {oldest} RENAME TO {table}")
    return [*steps, *[f"GRANT {rights} ON {table} TO {role}" for role, rights in grants]]


def _columns_of(definition: str) -> str:
    return definition[definition.rindex("USING btree") + len("USING btree") :]


def _name_part(table: str, end: dt.datetime) -> str:
    return f"{table}_to_{end:%Y_%m}"
