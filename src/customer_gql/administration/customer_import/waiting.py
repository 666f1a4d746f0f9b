"""How many imports of one owner may wait for their file, their mapping or their start (docs/domain/import.md#import-31)."""

from typing import Final

from sqlalchemy import func, select

from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.database.record_versions import lock_record
from customer_gql.database.statements import Connection, equals_any, fetch_value
from customer_gql.messaging.files.settings import KEPT_HOURS
from customer_gql.shop.settings.reads import setting

from .tables import ImportStatus, customer_import

MAX_WAITING: Final = 50
"""Each may have a file."""
WAITING: Final = (ImportStatus.UPLOADING.value, ImportStatus.MAPPING.value, ImportStatus.READY.value)
_TOO_MANY: Final = Refusal(
    "import.too_many_waiting",
    "You have {limit} imports that are not started, the maximum. Start one, or wait: each is canceled {hours} hours after it was "
    "created.",
    UserErrorCode.LIMIT_REACHED,
)


async def refuse_many_waiting(connection: Connection, by: Actor) -> None:
    """Raises `RuleError` where there is no room for another one."""
    # Of two requests at one time the other one waits here, and counts the import of the first.
    await lock_record(connection, f"customer_import:{by.kind.value}:{by.id}")
    of = customer_import.c
    own = of.actor == by.kind.value, of.actor_id == by.id, equals_any(of.status, list(WAITING))
    waiting = select(of.id).where(*own).limit(MAX_WAITING).subquery()
    if await fetch_value(connection, select(func.count()).select_from(waiting)) >= MAX_WAITING:
        raise _TOO_MANY(limit=MAX_WAITING, hours=await setting(connection, KEPT_HOURS))
