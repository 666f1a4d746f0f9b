"""Delivery of the outbox. Any number of workers may deliver at once: a row belongs to the worker that took it.

Taking a mail counts an attempt and moves its next one beyond the lease, in a transaction of its own; then it is sent;
then it is marked as sent, and its secrets are erased. A worker killed before sending leaves a mail that comes up again
after the lease. One killed between sending and marking leaves a mail that is sent again, with the same Message-ID: SMTP
has no way to do better.
"""

import datetime as dt
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache
from typing import Any, Final

import orjson
import structlog
from sqlalchemy import DateTime, Integer, Interval, bindparam, func, literal, null, select, update

from customer_gql.core.clock import read_clock
from customer_gql.core.telemetry.spans import span
from customer_gql.core.text import to_single_line
from customer_gql.database.expired_rows import delete_expired_rows, expires
from customer_gql.database.statements import (
    Connection,
    Row,
    Statement,
    compile_statement,
    equals_any,
    execute_statement,
    fetch_rows,
)
from customer_gql.messaging.jobs.work import Tools

from . import smtp, writes
from .addressing import Envelope, find_mail_scope, load_envelope
from .bulk import count_bulk_room, make_due_link
from .kinds import MAIL_KINDS, MailKind
from .letters import MailUnsendable, build_message
from .secrets import SecretsUnreadable, decrypt_secrets
from .tables import mail_outbox as mail
from .texts.templates import TemplateText, load_template_texts, render_mail

log = structlog.get_logger()
_MAX_ERROR: Final = 300


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """Ten attempts with these pauses are about nine hours."""

    batch: int = 20
    bulk_batch: int = 10
    """Fewer, since all others wait for them."""
    attempts: int = 10
    first_pause: dt.timedelta = dt.timedelta(seconds=30)
    longest_pause: dt.timedelta = dt.timedelta(hours=2)
    lease: dt.timedelta = dt.timedelta(minutes=5)
    timeout: float = 30

    def pause(self, attempts: int) -> dt.timedelta:
        """Doubles, with a jitter so that mails refused together do not come back together."""
        # The jitter needs no cryptography.
        return min(self.first_pause * 2 ** (attempts - 1), self.longest_pause) * random.uniform(0.5, 1.5)  # noqa: S311


POLICY: Final = DeliveryPolicy()
# What mails of one kind and store view have in common, read once for a batch.
_Frames = dict[tuple[str, int | None], tuple[Envelope, TemplateText]]
_unsent = (mail.c.sent_at.is_(None), mail.c.dead_at.is_(None))


