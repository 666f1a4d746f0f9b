"""Samples of staff, roles and service tokens for the tests that walk the whole graph."""

import datetime as dt
from typing import Any

from customer_gql.core.actor import actor_of
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.text import sort_key
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.database.statements import Connection
from customer_gql.staff.service_tokens import writes
from customer_gql.staff.tables import staff_event, staff_user
from support.calls import SOON, about, by_input, by_view, filtered
from support.customers import put
from support.made_rows import MadeRows
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


TEXTS = ["Stra\u00dfe", "\u00c9va A%b", "ann_", "\u4f0a\u85e4", None]


async def make_users(connection: Connection, count: int) -> MadeRows:
    """Staff users of one role."""
    role = await make_role(connection)

    async def hire(connection: Connection, number: int) -> None:
        name = TEXTS[number % 4] or ""
        await put(
            connection,
            staff_user,
            id=new_id(),
            email=f"{number}.{new_id()}@staff.example.com",
            name=name,
            name_sort_key=sort_key(name),
            job_title=TEXTS[-1 - number % 5],
            role_id=role,
            is_active=number % 2 == 0,
            version=1 + number % 3,
            created_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=50 * (number % 4), hours=1),
        )

    for number in range(count):
        await hire(connection, number)

    async def add(connection: Connection) -> None:
        await hire(connection, 3)

    return MadeRows({"assignedRole": {"eq": encode_id("rol", role)}}, add)


async def make_events(connection: Connection, count: int) -> MadeRows:
    """Events of one kind."""
    user = await make_staff(connection, await make_role(connection))
    kind = f"WALK_{user.id}"

    async def do(connection: Connection, number: int) -> None:
        actor = ["STAFF", "SERVICE", "SYSTEM", "NOBODY"][number % 4]
        await put(
            connection,
            staff_event,
            id=new_id(),
            created_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=50 * (number % 4), hours=1),
            kind=kind,
            actor=actor,
            actor_id=user.id if actor == "STAFF" else None,
            subject=[None, encode_id("stf", user.id), "Stra\u00dfe_%"][number % 3],
            address=[None, "192.0.2.1", "2001:db8::1"][number % 3],
            changes="{}",
        )

    for number in range(count):
        await do(connection, number)

    async def add(connection: Connection) -> None:
        await do(connection, 3)

    return MadeRows({"kind": {"eq": kind}}, add)


GRID_ROWS = {"STAFF_USERS": make_users, "STAFF_HISTORY": make_events}
CALLS = {
    "staffUsers": [lambda _: {}, filtered("assignedRole", "rol"), by_view],
    "staffHistory": [lambda _: {}, filtered("staff", "stf"), filtered("service", "svt"), by_view],
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
