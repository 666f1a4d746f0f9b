"""Double opt-in: a wish that somebody typed with an address waits for the link that goes there (docs/domain/newsletter.md#newsletter-5)."""

import datetime as dt
from typing import Any, Final

from sqlalchemy import insert, select, update

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, RuleError
from customer_gql.core.values.emails import normalize_email
from customer_gql.customers.profile.writes import lock_customer
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.security import tokens
from customer_gql.shop.settings.declaration import STORE_VIEW, Setting

from .tables import SubscriptionStatus, newsletter_confirmation as confirmation, newsletter_subscription as subscription
from .writes import activate_subscription, begin_subscription

ENABLED: Final = Setting(
    "newsletter.enabled",
    True,
    STORE_VIEW,
    "Whether the store view has a newsletter.",
    label="Newsletter",
    is_public=True,
)
CONFIRM_BY_MAIL: Final = Setting(
    "newsletter.confirm",
    False,
    STORE_VIEW,
    "Whether a subscription requested at sign-up begins only after the link in a mail of its own was opened.",
    label="Confirm subscriptions by mail",
    is_public=True,
)
LIFETIME: Final = dt.timedelta(hours=24)

_LINK_INVALID: Final = Refusal(
    "newsletter.link_invalid",
    "This link does not work: it was used, is too old, or the subscription does not wait for it any more.",
)


async def request_confirmation(connection: Connection, account: Any, store_view_id: int, *, by: Actor) -> None:
    """Let the subscription wait, and mail the link that begins it.

    An account that is not confirmed waits for that instead: its link proves the same mailbox.
    """
    await begin_subscription(connection, account, store_view_id, by=by, waits=True)
    if not account.is_email_confirmed:
        return
    token, now = tokens.new_token(tokens.NEWSLETTER), read_clock()
    await execute_statement(
        connection,
        insert(confirmation).values(
            token_hash=tokens.hash_token(token),
            customer_id=account.id,
            store_view_id=store_view_id,
            email_hash=tokens.hash_token(normalize_email(account.email)),
            created_at=now,
            expires_at=now + LIFETIME,
        ),
    )
    await queue_mail(
        connection,
        template="newsletter_confirm",
        recipient=account.email,
        customer_id=account.id,
        store_view_id=store_view_id,
        placeholders={"firstName": account.first_name, "expiresAt": (now + LIFETIME).isoformat()},
        secrets={"token": token},
    )


async def confirm_subscription(
    connection: Connection, given: str, *, address: str | None
) -> tuple[tuple[int, int], bool]:
    """Begin the subscription that the link was mailed for; its key, and whether that is news. One refusal for all that
    may be wrong, except for a link whose subscription still goes on: it is answered as done."""
    dead = _LINK_INVALID(path=["token"])
    known = await fetch_one(
        connection, select(confirmation).where(confirmation.c.token_hash == tokens.hash_token(given))
    )
    if known is None:
        raise dead
    try:
        account = await lock_customer(connection, known.customer_id, websites=None)
    except RuleError:
        raise dead from None
    if await _is_done_already(connection, known, account):
        return (account.id, known.store_view_id), False
    by = Actor(ActorKind.CUSTOMER, account.id, address=address)
    is_used = await _use_link(connection, known, account)
    if not is_used or not await activate_subscription(connection, account, known.store_view_id, by=by):
        raise dead
    await queue_mail(
        connection,
        template="newsletter_subscribed",
        recipient=account.email,
        customer_id=account.id,
        store_view_id=known.store_view_id,
        placeholders={"firstName": account.first_name},
    )
    return (account.id, known.store_view_id), True


async def _is_done_already(connection: Connection, known: Row, account: Row) -> bool:
    """The link was used, for this address, and what it began still goes on."""
    # In two steps with keys: the link may lie on another machine than the subscription.
    used = await fetch_one(
        connection,
        select(confirmation.c.token_hash).where(
            confirmation.c.token_hash == known.token_hash,
            confirmation.c.used_at.is_not(None),
            confirmation.c.email_hash == tokens.hash_token(normalize_email(account.email)),
        ),
    )
    begun = used and await fetch_one(
        connection,
        select(subscription.c.customer_id).where(
            subscription.c.customer_id == account.id,
            subscription.c.store_view_id == known.store_view_id,
            subscription.c.status == SubscriptionStatus.SUBSCRIBED.value,
        ),
    )
    return begun is not None


async def _use_link(connection: Connection, known: Row, account: Row) -> int:
    now = read_clock()
    return await execute_statement(
        connection,
        update(confirmation)
        .where(
            confirmation.c.token_hash == known.token_hash,
            confirmation.c.email_hash == tokens.hash_token(normalize_email(account.email)),
            confirmation.c.used_at.is_(None),
            confirmation.c.expires_at > now,
        )
        .values(used_at=now),
    )
