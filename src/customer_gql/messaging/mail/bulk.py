"""Mails of which one request causes very many: behind all others, and so many a minute (docs/domain/mail.md#mail-16)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, Text, bindparam, column, func, insert, literal_column, select, true, update
from sqlalchemy.dialects.postgresql import JSONB

from customer_gql.core.clock import read_clock
from customer_gql.core.ids import new_id
from customer_gql.core.values.emails import normalize_email
from customer_gql.database.record_versions import lock_record
from customer_gql.database.statements import (
    Connection,
    Row,
    compile_statement,
    execute_statement,
    fetch_value,
    given_rows,
)
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.declaration import GLOBAL, Setting
from customer_gql.shop.settings.reads import setting

from .budgets import is_within_budget
from .kinds import MailKind
from .letters import MailUnsendable
from .tables import mail_outbox as mail

BULK_PER_MINUTE: Final = Setting(
    "mail.bulk_per_minute",
    600,
    GLOBAL,
    "Mails a minute of which one request caused many, such as links to choose a new password for all customers.",
    at_least=1,
    at_most=100_000,
    label="Bulk mails per minute",
)
_given = given_rows(
    "mails",
    column("id", BigInteger),
    column("recipient", Text),
    column("recipient_key", Text),
    column("customer_id", BigInteger),
    column("store_view_id", BigInteger),
    column("placeholders", JSONB),
    column("link_hash", Text),
)
_plain: Final = [one for one in _given.c if one.name != "link_hash"]
_INSERT: Final = compile_statement(
    insert(mail).from_select(
        ["template", "is_bulk", "link_hash", *[one.name for one in _plain]],
        select(
            bindparam("template", type_=Text()),
            true(),
            func.decode(_given.c.link_hash, literal_column("'hex'")),
            *_plain,
        ),
    )
)


@dataclass(frozen=True, slots=True)
class BulkMail:
    """`link_hash` is that of a link which the mail gets when it is due, where it has one."""

    recipient: str
    customer_id: int | None
    store_view_id: int | None
    placeholders: dict[str, str] = field(default_factory=dict[str, str])
    link_hash: bytes | None = None


async def queue_bulk_mails(connection: Connection, template: str, mails: Sequence[BulkMail]) -> None:
    """Write mails of one kind in the transaction that causes them. They count to the budget of an address when they are due."""
    if not mails:
        return
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "recipient": one.recipient,
            "recipient_key": normalize_email(one.recipient),
            "customer_id": one.customer_id,
            "store_view_id": one.store_view_id,
            "placeholders": one.placeholders,
            "link_hash": None if one.link_hash is None else one.link_hash.hex(),
        }
        for one in mails
    ]
    await execute_statement(connection, _INSERT, template=template, mails=orjson.dumps(rows).decode())


async def count_bulk_room(connection: Connection) -> int:
    """How many bulk mails may be taken now. No other worker takes some until the transaction ends."""
    if not await fetch_value(connection, select(select(mail.c.id).where(*_waiting).exists())):
        return 0
    await lock_record(connection, "mail_outbox.bulk")
    lately = read_clock() - dt.timedelta(minutes=1)
    taken = await fetch_value(connection, select(func.count()).where(mail.c.taken_at > lately))
    return max(await setting(connection, BULK_PER_MINUTE) - taken, 0)


_waiting: Final = (
    mail.c.is_bulk,
    mail.c.sent_at.is_(None),
    mail.c.dead_at.is_(None),
    mail.c.next_attempt_at <= func.clock_timestamp(),
)


async def make_due_link(tools: Tools, row: Row, kind: MailKind) -> tuple[dict[str, str], dict[str, str]]:
    """The secrets and placeholders of a bulk mail whose turn has come. Each attempt makes another link and ends the one before,
    so that none expires while it waits. Raises `MailUnsendable`."""
    async with tools.database.transaction() as connection:
        if row.attempts == 1 and not await is_within_budget(
            connection, kind, row.recipient, row.store_view_id, row.placeholders
        ):
            raise MailUnsendable("The address has had too many mails.")
        if row.link_hash is None:
            return {}, {}
        assert kind.make_link is not None, f"nobody makes the link of {kind.name}"
        made = await kind.make_link(connection, row.link_hash)
        if made is None:
            raise MailUnsendable("Its link was revoked before it could be sent.")
        await execute_statement(connection, update(mail).where(mail.c.id == row.id).values(link_hash=made.link_hash))
    return {"token": made.token}, {"expiresAt": made.expires_at.isoformat()}
