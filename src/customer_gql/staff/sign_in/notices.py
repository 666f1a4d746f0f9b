"""Mails that tell staff of every change of a credential of theirs (docs/domain/staff-sign-in.md#staff-sign-in-18)."""

from customer_gql.core.clock import read_clock
from customer_gql.database.statements import Connection, Row
from customer_gql.messaging.mail.writes import queue_mail


async def notify_owner(connection: Connection, user: Row, template: str, *, address: str | None, **more: str) -> None:
    """Queue a notice in the transaction that makes the change. `user` has a name and an address."""
    at = read_clock().replace(microsecond=0).isoformat()
    placeholders = {"name": user.name, "at": at, "address": address or "", **more}
    await queue_mail(connection, template=template, recipient=user.email, placeholders=placeholders)
