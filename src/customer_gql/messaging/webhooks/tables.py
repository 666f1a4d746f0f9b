"""Webhooks: where events are sent, and what became of each (docs/domain/webhooks.md#webhooks-1)."""

import enum
from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    Sequence,
    Text,
    any_,
    literal_column,
    or_,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from customer_gql.database.tables import created_at, metadata, one_of, table


class WebhookFormat(enum.Enum):
    STANDARD = "STANDARD"
    CLOUDEVENTS = "CLOUDEVENTS"


class WebhookContent(enum.Enum):
    THIN = "THIN"
    PROFILE = "PROFILE"


class WebhookStatus(enum.Enum):
    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


class WebhookDisabledReason(enum.Enum):
    REQUESTED = "REQUESTED"
    GONE = "GONE"
    FAILING = "FAILING"


class DeliveryStatus(enum.Enum):
    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    DEAD = "DEAD"


# It belongs to the shop and outlives who made it, so there is no foreign key to them.
webhook = table(
    "webhook",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("types", ARRAY(Text), nullable=False),
    Column("format", Text, nullable=False),
    Column("content", Text, nullable=False),
    # Whose events are sent; null for all websites, those made later included.
    Column("website_ids", ARRAY(BigInteger)),
    Column("status", Text, nullable=False, server_default=WebhookStatus.ACTIVE.value),
    Column("disabled_reason", Text),
    # Attempts that failed since the last one that did not, and when the first of these was made.
    Column("failure_count", Integer, nullable=False, server_default="0"),
    Column("failing_since", DateTime(timezone=True)),
    # Nothing is sent before it, because the receiver fails or asked for a pause.
    Column("paused_until", DateTime(timezone=True)),
    # Events up to this position of the feed are not sent.
    Column("starts_after", BigInteger, nullable=False),
    # Deliveries up to this one are older than its loss of websites: those of other websites are not seen or sent any more.
    Column("narrowed_at_delivery", BigInteger),
    Column("version", Integer, nullable=False, server_default="1"),
    created_at(),
    one_of("format", WebhookFormat),
    one_of("content", WebhookContent),
    one_of("status", WebhookStatus),
    one_of("disabled_reason", WebhookDisabledReason),
    CheckConstraint("(status = 'DISABLED') = (disabled_reason IS NOT NULL)", name="disabled"),
    CheckConstraint("(failure_count = 0) = (failing_since IS NULL)", name="failing"),
    CheckConstraint("char_length(name) BETWEEN 1 AND 100", name="name_length"),
    CheckConstraint("char_length(url) BETWEEN 1 AND 2000", name="url_length"),
    distribution="local",
)

# The newest without an end signs, and beside it those whose end has not come.
webhook_secret = table(
    "webhook_secret",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("webhook_id", BigInteger, nullable=False, index=True),
    # Encrypted under the keys of the process; readable in development without keys alone.
    Column("secret", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    created_at(),
    distribution="local",
)

delivery_number: Final = Sequence("webhook_delivery_id_seq", metadata=metadata)

# A copy of the event, which may be deleted before it is sent. Rows of deleted webhooks are purged, since there may be many.
webhook_delivery = table(
    "webhook_delivery",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("webhook_id", BigInteger, nullable=False),
    Column("event_id", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("changed_fields", ARRAY(Text), nullable=False, server_default="{}"),
    Column("customer_id", BigInteger),
    Column("website_id", BigInteger),
    Column("version", Integer),
    Column("job_id", BigInteger),
    Column("actor", Text, nullable=False),
    Column("actor_id", BigInteger),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("status", Text, nullable=False, server_default=DeliveryStatus.PENDING.value),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", DateTime(timezone=True), nullable=False),
    created_at(),
    Column("finished_at", DateTime(timezone=True)),
    one_of("status", DeliveryStatus),
    CheckConstraint("(status = 'PENDING') = (finished_at IS NULL)", name="finished"),
    Index("ix_webhook_delivery_due", "webhook_id", "next_attempt_at", postgresql_where=text("status = 'PENDING'")),
    Index(
        "ix_webhook_delivery_test",
        "webhook_id",
        postgresql_where=text("status = 'PENDING' AND type = 'webhook.test'"),
    ),
    Index("ix_webhook_delivery_page", "webhook_id", "created_at", "id"),
    Index("ix_webhook_delivery_created_at", "created_at"),
    distribution="local",
)

webhook_attempt = table(
    "webhook_attempt",
    Column("delivery_id", BigInteger, primary_key=True, autoincrement=False),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("attempted_at", DateTime(timezone=True), nullable=False),
    Column("milliseconds", Integer, nullable=False),
    # Of the answer, and in our words why it is not taken for a success. What the receiver writes is not kept.
    Column("status_code", Integer),
    Column("error", Text),
    Index("ix_webhook_attempt_attempted_at", "attempted_at"),
    distribution="local",
)

TEST_TYPE: Final = "webhook.test"
# Of a delivery of several websites it is not known which; it goes with any that is lost. Rows that are lost are purged in time,
# since there may be many.
IS_KEPT: Final = or_(
    webhook.c.narrowed_at_delivery.is_(None),
    webhook.c.website_ids.is_(None),
    webhook_delivery.c.id > webhook.c.narrowed_at_delivery,
    webhook_delivery.c.website_id == any_(webhook.c.website_ids),
    webhook_delivery.c.type == literal_column(f"'{TEST_TYPE}'"),
)
"""Whether a webhook still has the website of a delivery of its own."""
