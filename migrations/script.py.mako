"""${message[:1].upper()}${message[1:]}.

Versions that run side by side: `IS_NEEDED = False` if this version's code works without it, `ENDS_OLDER_VERSIONS = True` if older
code no longer works (docs/operations.md#rolling-deploys).

A new table locks the tables its foreign keys refer to for a moment. A column without a volatile default is added in a
moment too. On a large table use `build_index`, `add_check` and `change_in_batches` of `database/schema/large_tables.py`: they
commit on their way, so that every other step has to be one that can run twice (`if_not_exists=True`).
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
