"""Account scope: an account works on its website, or on all of them (docs/domain/account-scope.md#account-scope-1)."""

import enum
from typing import Final

from sqlalchemy import ARRAY, BigInteger, Text, bindparam, column, func, literal, select, update

from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.database.distribution.forms import are_forms_distributed
from customer_gql.database.statements import (
    Connection,
    compile_statement,
    equals_any,
    execute_statement,
    fetch_rows,
)
from customer_gql.shop.settings.declaration import GLOBAL, Setting
from customer_gql.shop.settings.reads import own_value, setting
from customer_gql.shop.settings.writes import lock_own_value, set_value

from .tables import customer, customer_email

_EMAILS_COLLIDE: Final = Refusal(
    "account_sharing.emails_collide",
    "Some addresses have an account on more than one website: {count}[, such as {examples}]. Change or delete those first.",
    UserErrorCode.TAKEN,
)


class AccountSharing(enum.StrEnum):
    PER_WEBSITE = "PER_WEBSITE"
    GLOBAL = "GLOBAL"


PER_WEBSITE: Final = AccountSharing.PER_WEBSITE.value
EVERYWHERE: Final = AccountSharing.GLOBAL.value
SHARING: Final = Setting(
    "customers.account_sharing",
    PER_WEBSITE,
    GLOBAL,
    "Whether an account works on its website alone or on all of them. Changed by its own mutation only.",
    one_of=(PER_WEBSITE, EVERYWHERE),
    own_mutation="accountSharingSet",
    label="Account sharing",
)
SHARED_SCOPE: Final = 0
_LISTED: Final = 5


async def accounts_are_shared(connection: Connection) -> bool:
    return await setting(connection, SHARING) == EVERYWHERE


async def lock_account_sharing(connection: Connection) -> bool:
    """Whether accounts are shared, which stays so until the transaction ends. The migrations store the first value."""
    return await own_value(connection, SHARING, lock=True) == EVERYWHERE


async def lock_account_sharing_first(connection: Connection) -> bool:
    """The same for a transaction that has to know it before it locks customers, as an import. One such transaction at a time; a
    change of the sharing waits for it before it locks customers itself."""
    stored, _ = await lock_own_value(connection, SHARING, GLOBAL, 0)
    return stored == EVERYWHERE


async def email_scope(connection: Connection, website_id: int) -> int:
    """The scope in which an address of this website is looked up."""
    return SHARED_SCOPE if await accounts_are_shared(connection) else website_id


async def lock_email_scope(connection: Connection, website_id: int) -> int:
    """The same for a transaction that claims an address: the scope stays until it ends."""
    return SHARED_SCOPE if await lock_account_sharing(connection) else website_id


async def set_account_sharing(connection: Connection, sharing: AccountSharing, *, names_addresses: bool = False) -> int:
    """Move every claim to the other scope, all or none; how many moved. Refused while two accounts would collide, and
    the refusal names addresses only to those who may read them."""
    # Waits for transactions that are claiming an address, and lets nobody claim one until the end.
    await set_value(connection, SHARING, sharing.value)
    if sharing is AccountSharing.PER_WEBSITE and are_forms_distributed():
        return await _move_claims_by_key(connection)
    if sharing is AccountSharing.PER_WEBSITE:
        moved = update(customer_email).values(scope=customer.c.website_id)
        return await execute_statement(
            connection,
            moved.where(customer.c.id == customer_email.c.customer_id, customer_email.c.scope == SHARED_SCOPE),
        )
    await _refuse_collisions(connection, names_addresses=names_addresses)
    return await execute_statement(
        connection, update(customer_email).where(customer_email.c.scope != SHARED_SCOPE).values(scope=SHARED_SCOPE)
    )


async def _move_claims_by_key(connection: Connection) -> int:
    """To the websites of their customers, in batches, because a claim may lie on another machine than its customer."""
    moved, after = 0, ""
    claims = customer_email.c
    batch = select(claims.email_normalised, claims.customer_id).where(claims.scope == SHARED_SCOPE)
    batch = batch.order_by(claims.email_normalised).limit(_BATCH)
    while found := await fetch_rows(connection, batch.where(claims.email_normalised > after)):
        owners = select(customer.c.id, customer.c.website_id)
        owners = owners.where(equals_any(customer.c.id, sorted({row.customer_id for row in found})))
        websites = {row.id: row.website_id for row in await fetch_rows(connection, owners)}
        wanted = {row.email_normalised: websites[row.customer_id] for row in found if row.customer_id in websites}
        given = {"emails": list(wanted), "websites": list(wanted.values())}
        moved += await execute_statement(connection, _MOVE_CLAIMS, **given)
        after = found[-1].email_normalised
    return moved


_BATCH: Final = 5_000
_wanted = (
    func.unnest(bindparam("emails", type_=ARRAY(Text())), bindparam("websites", type_=ARRAY(BigInteger())))
    .table_valued(column("email_normalised", Text()), column("website_id", BigInteger()))
    .render_derived(name="wanted")
)
_MOVE_CLAIMS: Final = compile_statement(
    update(customer_email)
    .where(customer_email.c.email_normalised == _wanted.c.email_normalised, customer_email.c.scope == SHARED_SCOPE)
    .values(scope=_wanted.c.website_id)
)


async def _refuse_collisions(connection: Connection, *, names_addresses: bool) -> None:
    colliding = await fetch_rows(
        connection,
        select(customer_email.c.email_normalised, func.count().over().label("total"))
        .group_by(customer_email.c.email_normalised)
        .having(func.count() > literal(1))
        .order_by(customer_email.c.email_normalised)
        .limit(_LISTED),
    )
    if colliding:
        examples = [row.email_normalised for row in colliding] if names_addresses else []
        raise _EMAILS_COLLIDE(path=["sharing"], count=colliding[0].total, examples=examples)
