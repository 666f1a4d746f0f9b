"""Ledger entries name their cause.

A new table locks the tables its foreign keys refer to for a moment. A column without a volatile default is added in a
moment too. On a large table, build an index with `postgresql_concurrently=True` inside an `autocommit_block`, and add a
constraint as NOT VALID before it is validated.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "a1db79d8eba7"
down_revision = "5c7e19d40b62"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refused_movement",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.BigInteger(), nullable=False),
        sa.Column("refusals", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "actor IN ('CUSTOMER', 'STAFF', 'SERVICE', 'SYSTEM')", name=op.f("ck_refused_movement_actor")
        ),
        sa.CheckConstraint(
            "char_length(idempotency_key) BETWEEN 1 AND 128", name=op.f("ck_refused_movement_idempotency_key_length")
        ),
        sa.PrimaryKeyConstraint(
            "customer_id", "ledger", "actor", "actor_id", "idempotency_key", name=op.f("pk_refused_movement")
        ),
    )
    op.create_index("ix_refused_movement_created_at", "refused_movement", ["created_at"], unique=False)
    op.alter_column(
        "order_statistics",
        "lifetime_value",
        existing_type=sa.BIGINT(),
        type_=sa.Numeric(precision=38, scale=0),
        existing_nullable=False,
    )
    # What was booked before does not say who did it, so it counts as the service's own.
    op.add_column("reward_points_entry", sa.Column("actor", sa.Text(), server_default="SYSTEM", nullable=False))
    op.add_column("reward_points_entry", sa.Column("actor_id", sa.BigInteger(), server_default="0", nullable=False))
    op.alter_column("reward_points_entry", "actor", server_default=None)
    op.alter_column("reward_points_entry", "actor_id", server_default=None)
    op.add_column("reward_points_entry", sa.Column("order_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "reward_points_entry", sa.Column("is_customer_notified", sa.Boolean(), server_default="false", nullable=False)
    )
    op.drop_constraint(
        op.f("uq_reward_points_entry_customer_id_website_id_idempotency_key"), "reward_points_entry", type_="unique"
    )
    op.create_check_constraint(
        op.f("ck_reward_points_entry_actor"),
        "reward_points_entry",
        "actor IN ('CUSTOMER', 'STAFF', 'SERVICE', 'SYSTEM')",
    )
    op.create_unique_constraint(
        op.f("uq_reward_points_entry_customer_id_actor_actor_id_idempotency_key"),
        "reward_points_entry",
        ["customer_id", "actor", "actor_id", "idempotency_key"],
    )
    op.add_column("reward_points_rate", sa.Column("currency", sa.CHAR(length=3)))
    # A rate for all websites was meant in the currency of the default one.
    op.execute(
        "UPDATE reward_points_rate r SET currency = w.currency FROM website w "
        "WHERE w.id = r.website_id OR (r.website_id IS NULL AND w.is_default)"
    )
    op.alter_column("reward_points_rate", "currency", nullable=False)
    op.drop_constraint(op.f("uq_reward_points_rate_website_id_group_id"), "reward_points_rate", type_="unique")
    op.create_unique_constraint(
        op.f("uq_reward_points_rate_website_id_group_id_currency"),
        "reward_points_rate",
        ["website_id", "group_id", "currency"],
        postgresql_nulls_not_distinct=True,
    )
    # What was booked before does not say who did it, so it counts as the service's own.
    op.add_column("store_credit_entry", sa.Column("actor", sa.Text(), server_default="SYSTEM", nullable=False))
    op.add_column("store_credit_entry", sa.Column("actor_id", sa.BigInteger(), server_default="0", nullable=False))
    op.alter_column("store_credit_entry", "actor", server_default=None)
    op.alter_column("store_credit_entry", "actor_id", server_default=None)
    op.add_column("store_credit_entry", sa.Column("order_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "store_credit_entry", sa.Column("is_customer_notified", sa.Boolean(), server_default="false", nullable=False)
    )
    op.drop_constraint(
        op.f("uq_store_credit_entry_customer_id_website_id_idempotency_key"), "store_credit_entry", type_="unique"
    )
    op.create_check_constraint(
        op.f("ck_store_credit_entry_actor"), "store_credit_entry", "actor IN ('CUSTOMER', 'STAFF', 'SERVICE', 'SYSTEM')"
    )
    op.create_unique_constraint(
        op.f("uq_store_credit_entry_customer_id_actor_actor_id_idempotency_key"),
        "store_credit_entry",
        ["customer_id", "actor", "actor_id", "idempotency_key"],
    )


def downgrade() -> None:
    op.drop_constraint(
        op.f("uq_store_credit_entry_customer_id_actor_actor_id_idempotency_key"), "store_credit_entry", type_="unique"
    )
    op.create_unique_constraint(
        op.f("uq_store_credit_entry_customer_id_website_id_idempotency_key"),
        "store_credit_entry",
        ["customer_id", "website_id", "idempotency_key"],
        postgresql_nulls_not_distinct=False,
    )
    op.drop_column("store_credit_entry", "is_customer_notified")
    op.drop_column("store_credit_entry", "order_id")
    op.drop_column("store_credit_entry", "actor_id")
    op.drop_column("store_credit_entry", "actor")
    op.drop_constraint(op.f("uq_reward_points_rate_website_id_group_id_currency"), "reward_points_rate", type_="unique")
    op.create_unique_constraint(
        op.f("uq_reward_points_rate_website_id_group_id"),
        "reward_points_rate",
        ["website_id", "group_id"],
        postgresql_nulls_not_distinct=True,
    )
    op.drop_column("reward_points_rate", "currency")
    op.drop_constraint(
        op.f("uq_reward_points_entry_customer_id_actor_actor_id_idempotency_key"), "reward_points_entry", type_="unique"
    )
    op.create_unique_constraint(
        op.f("uq_reward_points_entry_customer_id_website_id_idempotency_key"),
        "reward_points_entry",
        ["customer_id", "website_id", "idempotency_key"],
        postgresql_nulls_not_distinct=False,
    )
    op.drop_column("reward_points_entry", "is_customer_notified")
    op.drop_column("reward_points_entry", "order_id")
    op.drop_column("reward_points_entry", "actor_id")
    op.drop_column("reward_points_entry", "actor")
    op.alter_column(
        "order_statistics",
        "lifetime_value",
        existing_type=sa.Numeric(precision=38, scale=0),
        type_=sa.BIGINT(),
        existing_nullable=False,
    )
    op.drop_index("ix_refused_movement_created_at", table_name="refused_movement")
    op.drop_table("refused_movement")
