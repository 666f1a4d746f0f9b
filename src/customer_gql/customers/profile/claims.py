"""Claims on what identifies one customer: the e-mail address in its scope, and the external id (docs/domain/profile.md#profile-15).

A transaction that claims both claims the external id first, so that two of them never wait for each other.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import DateTime, delete, literal, null, or_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.values.emails import normalize_email
from customer_gql.database.statements import Connection, Row, equals_any, execute_statement, fetch_one

from .sharing import lock_email_scope
from .tables import customer_email, customer_external_id

EMAIL_TAKEN: Final = Refusal("email.taken", "Another account uses that e-mail address.", UserErrorCode.TAKEN)
EXTERNAL_ID_TAKEN: Final = Refusal("external_id.taken", "Another record has that external id.", UserErrorCode.TAKEN)


def untold_claim(by: Actor) -> Refusal | None:
    """What is not told beside other refusals: who sees no addresses could ask, without a trace, which ones have an account."""
    return EMAIL_TAKEN if by.is_blind else None


async def claim_email(connection: Connection, customer_id: int, *, email: str, scope: int) -> bool:
    """Take an address for an account; False when another has it, or it is reserved for another. Waits for one who is
    just taking it."""
    insert = upsert(customer_email).values(
        email_normalised=normalize_email(email), scope=scope, customer_id=customer_id
    )
    reserved, now = customer_email.c.reserved_until, literal(read_clock(), DateTime(timezone=True))
    is_free = reserved.is_not(None) & or_(reserved <= now, customer_email.c.customer_id == customer_id)
    claimed = await fetch_one(
        connection,
        insert.on_conflict_do_update(
            index_elements=["email_normalised", "scope"],
            set_={"customer_id": insert.excluded.customer_id, "reserved_until": null()},
            where=is_free,
        ).returning(customer_email.c.customer_id),
    )
    return claimed is not None


async def move_email_claim(
    connection: Connection, account: Row, *, email: str, website_id: int, reserve_until: dt.datetime | None = None
) -> None:
    """Claim the new address before the old one is given up, so that no moment leaves the account without one.

    With `reserve_until` nobody else can claim the old one until then.
    """
    old = (normalize_email(account.email), await lock_email_scope(connection, account.website_id))
    new = (normalize_email(email), await lock_email_scope(connection, website_id))
    if old == new:
        return
    if not await claim_email(connection, account.id, email=email, scope=new[1]):
        # Two edits may swap places in either field, so the message blames the one that changed.
        path = ["email"] if old[0] != new[0] else ["websiteId"]
        raise EMAIL_TAKEN(path=path)
    is_old = (
        customer_email.c.email_normalised == old[0],
        customer_email.c.scope == old[1],
        customer_email.c.customer_id == account.id,
    )
    if reserve_until is not None and old[0] != new[0]:
        await execute_statement(connection, update(customer_email).where(*is_old).values(reserved_until=reserve_until))
    else:
        await execute_statement(connection, delete(customer_email).where(*is_old))


async def claim_external_id(connection: Connection, customer_id: int, external_id: str) -> bool:
    """Take an external id for a customer; False when another has it. Waits for one who is just taking it, or giving it up."""
    insert = upsert(customer_external_id).values(external_id=external_id, customer_id=customer_id)
    claimed = await fetch_one(connection, insert.on_conflict_do_nothing().returning(customer_external_id.c.customer_id))
    return claimed is not None


async def move_external_id_claim(
    connection: Connection, account: Row, external_id: str | None, *, path: Sequence[str] = ("externalId",)
) -> None:
    """Claim the new external id of a locked customer and give the old one up."""
    if external_id is not None and not await claim_external_id(connection, account.id, external_id):
        raise EXTERNAL_ID_TAKEN(path=path)
    old = (
        customer_external_id.c.customer_id == account.id,
        customer_external_id.c.external_id == account.external_id,
    )
    await execute_statement(connection, delete(customer_external_id).where(*old))


async def release_claims(connection: Connection, customer_ids: Collection[int]) -> None:
    """Free the addresses and external ids of customers who are gone."""
    for claims in (customer_external_id, customer_email):
        await execute_statement(connection, delete(claims).where(equals_any(claims.c.customer_id, list(customer_ids))))
