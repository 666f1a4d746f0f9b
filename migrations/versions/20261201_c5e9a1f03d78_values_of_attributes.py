"""Values of attributes of customers and addresses, and jobs that remove them.

Creates tables, and changes small ones, which are locked for a moment each.
"""

import sqlalchemy as sa
from alembic import op

revision = "c5e9a1f03d78"
down_revision = "b7d41e08c52a"
branch_labels = None
depends_on = None

KINDS = ("MASS_ACTION", "UNDO", "EXPORT", "IMPORT", "WEBHOOK_REPLAY", "GROUP_DELETE")
FLAGS = (("attribute", "is_being_deleted"), ("attribute_option", "is_being_removed"))


def upgrade() -> None:
    _create("customer_attribute", ["customer_id"], ["customer.id"])
    _create("address_attribute", ["customer_id", "address_id"], ["address.customer_id", "address.id"])
    for table, flag in FLAGS:
        op.add_column(table, sa.Column(flag, sa.Boolean(), server_default=sa.false(), nullable=False))
    _allow_kinds(*KINDS, "ATTRIBUTE_DELETE")


def _create(name: str, owner: list[str], key: list[str]) -> None:
    op.create_table(
        name,
        *[sa.Column(column, sa.BigInteger(), nullable=False) for column in owner],
        sa.Column("attribute_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("text_value", sa.Text(), nullable=True),
        sa.Column("date_value", sa.Date(), nullable=True),
        sa.Column("boolean_value", sa.Boolean(), nullable=True),
        sa.Column("option_code", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(text_value, date_value, boolean_value, option_code) = 1", name=op.f(f"ck_{name}_content")
        ),
        sa.ForeignKeyConstraint(["attribute_id"], ["attribute.id"], name=op.f(f"fk_{name}_attribute_id")),
        sa.ForeignKeyConstraint(
            ["attribute_id", "option_code"],
            ["attribute_option.attribute_id", "attribute_option.code"],
            name=op.f(f"fk_{name}_option_code"),
        ),
        sa.ForeignKeyConstraint(owner, key, name=op.f(f"fk_{name}_{'_'.join(owner)}"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint(*owner, "attribute_id", "place", name=op.f(f"pk_{name}")),
    )
    op.create_index(f"ix_{name}_attribute_id", name, ["attribute_id", "option_code", "customer_id"])


def downgrade() -> None:
    op.execute("DELETE FROM job_run WHERE kind = 'ATTRIBUTE_DELETE'")
    _allow_kinds(*KINDS)
    for table, flag in FLAGS:
        op.drop_column(table, flag)
    op.drop_table("address_attribute")
    op.drop_table("customer_attribute")


def _allow_kinds(*kinds: str) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(op.f("ck_job_run_kind"), "job_run", type_="check")
    op.create_check_constraint(op.f("ck_job_run_kind"), "job_run", f"kind IN ({listed})")
