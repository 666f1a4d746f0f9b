"""Histories in parts by month.

What was there becomes the oldest part, as it is; `customer-gql history` begins others. Versions that do not know parts read and
write the table by the same name.
"""

import datetime as dt
from typing import Any

from alembic import op

from customer_gql.database.schema.parts import (
    GRANTS,
    HISTORIES,
    INDEXES,
    NEWEST_KEY,
    PARTS,
    begin_steps,
    check_steps,
    choose_end,
    end_steps,
    first_key_of,
    read_parts,
)

revision = "f2e39fb39046"
down_revision = "e3b9d4f17a60"
branch_labels = None
depends_on = None
IS_NEEDED = False


def ask(statement: str, table: str) -> list[Any]:
    return [tuple(row) for row in op.get_bind().exec_driver_sql(statement.format(table=table))]


def upgrade() -> None:
    for table in HISTORIES:
        if ask(PARTS, table):
            continue  # before it was killed
        [(newest,)] = ask(NEWEST_KEY, table)
        end = choose_end(newest, dt.datetime.now(dt.UTC))
        with op.get_context().autocommit_block():
            for step in check_steps(table, None, first_key_of(end)):
                op.execute(step)
        for step in begin_steps(table, end, ask(INDEXES, table), ask(GRANTS, table)):
            op.execute(step)


def downgrade() -> None:
    for table in HISTORIES:
        parts = read_parts(ask(PARTS, table))
        for step in end_steps(table, parts, ask(INDEXES, parts[0].name), ask(GRANTS, table)):
            op.execute(step)
