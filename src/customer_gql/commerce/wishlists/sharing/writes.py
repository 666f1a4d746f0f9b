"""A customer shows a wishlist to others by mail (docs/domain/wishlists.md#wishlists-9)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from customer_gql.commerce.wishlists.writes import WishlistOutcome, give_code, lock_lists, tell_lists
from customer_gql.core.actor import Actor
from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.text import validate_lines
from customer_gql.core.values.emails import normalize_email, validate_email
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, Row, fetch_row
from customer_gql.security.throttle import count_within, counter_key
from customer_gql.shop.settings.reads import settings_at

from .notices import mail_list
from .settings import MAX_EMAILS, MAX_TEXT

SHARES_PER_HOUR: Final = 10
_COUNT_WRONG: Final = Refusal(
    "wishlist.email_count_wrong", "Enter from 1 to {limit} addresses.", UserErrorCode.TOO_MANY
)
_TOO_MANY: Final = Refusal(
    "wishlist.too_many_shares",
    "Wishlists were sent {limit} times within an hour, the maximum. Try again later.",
    UserErrorCode.LIMIT_REACHED,
)


@dataclass(frozen=True, slots=True)
class NewShare:
    wishlist_id: str | None
    emails: Sequence[str]
    message: str


async def read_share(
    connection: Connection, wishlist_id: str | None, emails: Sequence[str], message: str | None, *, store_view_id: int
) -> NewShare:
    """Each address once. Raises `RuleError` and `RuleErrors`."""
    shop = await settings_at(connection, MAX_EMAILS, MAX_TEXT, store_view_id=store_view_id)
    if not 1 <= len(emails) <= shop[MAX_EMAILS]:
        raise _COUNT_WRONG(path=["emails"], limit=shop[MAX_EMAILS])
    refused, found, text = CollectedErrors(), dict[str, str](), None
    for place, email in enumerate(emails):
        with refused.collecting():
            valid = validate_email(email, path=["emails", str(place)])
            found.setdefault(normalize_email(valid), valid)
    with refused.collecting():
        text = validate_lines(message, ["message"], shop[MAX_TEXT])
    refused.raise_collected()
    return NewShare(wishlist_id, list(found.values()), text or "")


async def _count_share(connection: Connection, owner: int) -> None:
    """Raises `RuleError` beyond the limit."""
    key = counter_key("wishlist_share", str(owner))
    if not await count_within(connection, key, limit=SHARES_PER_HOUR, window=dt.timedelta(hours=1)):
        raise _TOO_MANY(limit=SHARES_PER_HOUR)


async def share_list(connection: Connection, owner: int, share: NewShare, *, view: Row, by: Actor) -> WishlistOutcome:
    """The code in the mails opens the list until it is withdrawn. Raises `RuleError`."""
    row = (await lock_lists(connection, owner)).find(share.wishlist_id, ["id"])
    await _count_share(connection, owner)  # a list that is not found counts for nothing
    code = await give_code(connection, row)
    account = await fetch_row(connection, customer, {"id": owner})
    assert account is not None
    named = {"row": row, "first_name": account.first_name, "code": code, "message": share.message}
    await mail_list(connection, share.emails, **named, view_id=view.id)
    await tell_lists(connection, owner, {row.id: {"sharing": (None, len(share.emails))}}, by=by)
    return WishlistOutcome((owner, row.id))
