"""Samples of staff, roles and service tokens for the tests that walk the whole graph."""

import datetime as dt
from typing import Any

from customer_gql.core.actor import actor_of
from customer_gql.core.ids import encode_id
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.staff.service_tokens import writes
from support.calls import SOON, about, by_input
from support.staff import make_role, make_staff, session_of


async def furnish(connection: Any, customer: Any) -> dict[str, str]:
    """A staff user, a role and a service token of the customer's website."""
    website_id = customer.website_id
    role = await make_role(connection, website_ids=[website_id])
    user = await make_staff(connection, role)
    await session_of(connection, user.id)
    by = actor_of(
        Viewer(ViewerKind.STAFF, staff_id=user.id, permissions=frozenset(["customers.read"]), website_ids=None)
    )
    async with connection.transaction():
        token, _ = await writes.create_service_token(
            connection,
            name="Walk",
            permissions=["customers.read"],
            website_ids=[encode_id("web", website_id)],
            expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(days=1),
            usual_rate=1000,
            by=by,
        )
    session = await connection.fetchval("SELECT id FROM staff_session WHERE staff_id = $1", user.id)
    event = await connection.fetchval("SELECT max(id) FROM staff_event")
    return {
        "rol": encode_id("rol", role),
        "stf": encode_id("stf", user.id),
        "svt": encode_id("svt", token),
        "sse": encode_id("sse", session),
        "siv": encode_id("siv", user.id),
        "sev": encode_id("sev", event),
    }


CALLS = {
    "staffCreate": [by_input(lambda ids: {"email": "walk@example.com", "name": "Walk", "roleId": ids["rol"]})],
    "staffUpdate": [
        about("stf", name="Walk"),
        by_input(lambda ids: {"id": ids.own("stf"), "roleId": ids["rol"]}),
    ],
    "staffActivate": [about("stf")],
    "staffDeactivate": [about("stf")],
    "staffForceSignIn": [about("stf")],
    "staffInvite": [about("stf")],
    "staffInvitationWithdraw": [about("siv")],
    "staffRoleCreate": [
        by_input(lambda ids: {"name": "Walk", "permissions": ["CUSTOMERS_READ"], "websiteIds": [ids["web"]]}),
    ],
    "staffRoleUpdate": [
        about("rol", name="Walk"),
        by_input(lambda ids: {"id": ids.own("rol"), "websiteIds": [ids["web"]]}),
    ],
    "staffRoleDelete": [about("rol")],
    "staffSessionRevoke": [about("sse")],
    "serviceTokenCreate": [
        by_input(lambda ids: {"name": "Walk", "permissions": [], "websiteIds": [ids["web"]], "expiresAt": SOON}),
    ],
    "serviceTokenRotate": [about("svt")],
    "serviceTokenRevoke": [about("svt")],
    "staffSignOut": [by_input(lambda _: {})],
    "staffPasswordChange": [by_input(lambda _: {"newPassword": "walking over the bridge"})],
    "staffTotpEnroll": [by_input(lambda _: {})],
    "staffTotpConfirm": [by_input(lambda _: {"code": "000000"})],
    "staffTotpDisable": [by_input(lambda _: {"code": "000000"})],
}

UNRECORDED = dict.fromkeys(
    (
        "staffCreate",
        "staffUpdate",
        "staffActivate",
        "staffDeactivate",
        "staffForceSignIn",
        "staffInvite",
        "staffInvitationWithdraw",
        "staffRoleCreate",
        "staffRoleUpdate",
        "staffRoleDelete",
        "staffPasswordChange",
        "staffSignOut",
        "staffSessionRevoke",
        "staffTotpEnroll",
        "staffTotpConfirm",
        "staffTotpDisable",
        "staffSignIn",
        "staffOidcExchange",
        "staffPasswordSet",
        "staffPasswordResetRequest",
        "serviceTokenCreate",
        "serviceTokenRotate",
        "serviceTokenRevoke",
    ),
    "in the history of staff",
)
