from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import func, select

from customer_gql.customers.companies.reads import is_company_reachable
from customer_gql.loading.pages import Pages, Sort
from customer_gql.loading.reads import one_by

from .tables import company_invitation

_INVITATION: Final[Any] = select(
    *[column for column in company_invitation.c if column.name not in {"token_hash", "email_normalised"}],
    (company_invitation.c.expires_at <= func.now()).label("is_expired"),
)
invitations_by_id = one_by(_INVITATION, company_invitation.c.id)
invitations_by_company = Pages(
    _INVITATION,
    company_invitation.c.company_id,
    sort=Sort("NEWEST", (company_invitation.c.created_at, company_invitation.c.id), descending=True),
)


async def is_invitation_reachable(context: Any, key: Sequence[int]) -> bool:
    found = await context.load(invitations_by_id, key[0])
    return found is not None and await is_company_reachable(context, [found.company_id])
