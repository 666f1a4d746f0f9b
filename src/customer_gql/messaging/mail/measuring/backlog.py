"""How many mails wait, for the metrics of every worker: they are those of the shop, not of a process."""

from typing import Final

from prometheus_client import Gauge
from sqlalchemy import func, select

from customer_gql.core.clock import read_clock
from customer_gql.database.statements import compile_statement, fetch_one
from customer_gql.messaging.jobs.work import Tools
from customer_gql.messaging.mail.tables import mail_outbox as mail

SECONDS: Final = 15.0
_unsent: Final = Gauge("customer_gql_mails_unsent", "Mails that wait to be sent.")
_oldest: Final = Gauge("customer_gql_mail_oldest_unsent_seconds", "Age of the oldest mail that waits.")
_dead: Final = Gauge("customer_gql_mails_dead", "Mails that were given up.")
_waits = mail.c.sent_at.is_(None) & mail.c.dead_at.is_(None)
_WAITING: Final = compile_statement(
    select(func.count().label("count"), func.min(mail.c.created_at).label("oldest")).where(_waits)
)
_DEAD: Final = compile_statement(select(func.count().label("count")).where(mail.c.dead_at.is_not(None)))


async def measure_mails(tools: Tools) -> int:
    async with tools.database.reads.acquire() as connection:
        waiting, dead = await fetch_one(connection, _WAITING), await fetch_one(connection, _DEAD)
    assert waiting is not None
    assert dead is not None
    _unsent.set(waiting.count)
    _oldest.set((read_clock() - waiting.oldest).total_seconds() if waiting.oldest else 0)
    _dead.set(dead.count)
    return 0
