"""Mails are queued by the transaction that causes them; staff retry dead ones and change the shop's own texts."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import orjson
from sqlalchemy import Boolean, bindparam, cast, delete, insert, null, select, update

from customer_gql.core.clock import read_clock
from customer_gql.core.concurrent_edits import refuse_other_version
from customer_gql.core.errors import Refusal, RuleError, RuleErrors, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.core.values.emails import normalize_email
from customer_gql.core.viewer import Websites
from customer_gql.database.record_versions import advance_record_version, lock_record
from customer_gql.database.statements import Connection, Row, compile_statement, execute_statement, fetch_one
from customer_gql.shop.settings.reads import validate_scope
from customer_gql.shop.settings.tables import ConfigurationScope

from .budgets import is_within_budget
from .kinds import MAIL_KINDS, MailKind
from .reads import DEAD_LETTER
from .secrets import encrypt_secrets, expiry_of
from .tables import mail_outbox, mail_template
from .texts.rules import validate_template_text
from .texts.templates import DEFAULT_LOCALE, PARTS

_MAIL_NOT_FOUND: Final = Refusal("mail.not_found", "There is no failed mail with this id.", UserErrorCode.NOT_FOUND)
_LINK_EXPIRED: Final = Refusal(
    "mail.link_expired", "The link of this mail has expired. Have a new mail sent instead.", UserErrorCode.NOT_ALLOWED
)
_TEXT_NOT_FOUND: Final = Refusal(
    "mail_template.not_found",
    "The shop has no text of its own at this scope and in this language.",
    UserErrorCode.NOT_FOUND,
)
_LOCALE_INVALID: Final = Refusal("mail_template.locale_invalid", "A locale looks like de or de_AT.")


async def queue_mail(
    connection: Connection,
    *,
    template: str,
    recipient: str,
    customer_id: int | None = None,
    store_view_id: int | None = None,
    placeholders: Mapping[str, Any],
    secrets: Mapping[str, str] | None = None,
    is_proved: bool = True,
) -> bool:
    """Write a mail in the transaction that causes it; false where the address has had too many, or is not proved.

    `secrets` are encrypted, and erased when it is sent or its link's time is over. `secrets["token"]` makes the link;
    `placeholders` are those of the kind, times in ISO 8601. A mail whose `expiresAt` has passed is never sent.
    """
    kind = MAIL_KINDS[template]
    within = await is_within_budget(connection, kind, recipient, store_view_id, orjson.dumps(placeholders))
    id = new_id()
    # Encrypted in any case: whether a mail carries a link must not be told by the time it takes.
    encrypted = encrypt_secrets(id, secrets or {"token": ""})
    values: dict[str, Any] = {
        "id": id,
        "template": template,
        "recipient": recipient,
        "recipient_key": normalize_email(recipient),
        "customer_id": customer_id,
        "store_view_id": store_view_id,
        "placeholders": orjson.dumps(placeholders).decode(),
        "secrets": None if secrets is None else encrypted,
        "secrets_expire_at": None if secrets is None else expiry_of(placeholders),
    }
    # The same statements whether it is queued or not, because the time they take must not tell a stranger which.
    is_queued = within and (is_proved or not kind.needs_proof)
    return bool(await execute_statement(connection, _QUEUE, **values, is_queued=is_queued))


_QUEUED: Final = (
    "id",
    "template",
    "recipient",
    "recipient_key",
    "customer_id",
    "store_view_id",
    "placeholders",
    "secrets",
    "secrets_expire_at",
)
_given = {name: mail_outbox.c[name].type for name in _QUEUED}
_QUEUE: Final = compile_statement(
    insert(mail_outbox).from_select(
        list(_given),
        select(*[cast(bindparam(name, type_=kind), kind) for name, kind in _given.items()]).where(
            bindparam("is_queued", type_=Boolean())
        ),
    )
)


def mail_not_found() -> RuleError:
    return _MAIL_NOT_FOUND(path=["id"])


async def retry_mail(connection: Connection, id: int) -> Row:
    """Retry a dead mail, starting with the first attempt."""
    dead = await fetch_one(connection, DEAD_LETTER, id=id)
    if dead is None:
        raise mail_not_found()
    kind = MAIL_KINDS.get(dead.template)
    now = read_clock()
    if kind is None or (kind.has_token and not _has_working_link(dead, now)):
        raise _LINK_EXPIRED(path=["id"])
    await execute_statement(
        connection,
        update(mail_outbox)
        .where(mail_outbox.c.id == id)
        .values(dead_at=None, attempts=0, next_attempt_at=now, last_error=None),
    )
    return dead


def _has_working_link(dead: Row, now: dt.datetime) -> bool:
    if dead.link_hash is not None:
        return True  # it is made when the mail is due
    return dead.secrets is not None and (dead.secrets_expire_at is None or dead.secrets_expire_at > now)


async def erase_expired_secrets(connection: Connection) -> int:
    """Erase the secrets of links whose time is over, of waiting and of dead mails; how many."""
    expired = mail_outbox.c.secrets_expire_at <= read_clock()
    return await execute_statement(
        connection, update(mail_outbox).where(mail_outbox.c.secrets.is_not(None), expired).values(secrets=null())
    )


async def update_template(
    connection: Connection,
    kind: MailKind,
    scope: ConfigurationScope,
    scope_id: int,
    locale: str,
    *,
    texts: Mapping[str, str],
    expected_version: int | None,
    by: int | None,
    websites: Websites,
) -> tuple[int, Row | None]:
    """Replace the built-in text at one scope and in one language; all parts, or none if one is refused.

    The new version, and the text before; None when it was the built-in one.
    """
    await validate_scope(connection, scope, scope_id, websites, within=())
    errors: list[RuleError] = []
    for part in PARTS:
        try:
            validate_template_text(kind, part, texts[part])
        except RuleError as error:
            errors.append(error)
    if errors:
        raise RuleErrors(errors)
    key = {"name": kind.name, "scope": scope.value, "scope_id": scope_id, "locale": locale}
    record = _record_of(key)
    await lock_record(connection, record)
    override = await fetch_one(connection, select(mail_template).filter_by(**key))
    stored = 0 if override is None else override.version
    before = dict.fromkeys(PARTS) if override is None else override
    edits = {part: (before[part], texts[part]) for part in PARTS if before[part] != texts[part]}
    refuse_other_version(edits, current=stored, expected=expected_version)
    version = await advance_record_version(connection, record)
    values = {**texts, "version": version, "updated_at": read_clock(), "updated_by": by}
    if override is None:
        await execute_statement(connection, insert(mail_template).values(**key, **values))
    else:
        await execute_statement(connection, update(mail_template).filter_by(**key).values(**values))
    return version, override


async def reset_template(
    connection: Connection,
    kind: MailKind,
    scope: ConfigurationScope,
    scope_id: int,
    locale: str,
    *,
    expected_version: int | None,
    websites: Websites,
) -> Row:
    """Delete the shop's text of one scope and language, so that the next one applies; the deleted text."""
    await validate_scope(connection, scope, scope_id, websites, within=())
    key = {"name": kind.name, "scope": scope.value, "scope_id": scope_id, "locale": locale}
    record = _record_of(key)
    await lock_record(connection, record)
    override = await fetch_one(connection, select(mail_template).filter_by(**key))
    if override is None:
        raise _TEXT_NOT_FOUND(path=["template"])
    edits = {part: (override[part], None) for part in PARTS}
    refuse_other_version(edits, current=override.version, expected=expected_version)
    await advance_record_version(connection, record)
    await execute_statement(connection, delete(mail_template).filter_by(**key))
    return override


def _record_of(key: Mapping[str, Any]) -> str:
    return ":".join(["mail_template", *[str(part) for part in key.values()]])


def validate_locale(given: str | None) -> str:
    """`default`, a language or a locale; nothing else is ever looked up."""
    if given is None or given == DEFAULT_LOCALE:
        return DEFAULT_LOCALE
    language, _, region = given.partition("_")
    well_formed = language.isascii() and language.isalpha() and language.islower() and len(language) in {2, 3}
    if not well_formed or (region and not (region.isascii() and region.isalpha() and region.isupper())):
        raise _LOCALE_INVALID(path=["locale"])
    return given


async def delete_templates_of_scope(connection: Connection, table: str, id: int) -> None:
    """With the website or the store view they are for."""
    scope = {"website": ConfigurationScope.WEBSITE, "store_view": ConfigurationScope.STORE_VIEW}.get(table)
    if scope is not None:
        await execute_statement(connection, delete(mail_template).filter_by(scope=scope.value, scope_id=id))
