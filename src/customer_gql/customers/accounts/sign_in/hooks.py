"""What other slices do when a customer signs in (docs/domain/sign-in.md#sign-in-16): each behind a savepoint, and never a reason to refuse."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from customer_gql.core.errors import RuleError, RuleErrors
from customer_gql.database.statements import Connection
from customer_gql.database.transactions import transaction

log = structlog.get_logger("sign_in")


@dataclass(frozen=True, slots=True)
class SignInFacts:
    """Who signed in where, and what the browser had before: the token of a guest's cart, that of a visitor, and another customer
    that it remembered."""

    customer_id: int
    website_id: int
    store_view_id: int
    address: str | None
    cart_token: str | None = field(default=None, repr=False)
    visitor: str | None = field(default=None, repr=False)
    remembered_id: int | None = None


SignInHook = Callable[[Connection, SignInFacts], Awaitable[object]]
ON_SIGN_IN: Final[list[SignInHook]] = []
"""What slices declare, joined by `schema/slices.py`."""


async def run_sign_in_hooks(connection: Connection, signed_in: SignInFacts) -> None:
    """Inside the transaction of the sign-in. What a hook refuses or fails at is as if it had not begun."""
    if (signed_in.cart_token, signed_in.visitor, signed_in.remembered_id) == (None, None, None):
        return
    for hook in ON_SIGN_IN:
        try:
            async with transaction(connection):
                await hook(connection, signed_in)
        except (RuleError, RuleErrors) as refused:
            log.info("sign_in_hook_refused", hook=hook.__name__, reason=str(refused))
        except Exception:
            # The customer gets in, whatever becomes of the cart.
            log.exception("sign_in_hook_failed", hook=hook.__name__)
