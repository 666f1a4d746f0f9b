"""Companies as rows of jobs, and customers and jobs in the history of staff.

A column without a default is added in a moment. The constraint is exchanged by one that is added as NOT VALID and validated after
a commit, so that nobody waits for the table to be read. The history of staff cannot be changed: after a downgrade it keeps what
customers did, and the constraint is not validated.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import add_check

revision = "c7a1e5d2f9b4"
down_revision = "c7a1e05d94b2"
branch_labels = None
depends_on = None

CHECK = "ck_staff_event_actor"
ACTORS = ("STAFF", "SERVICE", "SYSTEM", "NOBODY")


def upgrade() -> None:
    op.add_column("job_row", sa.Column("company_id", sa.BigInteger(), nullable=True), if_not_exists=True)
    op.add_column("staff_event", sa.Column("job_id", sa.BigInteger(), nullable=True), if_not_exists=True)
    add_check("staff_event", CHECK, _is_one_of(("CUSTOMER", *ACTORS)))


def downgrade() -> None:
    op.execute(f"ALTER TABLE staff_event DROP CONSTRAINT IF EXISTS {CHECK}")
    op.execute(f"ALTER TABLE staff_event ADD CONSTRAINT {CHECK} CHECK ({_is_one_of(ACTORS)}) NOT VALID")
    op.drop_column("staff_event", "job_id", if_exists=True)
    op.drop_column("job_row", "company_id", if_exists=True)


def _is_one_of(actors: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{actor}'" for actor in actors)
    return f"actor IN ({listed})"
