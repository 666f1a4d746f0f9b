"""${message[:1].upper()}${message[1:]}.

A new table locks the tables its foreign keys refer to for a moment. A column without a volatile default is added in a
moment too. On a large table, build an index with `postgresql_concurrently=True` inside an `autocommit_block`, and add a
constraint as NOT VALID before it is validated.
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
