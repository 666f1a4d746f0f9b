from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.actor import Actor
from customer_gql.database.statements import AnySelect
from customer_gql.loading.reads import one_by

from .tables import export_schedule

MAX_SCHEDULES: Final = 50
MAX_RECIPIENTS: Final = 20
schedules_by_id = one_by(select(export_schedule), export_schedule.c.id)


def is_own_schedule(schedule: Any, by: Actor) -> bool:
    return (schedule.owner_kind, schedule.owner_id) == (by.kind.value, by.id)


def select_own_schedules(by: Actor) -> AnySelect:
    own = (export_schedule.c.owner_kind == by.kind.value, export_schedule.c.owner_id == by.id)
    return select(export_schedule).where(*own).order_by(export_schedule.c.id).limit(MAX_SCHEDULES)
