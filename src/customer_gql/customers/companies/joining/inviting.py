"""Invitations to a company: a link for one address, which works once within seven days
(docs/domain/company-users.md#company-users-8)."""

import datetime as dt
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.core.text import validate_line
from customer_gql.core.values.emails import normalize_email, validate_email
from customer_gql.customers.addresses.validation import validate_telephone
from customer_gql.customers.companies.invitations.tables import company_invitation
from customer_gql.customers.companies.memberships import ALREADY_MEMBER
from customer_gql.customers.companies.self_service.acting import ActingMember, record_acting
from customer_gql.customers.companies.self_service.roles import find_role, refuse_missing_permissions
from customer_gql.customers.companies.self_service.structure import find_place
from customer_gql.customers.companies.tables import MAX_NAME, company_member
from customer_gql.customers.companies.writes import find_default_role
from customer_gql.customers.profile.reads import find_mail_view
from customer_gql.customers.profile.tables import customer_email
from customer_gql.database.statements import (
    Connection,
    Row,
    equals_any,
    execute_statement,
    fetch_one,
    fetch_rows,
    fetch_value,
)
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.security import tokens

LIFETIME: Final = dt.timedelta(days=7)
MAX_OPEN: Final = 500
INVITATION_NOT_FOUND: Final = Refusal(
    "company.invitation_not_found", "The company has no such open invitation.", UserErrorCode.NOT_FOUND
)
_INVITED_ALREADY: Final = Refusal(
    "company.invited_already",
    "The company has invited this address already. Send that invitation again, or cancel it.",
    UserErrorCode.TAKEN,
)
_TOO_MANY: Final = Refusal(
    "company.too_many_invitations",
    "The company has {limit} open invitations, the most that are possible. Cancel some.",
    UserErrorCode.TOO_MANY,
)


async def invite_user(
    connection: Connection,
    acting: ActingMember,
    *,
    email: str,
    role_id: int | None,
    parent_id: int | None,
    job_title: str | None,
    telephone: str | None,
    by: Actor,
) -> int:
    """An invitation and its mail; the key. Whether the address has an account is not looked up. Raises `RuleErrors`."""
    refused, values = CollectedErrors(), dict[str, Any]()
    with refused.collecting():
        values["email"] = validate_email(email, ["email"])
        values["email_normalised"] = normalize_email(values["email"])
        await _refuse_known(connection, acting.company_id, values["email_normalised"])
    with refused.collecting():
        chosen = await find_default_role(connection, acting.company_id) if role_id is None else role_id
        role = await find_role(connection, acting.company_id, chosen, ["roleId"])
        refuse_missing_permissions(acting, role.permissions, ["roleId"])
        values["role_id"] = role.id
    with refused.collecting():
        values["parent_id"] = await find_place(connection, acting, parent_id, ["parentId"])
    with refused.collecting():
        values["job_title"] = validate_line(job_title, ["jobTitle"], MAX_NAME)
    with refused.collecting():
        values["telephone"] = validate_telephone(telephone, ["telephone"])
    refused.raise_collected()
    total = select(func.count()).select_from(company_invitation).filter_by(company_id=acting.company_id)
    if await fetch_value(connection, total) >= MAX_OPEN:
        raise _TOO_MANY(limit=MAX_OPEN)
    token, key = tokens.new_token(tokens.COMPANY_INVITATION), new_id()
    place = {"id": key, "company_id": acting.company_id, **_lasting(token, acting)}
    await execute_statement(connection, insert(company_invitation).values(**place, **values))
    await _send(connection, acting, values["email"], token, place["expires_at"])
    await record_acting(connection, acting, "COMPANY_USER_INVITED", {}, by=by)
    return key


async def _refuse_known(connection: Connection, company_id: int, name: str) -> None:
    """Only what those who manage the members see anyway: members and open invitations."""
    of_address = select(customer_email.c.customer_id).where(customer_email.c.email_normalised == name)
    ids = [row.customer_id for row in await fetch_rows(connection, of_address)]
    member = select(company_member.c.id).where(
        equals_any(company_member.c.customer_id, ids), company_member.c.company_id == company_id
    )
    if await fetch_value(connection, member) is not None:
        raise ALREADY_MEMBER(path=["email"])
    invited = select(company_invitation.c.id).filter_by(company_id=company_id, email_normalised=name)
    if await fetch_value(connection, invited) is not None:
        raise _INVITED_ALREADY(path=["email"])


def _lasting(token: str, acting: ActingMember) -> dict[str, Any]:
    return {
        "token_hash": tokens.hash_token(token),
        "expires_at": read_clock() + LIFETIME,
        "invited_by": acting.membership.customer_id,
    }


async def _send(connection: Connection, acting: ActingMember, email: str, token: str, expires_at: dt.datetime) -> None:
    sender = acting.accounts[acting.membership.customer_id]
    await queue_mail(
        connection,
        template="company_invitation",
        recipient=email,
        store_view_id=await find_mail_view(connection, sender),
        placeholders={
            "company": acting.company.name,
            "inviter": f"{sender.first_name} {sender.last_name}",
            "expiresAt": expires_at.isoformat(),
        },
        secrets={"token": token},
    )


async def resend_invitation(connection: Connection, acting: ActingMember, id: int, *, by: Actor) -> None:
    """A new link for another seven days; the one before works no longer."""
    stored = await _find_invitation(connection, acting.company_id, id)
    token = tokens.new_token(tokens.COMPANY_INVITATION)
    values = _lasting(token, acting)
    changed = update(company_invitation).where(company_invitation.c.id == id)
    await execute_statement(connection, changed.values(**values))
    await _send(connection, acting, stored.email, token, values["expires_at"])
    await record_acting(connection, acting, "COMPANY_USER_INVITED", {}, by=by)


async def cancel_invitation(connection: Connection, acting: ActingMember, id: int, *, by: Actor) -> None:
    await _find_invitation(connection, acting.company_id, id)
    await execute_statement(connection, delete(company_invitation).where(company_invitation.c.id == id))
    await record_acting(connection, acting, "COMPANY_INVITATION_CANCELED", {}, by=by)


async def _find_invitation(connection: Connection, company_id: int, id: int) -> Row:
    found = await fetch_one(connection, select(company_invitation).filter_by(company_id=company_id, id=id))
    if found is None:
        raise INVITATION_NOT_FOUND(path=["id"])
    return found
