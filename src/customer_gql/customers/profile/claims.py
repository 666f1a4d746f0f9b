"""Claims on what identifies one customer: the e-mail address in its scope, and the external id (docs/domain/profile.md#profile-15).

A transaction that claims both claims the external id first, so that two of them never wait for each other.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import DateTime, Table, bindparam, null, or_
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.values.emails import normalize_email
from customer_gql.database.statements import (
    Connection,
    Row,
    Statement,
    compile_statement,
    delete_rows,
    fetch_one,
    update_rows,
)

from .sharing import SHARED_SCOPE, lock_account_sharing
from .tables import customer_email, customer_external_id

EMAIL_TAKEN: Final = Refusal("email.taken", "Another account uses that e-mail address.", UserErrorCode.TAKEN)
EXTERNAL_ID_TAKEN: Final = Refusal("external_id.taken", "Another record has that external id.", UserErrorCode.TAKEN)


def untold_claim(by: Actor) -> Refusal | None:
    """What is not told beside other refusals: who sees no addresses could ask, without a trace, which ones have an account."""
    return EMAIL_TAKEN if by.is_blind else None


def _claim(claims: Table, *names: str) -> Any:
    return upsert(claims).values({name: bindparam(name, type_=claims.c[name].type) for name in names})


def _claim_free_email() -> Statement:
    claim = _claim(customer_email, "email_normalised", "scope", "customer_id")
    reserved = customer_email.c.reserved_until
    is_over = reserved <= bindparam("now", type_=DateTime(timezone=True))
    return compile_statement(
        claim.on_conflict_do_update(
            index_elements=["email_normalised", "scope"],
            set_={"customer_id": claim.excluded.customer_id, "reserved_until": null()},
            where=reserved.is_not(None) & or_(is_over, customer_email.c.customer_id == claim.excluded.customer_id),
        ).returning(customer_email.c.customer_id)
    )


_CLAIM_EMAIL: Final = _claim_free_email()
_CLAIM_EXTERNAL_ID: Final = compile_statement(
    _claim(customer_external_id, "external_id", "customer_id")
    .on_conflict_do_nothing()
    .returning(customer_external_id.c.customer_id)
)


async def claim_email(connection: Connection, customer_id: int, *, email: str, scope: int) -> bool:
    """Take an address for an account; False when another has it, or it is reserved for another. Waits for one who is
    just taking it."""
    claim = {"email_normalised": normalize_email(email), "scope": scope, "customer_id": customer_id}
    return await fetch_one(connection, _CLAIM_EMAIL, now=read_clock(), **claim) is not None


async def move_email_claim(
    connection: Connection, account: Row, *, email: str, website_id: int, reserve_until: dt.datetime | None = None
) -> None:
    """Claim the new address before the old one is given up, so that no moment leaves the account without one.

    With `reserve_until` nobody else can claim the old one until then.
    """
    is_shared = await lock_account_sharing(connection)
    old, new = (
        (normalize_email(address), SHARED_SCOPE if is_shared else of)
        for address, of in ((account.email, account.website_id), (email, website_id))
    )
    if old == new:
        return
    if not await claim_email(connection, account.id, email=email, scope=new[1]):
        # Two edits may swap places in either field, so the message blames the one that changed.
        path = ["email"] if old[0] != new[0] else ["websiteId"]
        raise EMAIL_TAKEN(path=path)
    former = {"email_normalised": old[0], "scope": old[1], "customer_id": account.id}
    if reserve_until is not None and old[0] != new[0]:
        await update_rows(connection, customer_email, former, {"reserved_until": reserve_until})
    else:
        await delete_rows(connection, customer_email, former)


async def claim_external_id(connection: Connection, customer_id: int, external_id: str) -> bool:
    """Take an external id for a customer; False when another has it. Waits for one who is just taking it, or giving it up."""
    claim = {"external_id": external_id, "customer_id": customer_id}
    return await fetch_one(connection, _CLAIM_EXTERNAL_ID, **claim) is not None


async def move_external_id_claim(
    connection: Connection, account: Row, external_id: str | None, *, path: Sequence[str] = ("externalId",)
) -> None:
    """Claim the new external id of a locked customer and give the old one up."""
    if external_id is not None and not await claim_external_id(connection, account.id, external_id):
        raise EXTERNAL_ID_TAKEN(path=path)
    if account.external_id is not None:
        former = {"customer_id": account.id, "external_id": account.external_id}
        await delete_rows(connection, customer_external_id, former)


async def release_claims(connection: Connection, customer_ids: Collection[int]) -> None:
    """Free the addresses and external ids of customers who are gone."""
    for claims in (customer_external_id, customer_email):
        await delete_rows(connection, claims, {"customer_id": list(customer_ids)})
