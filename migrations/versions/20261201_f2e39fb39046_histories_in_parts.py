"""Histories in parts by month.

What was there becomes the oldest part, as it is; `customer-gql history` begins others. Versions that do not know parts read and
write the table by the same name.
"""

import datetime as dt
import time
from typing import Any

from alembic import op
from sqlalchemy.exc import DBAPIError

from customer_gql.database.schema.compatibility import MigrationFailed
from customer_gql.database.schema.parts import (
    GRANTS,
    HISTORIES,
    INDEXES,
    NEWEST_KEY,
    PARTS,
    begin_steps,
    check_steps,
    choose_end,
    drop_check_step,
    end_steps,
    first_key_of,
    read_parts,
)

revision = "f2e39fb39046"
down_revision = "e3b9d4f17a60"
branch_labels = None
depends_on = None
IS_NEEDED = False

MOST_TRIES = 20


def ask(statement: str, table: str) -> list[Any]:
    return [tuple(row) for row in op.get_bind().exec_driver_sql(statement.format(table=table))]


def upgrade() -> None:
    for table in HISTORIES:
        if ask(PARTS, table):
            continue  # before it was killed
        [(newest,)] = ask(NEWEST_KEY, table)
        end = choose_end(newest, dt.datetime.now(dt.UTC))
        try:
            with op.get_context().autocommit_block():
                for step in check_steps(table, None, first_key_of(end)):
                    op.execute(step)
            with op.get_bind().begin_nested():
                for step in begin_steps(table, end, ask(INDEXES, table), ask(GRANTS, table)):
                    op.execute(step)
        except DBAPIError:
            leave_open(table, end)
            raise


def leave_open(table: str, end: dt.datetime) -> None:
    """The check is dropped again: it would refuse entries from the end on, if the migration is put off until then."""
    for _ in range(MOST_TRIES):
        with op.get_context().autocommit_block():
            try:
                op.execute(drop_check_step(table))
            except DBAPIError:  # others read the table
                time.sleep(1)
            else:
                return
    raise MigrationFailed(
        f"{table} was locked by others for too long. Run `customer-gql migrate` again before {end:%Y-%m-%d}: from then on it "
        "would refuse new entries."
    )


def downgrade() -> None:
    for table in HISTORIES:
        parts = read_parts(ask(PARTS, table))
        indexes, of_whole = ask(INDEXES, parts[0].name), ask(INDEXES, table)
        for step in end_steps(table, parts, indexes, of_whole, ask(GRANTS, table)):
            op.execute(step)