def _take_due(is_bulk: bool, **values: Any) -> Statement:
    # A query of its own, because a subquery that locks and is run again would take more than the batch.
    due = (
        select(mail.c.id)
        .where(
            mail.c.is_bulk.is_(is_bulk),
            *_unsent,
            mail.c.next_attempt_at <= bindparam("now", type_=DateTime(timezone=True)),
        )
        .order_by(mail.c.next_attempt_at)
        .limit(bindparam("batch", type_=Integer()))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    until = bindparam("until", type_=DateTime(timezone=True))
    taken = {"attempts": mail.c.attempts + 1, "next_attempt_at": until, **values}
    return compile_statement(update(mail).where(mail.c.id == due.c.id).values(taken).returning(mail))


_TAKE: Final = _take_due(False)
_TAKE_BULK: Final = _take_due(True, taken_at=func.clock_timestamp())


async def deliver_mails(tools: Tools, *, policy: DeliveryPolicy = POLICY) -> int:
    """Send a batch of what is due; how many were taken. Raises `MailServerUnreachable` when there is no connection."""
    if not smtp.can_send(tools.settings):
        _warn_no_mail_server()
        return 0
    now = read_clock()
    given = {"now": now, "until": now + policy.lease}
    async with tools.database.transaction() as connection:
        taken = await fetch_rows(connection, _TAKE, batch=policy.batch, **given)
        if not taken and (room := await count_bulk_room(connection)):
            taken = await fetch_rows(connection, _TAKE_BULK, batch=min(policy.bulk_batch, room), **given)
    if taken:
        await _send_batch(tools, sorted(taken, key=lambda row: row.id), policy)
    return len(taken)


@cache
def _warn_no_mail_server() -> None:
    """Once for a process."""
    log.warning("no mail server", hint="set CUSTOMER_GQL_SMTP_HOST; until then mails wait in the outbox")


async def _send_batch(tools: Tools, taken: Sequence[Row], policy: DeliveryPolicy) -> None:
    # Mails that are not started in time are given back, because their lease could end while they are sent.
    ends = time.monotonic() + policy.lease.total_seconds() / 2
    left, interrupted, frames = list(taken), list[Row](), _Frames()
    was_busy = False
    try:
        async with smtp.open_transport(tools.settings, policy.timeout) as send:
            while left and time.monotonic() < ends:
                try:
                    with span("mail", template=left[0].template, attempt=left[0].attempts):
                        await _send_mail(tools, left[0], send, policy, frames)
                except smtp.MailServerBusy:
                    # Once may be about this recipient; twice in a row is about the server.
                    if was_busy:
                        raise
                    was_busy = True
                    interrupted.append(left[0])
                else:
                    was_busy = False
                left.pop(0)
    except smtp.MailServerUnreachable as error:
        returned = len(interrupted) + len(left)
        log.warning("mail server does not answer", reason=str(error), detail=error.detail, mails_returned=returned)
        reason = f"The mail server does not answer ({error})."
        await _return_mails(tools, [*interrupted, *left], reason, policy.first_pause)
        raise
    await _return_mails(tools, interrupted, "The mail server was busy (421).", policy.first_pause)
    await _return_mails(tools, left, None, dt.timedelta())


async def _send_mail(tools: Tools, row: Row, send: smtp.Send, policy: DeliveryPolicy, frames: _Frames) -> None:
    secrets: dict[str, str] = {}
    built: dict[str, str] = {}
    try:
        kind, placeholders = _kind_of(row), orjson.loads(row.placeholders)
        _refuse_expired(placeholders)
        secrets = decrypt_secrets(row, tools.settings)
        if row.is_bulk:
            secrets, made = await make_due_link(tools, row, kind)
            placeholders |= made
        message = await _build_mail(tools, row, kind, placeholders, secrets, frames)
        # Whatever a text of the shop puts there, the secret of a link is not kept.
        built["subject"] = clean_reason(str(message["Subject"]), secrets)
        await send(message)
    except MailUnsendable as error:
        await _store_outcome(tools, row, last_error=str(error), dead_at=read_clock(), secrets=null())
        log.warning("mail failed", mail=row.id, template=row.template, reason=str(error))
    except smtp.MailRefused as refused:
        await _record_refusal(tools, row, refused, secrets, policy, **built)
    except smtp.MailServerUnreachable:
        raise
    except SecretsUnreadable:
        # The key may come back; until the link's time is over the mail is worth another try.
        unreadable = smtp.MailRefused("Its link cannot be decrypted with CUSTOMER_GQL_SECRET_KEYS.", for_good=False)
        await _record_refusal(tools, row, unreadable, secrets, policy)
    except Exception as error:  # noqa: BLE001 - one mail that cannot be made must not hold up the others
        await _record_refusal(
            tools,
            row,
            smtp.MailRefused(f"The mail could not be built ({type(error).__name__}).", for_good=False),
            secrets,
            policy,
        )
    else:
        await _store_outcome(tools, row, sent_at=read_clock(), secrets=null(), last_error=None, **built)
        log.info("mail sent", mail=row.id, template=row.template, attempt=row.attempts)


def _kind_of(row: Row) -> MailKind:
    kind = MAIL_KINDS.get(row.template)
    if kind is None:
        raise MailUnsendable("This version does not know this kind of mail.")
    return kind


def _refuse_expired(placeholders: Mapping[str, str]) -> None:
    expires_at = placeholders.get("expiresAt")
    if expires_at and dt.datetime.fromisoformat(expires_at) <= read_clock():
        raise MailUnsendable("Its link expired before it could be sent.")


async def _build_mail(
    tools: Tools,
    row: Row,
    kind: MailKind,
    placeholders: Mapping[str, str],
    secrets: Mapping[str, str],
    frames: _Frames,
) -> EmailMessage:
    token = secrets.get("token")
    if kind.has_token and token is None:
        raise MailUnsendable("The token of its link is gone.")
    key = (row.template, row.store_view_id)
    if key not in frames:
        async with tools.database.writes.acquire() as connection:
            frames[key] = await _load_frame(connection, tools, kind, row.store_view_id)
    envelope, source = frames[key]
    values = {
        **placeholders,
        "shopName": envelope.shop_name,
        "shopUrl": envelope.shop_url,
        "link": envelope.link(token),
    }
    return build_message(row.id, row.recipient, envelope, render_mail(source, values), read_clock())


async def _load_frame(
    connection: Connection, tools: Tools, kind: MailKind, store_view_id: int | None
) -> tuple[Envelope, TemplateText]:
    scope = await find_mail_scope(connection, store_view_id) or await find_mail_scope(connection, None)
    assert scope is not None, "the shop has a default store view"
    envelope = await load_envelope(connection, kind, scope, tools.settings)
    return envelope, (await load_template_texts(connection, [kind.name], scope))[kind.name]


async def _record_refusal(
    tools: Tools, row: Row, refused: smtp.MailRefused, secrets: dict[str, str], policy: DeliveryPolicy, **built: str
) -> None:
    now, reason = read_clock(), clean_reason(refused.reason, secrets)
    dead = refused.for_good or row.attempts >= policy.attempts
    values = {"dead_at": now} if dead else {"next_attempt_at": now + policy.pause(row.attempts)}
    await _store_outcome(tools, row, last_error=reason, **values, **built)
    code = reason[:3]
    # The text of a mail server may quote the mail; a reason without a code is ours.
    cause = {"code": code} if code.isdigit() else {"reason": reason}
    log.warning("mail refused", mail=row.id, template=row.template, attempt=row.attempts, dead=dead, **cause)


def clean_reason(reason: str, secrets: dict[str, str]) -> str:
    """The answer of a mail server on one line, without the secrets it may quote."""
    for secret in secrets.values():
        reason = reason.replace(secret, "…")
    return to_single_line(reason)[:_MAX_ERROR]


async def _store_outcome(tools: Tools, row: Row, **values: Any) -> None:
    """Write the outcome, unless the lease ended meanwhile and the mail is another worker's."""
    async with tools.database.transaction() as connection:
        await execute_statement(
            connection,
            update(mail).where(mail.c.id == row.id, mail.c.attempts == row.attempts, *_unsent).values(**values),
        )


async def _return_mails(tools: Tools, rows: Sequence[Row], reason: str | None, pause: dt.timedelta) -> None:
    """Undo that they were taken: no attempt of theirs failed."""
    if not rows:
        return
    # The end of the lease distinguishes our claim from a later one of another worker.
    now, until = read_clock(), rows[0].next_attempt_at
    # Each has a pause of its own, so that a batch does not come back in the same order.
    seconds = pause.total_seconds() * (0.5 + func.random())
    at = literal(now, DateTime(timezone=True)) + func.make_interval(0, 0, 0, 0, 0, 0, seconds, type_=Interval())
    async with tools.database.transaction() as connection:
        await execute_statement(
            connection,
            update(mail)
            .where(equals_any(mail.c.id, [row.id for row in rows]), mail.c.next_attempt_at == until, *_unsent)
            .values(attempts=mail.c.attempts - 1, next_attempt_at=at, last_error=reason),
        )


async def erase_secrets(tools: Tools) -> None:
    """Erase what a link whose time is over no longer needs."""
    async with tools.database.transaction() as connection:
        await writes.erase_expired_secrets(connection)


async def purge_outbox(tools: Tools) -> None:
    """Delete what was sent, or given up, longer ago than mails are kept."""
    kept = dt.timedelta(days=tools.settings.mail_kept_days)
    await delete_expired_rows(tools.database, [expires(mail, column, kept=kept) for column in ("sent_at", "dead_at")])
