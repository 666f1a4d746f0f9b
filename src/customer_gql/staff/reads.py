from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Text, bindparam, func, literal, or_, select

from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Websites
from customer_gql.database.statements import AnySelect, Connection, compile_statement, fetch_one
from customer_gql.loading.lists import RootList
from customer_gql.loading.pages import Sort
from customer_gql.loading.reads import one_by
from customer_gql.messaging.jobs.runs.rights import OwnerRights
from customer_gql.messaging.jobs.runs.tables import JobOwner
from customer_gql.security.sessions import is_live, is_stale

from .filters import STAFF
from .tables import (
    service_token,
    service_token_secret,
    staff_invitation,
    staff_password,
    staff_recovery_code,
    staff_role,
    staff_session,
    staff_totp,
    staff_user,
)

staff_by_id = one_by(STAFF, staff_user.c.id)
roles_by_id = one_by(select(staff_role), staff_role.c.id)
service_tokens_by_id = one_by(select(service_token), service_token.c.id)

ROLES = select(staff_role).order_by(staff_role.c.name_sort_key, staff_role.c.id)
SERVICE_TOKENS = select(service_token).order_by(service_token.c.id.desc())

# One row for a user at most.
INVITATIONS = (
    select(
        staff_invitation.c.staff_id.label("id"),
        staff_invitation.c.staff_id,
        staff_invitation.c.created_at,
        staff_invitation.c.expires_at,
    )
    .select_from(staff_invitation.join(staff_user).join(staff_role))
    .where(staff_invitation.c.expires_at > func.now(), staff_user.c.is_active)
)
invitation_list = RootList(
    INVITATIONS, [Sort("NEWEST", (staff_invitation.c.created_at, staff_invitation.c.staff_id), descending=True)]
)

_session = staff_session.c
viewers_by_token = one_by(
    select(
        _session.token_hash,
        staff_user.c.id,
        _session.id.label("session_id"),
        staff_role.c.permissions,
        staff_role.c.website_ids,
        _session.idle_until,
        is_stale(staff_session).label("is_stale"),
    )
    .select_from(staff_session.join(staff_user).join(staff_role))
    .where(is_live(staff_session), staff_user.c.is_active),
    _session.token_hash,
)

services_by_token = one_by(
    select(
        service_token_secret.c.token_hash,
        service_token.c.id,
        service_token.c.permissions,
        service_token.c.website_ids,
        service_token.c.rate,
        func.least(service_token_secret.c.expires_at, service_token.c.expires_at).label("ends_at"),
    )
    .select_from(service_token_secret.join(service_token))
    .where(
        service_token_secret.c.expires_at > func.now(),
        service_token.c.expires_at > func.now(),
        service_token.c.revoked_at.is_(None),
    ),
    service_token_secret.c.token_hash,
)

# What a sign-in is judged by. The password and the second factor may be missing, the user may be unknown.
CREDENTIALS = select(
    staff_user.c.id,
    staff_user.c.email,
    staff_user.c.name,
    staff_user.c.is_active,
    staff_password.c.hash,
    staff_totp.c.secret,
    staff_totp.c.confirmed_at.label("totp_since"),
).select_from(staff_user.outerjoin(staff_password).outerjoin(staff_totp))

_owner_id: Any = bindparam("owner_id", type_=BigInteger())
RECOVERY_CODES_LEFT = select(func.count()).select_from(staff_recovery_code)

_RIGHTS: Final = {
    JobOwner.STAFF: compile_statement(
        select(staff_role.c.permissions, staff_role.c.website_ids)
        .select_from(staff_user.join(staff_role))
        .where(staff_user.c.id == _owner_id, staff_user.c.is_active)
    ),
    JobOwner.SERVICE: compile_statement(
        select(service_token.c.permissions, service_token.c.website_ids).where(
            service_token.c.id == _owner_id,
            service_token.c.expires_at > func.now(),
            service_token.c.revoked_at.is_(None),
        )
    ),
}


async def find_owner_rights(connection: Connection, owner: JobOwner, owner_id: int) -> OwnerRights | None:
    """What a staff user or a service token may do now, whatever became of sessions; None for one that is let in no more."""
    found = await fetch_one(connection, _RIGHTS[owner], owner_id=owner_id)
    if found is None:
        return None
    websites = None if found.website_ids is None else frozenset(found.website_ids)
    return OwnerRights(frozenset(found.permissions), websites)


def visible_within(column: ColumnElement[Any], websites: Websites) -> list[ColumnElement[bool]]:
    """Keeps roles, users by their role, and service tokens to those a viewer of these websites may know of."""
    return [] if websites is None else [column.op("<@")(literal(sorted(websites), ARRAY(BigInteger)))]


def select_holders(permission: Permission, website_ids: Sequence[int] | None) -> AnySelect:
    """Address and name of the active staff users who have a permission on all of these websites; null is every website."""
    reached = staff_role.c.website_ids.is_(None)
    if website_ids is not None:
        reached = or_(reached, staff_role.c.website_ids.op("@>")(literal(list(website_ids), ARRAY(BigInteger))))
    holds = staff_role.c.permissions.op("@>")(literal([permission.value], ARRAY(Text)))
    return (
        select(staff_user.c.email, staff_user.c.name)
        .select_from(staff_user.join(staff_role))
        .where(staff_user.c.is_active, holds, reached)
        .order_by(staff_user.c.id)
    )
