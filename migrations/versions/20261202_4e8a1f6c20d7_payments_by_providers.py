"""Payments by providers, each step of them, and what is captured.

Creates empty tables. The constraint is exchanged by one that is added as NOT VALID and validated after a commit. What happened to
orders cannot be changed: after a downgrade it keeps its kinds, and the constraint is not validated.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import add_check

revision = "4e8a1f6c20d7"
down_revision = "5be19d60c3f2"
branch_labels = None
depends_on = None

KINDS = (
    "COMMENT",
    "HOLD",
    "UNHOLD",
    "CANCELED",
    "ADDRESS_CHANGED",
    "INVOICED",
    "SHIPPED",
    "INVOICE_PAID",
    "INVOICE_CANCELED",
    "TRACKING_CHANGED",
    "ARCHIVED",
    "RESTORED",
)
MORE = ("PAYMENT_AUTHORIZED", "PAYMENT_REVIEWED", "PAYMENT_DECLINED", "PAYMENT_ACCEPTED", "PAYMENT_DENIED")
CHECK = "ck_order_comment_kind"
STATES = ("PENDING", "REDIRECT", "REVIEW", "AUTHORIZED", "DECLINED", "VOIDING", "VOIDED")
STEPS = ("AUTHORIZE", "STATUS", "WEBHOOK", "STAFF", "CAPTURE", "VOID")
OUTCOMES = ("AUTHORIZED", "REVIEW", "DECLINED", "REDIRECT", "CAPTURED", "VOIDED", "REFUNDED", "UNKNOWN")
PAYMENT = ("customer_id", "order_id", "payment_id")


def upgrade() -> None:
    _create_payments()
    _create_steps()
    _create_captures()
    add_check("order_comment", CHECK, _is_one_of("kind", (*KINDS, *MORE)))


def _create_payments() -> None:
    op.create_table(
        "order_payment",
        *_keys("customer_id", "order_id", "id"),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("captured_total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_count", sa.Integer(), server_default="0", nullable=False),
        _created_at(),
        sa.CheckConstraint("amount > 0 AND captured_total BETWEEN 0 AND amount", name=op.f("ck_order_payment_amounts")),
        sa.CheckConstraint(_is_one_of("state", STATES), name=op.f("ck_order_payment_state")),
        sa.ForeignKeyConstraint(
            ["customer_id", "order_id"],
            ["sales_order.customer_id", "sales_order.id"],
            name=op.f("fk_order_payment_customer_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "order_id", "id", name=op.f("pk_order_payment")),
        if_not_exists=True,
    )
    op.create_index(
        "ix_order_payment_check_at",
        "order_payment",
        ["check_at"],
        postgresql_where=sa.text("check_at IS NOT NULL"),
        if_not_exists=True,
    )


def _create_steps() -> None:
    table = "payment_transaction"
    op.create_table(
        table,
        *_keys(*PAYMENT, "id"),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        _created_at(),
        sa.CheckConstraint(_is_one_of("step", STEPS), name=op.f(f"ck_{table}_step")),
        sa.CheckConstraint(_is_one_of("outcome", OUTCOMES), name=op.f(f"ck_{table}_outcome")),
        _of_payment(table),
        sa.PrimaryKeyConstraint(*PAYMENT, "id", name=op.f(f"pk_{table}")),
        if_not_exists=True,
    )
    op.create_index(
        "uq_payment_transaction_message",
        table,
        [*PAYMENT, "message_id"],
        unique=True,
        postgresql_where=sa.text("message_id IS NOT NULL"),
        if_not_exists=True,
    )


def _create_captures() -> None:
    table = "payment_capture"
    op.create_table(
        table,
        *_keys(*PAYMENT, "id"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        _created_at(),
        sa.CheckConstraint("amount > 0", name=op.f(f"ck_{table}_amount")),
        sa.CheckConstraint(_is_one_of("state", ("STARTED", "CAPTURED", "DECLINED")), name=op.f(f"ck_{table}_state")),
        _of_payment(table),
        sa.PrimaryKeyConstraint(*PAYMENT, "id", name=op.f(f"pk_{table}")),
        if_not_exists=True,
    )


def _keys(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False) for name in names]


def _created_at() -> sa.Column:
    return sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _of_payment(table: str) -> sa.ForeignKeyConstraint:
    referred = ["order_payment.customer_id", "order_payment.order_id", "order_payment.id"]
    return sa.ForeignKeyConstraint(PAYMENT, referred, name=op.f(f"fk_{table}_{'_'.join(PAYMENT)}"))


def downgrade() -> None:
    for table in ("payment_capture", "payment_transaction", "order_payment"):
        op.drop_table(table, if_exists=True)
    op.execute(f"ALTER TABLE order_comment DROP CONSTRAINT IF EXISTS {CHECK}")
    op.execute(f"ALTER TABLE order_comment ADD CONSTRAINT {CHECK} CHECK ({_is_one_of('kind', KINDS)}) NOT VALID")


def _is_one_of(column: str, values: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"
