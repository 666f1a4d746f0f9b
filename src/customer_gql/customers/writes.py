"""Rules of the account: one claim for one address, versions that grow, deletion that keeps what was bought."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, delete, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.access import Websites
from customer_gql.core.db import Connection, Row, among, execute, fetch, fetch_one
from customer_gql.core.errors import RuleError, UserErrorCode

from .emails import normalised
from .reads import within
from .tables import CustomerType, customer, customer_email


async def locked(connection: Connection, customer_id: int, *, websites: Websites) -> Row:
    """The customer, held until the transaction ends. One of a website outside of `websites` is as good as unknown."""
    statement = select(customer).where(customer.c.id == customer_id, *within(websites)).with_for_update()
    found = await fetch_one(connection, statement)
    if found is None:
        raise RuleError("There is no such customer.", path=["id"], code=UserErrorCode.NOT_FOUND)
    return found


async def move_claim(connection: Connection, held: Row, *, email: str, website_id: int) -> None:
    """Claim the new address before the old one is given up, so that no moment leaves the account without one."""
    old, new = (normalised(held.email), held.website_id), (normalised(email), website_id)
    if old == new:
        return
    claimed = await fetch_one(
        connection,
        upsert(customer_email)
        .values(email_normalised=new[0], scope=new[1], customer_id=held.id)
        .on_conflict_do_nothing()
        .returning(customer_email.c.customer_id),
    )
    if claimed is None:
        # Two edits may swap places in either field, so the message blames the one that changed.
        path = ["email"] if old[0] != new[0] else ["websiteId"]
        raise RuleError(
            "Another account of this website uses that e-mail address.", path=path, code=UserErrorCode.TAKEN
        )
    await execute(
        connection,
        delete(customer_email).where(
            customer_email.c.email_normalised == old[0],
            customer_email.c.scope == old[1],
            customer_email.c.customer_id == held.id,
        ),
    )


async def change(connection: Connection, held: Row, values: Mapping[str, Any]) -> int:
    """Store new values; the version they make. What hangs on the account, as addresses, counts as a change of it."""
    changed = await fetch_one(
        connection,
        update(customer)
        .where(customer.c.id == held.id)
        .values(**values, version=customer.c.version + 1, updated_at=dt.datetime.now(dt.UTC))
        .returning(customer.c.version),
    )
    assert changed is not None, held.id
    return changed.version


async def assign_group(connection: Connection, held: Sequence[Row], group_id: int) -> dict[int, int]:
    """New versions of those that were still as read; the caller says so for the rest.

    The version stands in for a lock: many rows of a distributed table cannot be locked at once.
    """
    pairs = tuple_(customer.c.id, customer.c.version).in_(
        select(func.unnest(_integers([row.id for row in held])), func.unnest(_integers([row.version for row in held])))
    )
    changed = await fetch(
        connection,
        update(customer)
        .where(pairs)
        .values(group_id=group_id, version=customer.c.version + 1, updated_at=dt.datetime.now(dt.UTC))
        .returning(customer.c.id, customer.c.version),
    )
    return {row.id: row.version for row in changed}


def _integers(values: list[int]) -> Any:
    return literal(values, ARRAY(BigInteger))


async def remove(connection: Connection, customer_ids: Sequence[int]) -> list[Row]:
    """Delete accounts for good; those deleted. A company's admin stays until another takes over (domain §3.4).

    Addresses, carts, wishlists and subscriptions go along; orders, reviews and ledgers stay.
    """
    gone = await fetch(
        connection,
        delete(customer)
        .where(among(customer.c.id, customer_ids), customer.c.customer_type != CustomerType.COMPANY_ADMIN.value)
        .returning(customer.c.id, customer.c.version),
    )
    ids = [row.id for row in gone]
    await execute(connection, delete(customer_email).where(among(customer_email.c.customer_id, ids)))
    return gone
