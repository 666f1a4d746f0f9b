"""Account scope: an account works on its website, or on all of them (docs/domain/account-scope.md#account-scope-1)."""

import enum
from typing import Final

from sqlalchemy import func, literal, select, update

from customer_gql.core.errors import RuleError, UserErrorCode
from customer_gql.database.statements import Connection, execute, fetch
from customer_gql.shop.settings.settings import GLOBAL, Setting, configure, configured, held

from .tables import customer, customer_email


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
)
_SHARED_SCOPE: Final = 0
_SHOWN: Final = 5


async def scope_of(connection: Connection, website_id: int) -> int:
    """Where an address of this website is looked up."""
    return _scope(await configured(connection, SHARING), website_id)


async def held_scope(connection: Connection, website_id: int) -> int:
    """Likewise, for who claims an address: the scope stays until the transaction ends."""
    return _scope(await held(connection, SHARING), website_id)


def _scope(sharing: str, website_id: int) -> int:
    return _SHARED_SCOPE if sharing == EVERYWHERE else website_id


async def share(connection: Connection, sharing: AccountSharing) -> int:
    """Move every claim to the other scope, all or none; how many moved. Refused while two accounts would collide."""
    # Waits for whoever is claiming an address, and lets nobody claim one until the end.
    await configure(connection, SHARING, sharing.value)
    if sharing is AccountSharing.PER_WEBSITE:
        moved = update(customer_email).values(scope=customer.c.website_id)
        return await execute(
            connection,
            moved.where(customer.c.id == customer_email.c.customer_id, customer_email.c.scope == _SHARED_SCOPE),
        )
    await _refuse_collisions(connection)
    return await execute(
        connection, update(customer_email).where(customer_email.c.scope != _SHARED_SCOPE).values(scope=_SHARED_SCOPE)
    )


async def _refuse_collisions(connection: Connection) -> None:
    colliding = await fetch(
        connection,
        select(customer_email.c.email_normalised, func.count().over().label("total"))
        .group_by(customer_email.c.email_normalised)
        .having(func.count() > literal(1))
        .order_by(customer_email.c.email_normalised)
        .limit(_SHOWN),
    )
    if colliding:
        listed = ", ".join(row.email_normalised for row in colliding)
        raise RuleError(
            f"{colliding[0].total} addresses have an account on more than one website, as {listed}. "
            "Change or delete those first.",
            path=["sharing"],
            code=UserErrorCode.TAKEN,
        )
