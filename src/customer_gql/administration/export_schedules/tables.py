"""Exports that are made again and again (docs/domain/exports.md#exports-8)."""

import enum

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Integer, Text, Time, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from customer_gql.database.tables import created_at, one_of, table
from customer_gql.messaging.jobs.runs.tables import JobOwner


class ExportFrequency(enum.Enum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


class ExportScheduleState(enum.Enum):
    READY = "READY"
    BROKEN = "BROKEN"


# No foreign key to the owner, as for jobs: a schedule whose owner is gone is broken, and says so.
export_schedule = table(
    "export_schedule",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("owner_kind", Text, nullable=False),
    Column("owner_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    # The list as it was asked for; a view is read each time.
    Column("list", JSONB, nullable=False),
    Column("format", Text, nullable=False),
    Column("frequency", Text, nullable=False),
    # The time of day in the time zone; the day of the week from 1, Monday, and of the month.
    Column("at", Time, nullable=False),
    Column("weekday", Integer),
    Column("day", Integer),
    Column("time_zone", Text, nullable=False),
    Column("recipient_staff_ids", ARRAY(BigInteger), nullable=False, server_default="{}"),
    Column("state", Text, nullable=False, server_default=ExportScheduleState.READY.value),
    # The rule that it failed with last.
    Column("problem_key", Text),
    Column("failure_count", Integer, nullable=False, server_default="0"),
    Column("next_at", DateTime(timezone=True), nullable=False),
    Column("last_job_id", BigInteger),
    Column("version", Integer, nullable=False, server_default="1"),
    created_at(),
    one_of("owner_kind", JobOwner),
    one_of("frequency", ExportFrequency),
    one_of("state", ExportScheduleState),
    CheckConstraint("char_length(name) BETWEEN 1 AND 100", name="name_length"),
    CheckConstraint("(frequency = 'WEEKLY') = (weekday IS NOT NULL)", name="weekday"),
    CheckConstraint("(frequency = 'MONTHLY') = (day IS NOT NULL)", name="day"),
    Index("ix_export_schedule_owner", "owner_kind", "owner_id"),
    Index("ix_export_schedule_due", "next_at", postgresql_where=text("state = 'READY'")),
    distribution="local",
)
