"""Samples of accounts for the tests that walk the whole graph."""

import uuid
from typing import Any

from customer_gql.core.ids import encode_id, new_id
from support.calls import SOON, about
from support.changes import Change, Changes, Scene, by_staff, own
from support.clients import Client
from support.customers import customer_id
from support.mailed import newest_token
from support.shopping import ANOTHER, PASSWORD, person
from support.staff import make_role, make_staff
from support.writers import Subject, Writer

RESET_REQUEST = (
    "mutation Q($input: PasswordResetRequestInput!) { passwordResetRequest(input: $input) { userErrors { code } } }"
)
RESEND = "mutation Q($input: EmailInput!) { emailConfirmResend(input: $input) { userErrors { code } } }"
EMAIL_REQUEST = (
    "mutation Q($input: EmailChangeRequestInput!) { emailChangeRequest(input: $input) { userErrors { code } } }"
)
LOGIN_AS = "mutation L($input: CustomerLoginAsInput!) { customerLoginAs(input: $input) { code } }"


INACTIVE, UNCONFIRMED = {"status": "INACTIVE"}, {"is_email_confirmed": False}
CONSENTING = {"allows_remote_assistance": True}


async def furnish(connection: Any, customer: Any) -> dict[str, str]:
    await connection.execute(
        "INSERT INTO impersonation (customer_id, id, staff_id, reason, started_at, expires_at)"
        " VALUES ($1, $2, $3, 'Walk', now(), now() + interval '1 hour')",
        customer.id,
        new_id(),
        (await make_staff(connection, await make_role(connection))).id,
    )
    await connection.execute(
        "INSERT INTO remembered_sign_in (token_hash, customer_id, session_id, website_id, expires_at)"
        " VALUES (sha256($1::text::bytea), $2, 1, $3, now() + interval '1 hour')",
        str(customer.id),
        customer.id,
        customer.website_id,
    )
    return {}


async def sign_up(scene: Scene) -> Change:
    return Change(scene.guest, person(f"{uuid.uuid4().hex}@example.com", isSubscribed=True))


async def sign_in(scene: Scene) -> Change:
    row = await scene.shopper()
    return Change(scene.guest, {"email": row.email, "password": PASSWORD}, row)


async def session_revoke(scene: Scene) -> Change:
    row = await scene.shopper()
    device = await scene.device(row)
    session = (await device.data("{ sessions { id } }"))["sessions"][0]["id"]
    return Change(await scene.device(row), {"id": session}, row)


async def session_revoke_by_staff(scene: Scene) -> Change:
    revoked = await session_revoke(scene)
    return Change(scene.staff, revoked.input, revoked.row)


async def confirm_resend(scene: Scene) -> Change:
    row = await scene.shopper(is_email_confirmed=False)
    return Change(scene.guest, {"email": row.email}, row)


async def confirm(scene: Scene) -> Change:
    row = await scene.shopper(is_email_confirmed=False)
    await scene.guest.data(RESEND, input={"email": row.email})
    return Change(scene.guest, {"token": await scene.mailed(row.email, "confirm_email")}, row)


async def reset_request(scene: Scene) -> Change:
    row = await scene.shopper()
    return Change(scene.guest, {"email": row.email}, row)


async def reset(scene: Scene) -> Change:
    row = await scene.shopper()
    await scene.guest.data(RESET_REQUEST, input={"email": row.email})
    return Change(scene.guest, {"token": await scene.mailed(row.email, "password_reset"), "password": ANOTHER}, row)


async def email_change_request(scene: Scene) -> Change:
    row = await scene.shopper()
    wanted = f"{uuid.uuid4().hex}@example.com"
    return Change(await scene.device(row), {"email": wanted, "currentPassword": PASSWORD}, row)


async def email_change(scene: Scene) -> Change:
    made = await email_change_request(scene)
    await made.client.data(EMAIL_REQUEST, input=made.input)
    assert made.input is not None
    token = await scene.mailed(made.input["email"], "email_change_confirm")
    return Change(made.client, {"token": token}, made.row)


async def email_change_undo(scene: Scene) -> Change:
    row = await scene.shopper()
    edit = "mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { changedFields } }"
    await scene.staff.data(edit, input={"id": customer_id(row), "email": f"{uuid.uuid4().hex}@example.com"})
    return Change(scene.guest, {"token": await scene.mailed(row.email, "email_change_undo")}, row)


async def login_as_exchange(scene: Scene) -> Change:
    row = await scene.shopper(allows_remote_assistance=True)
    given = await scene.staff.data(LOGIN_AS, input={"id": customer_id(row), "reason": "Walk"})
    return Change(scene.guest, {"code": given["customerLoginAs"]["code"]}, row)


async def impersonated_update(scene: Scene) -> Change:
    exchange = "mutation X($input: LoginAsExchangeInput!) { loginAsExchange(input: $input) { accessToken } }"
    made = await login_as_exchange(scene)
    token = (await scene.guest.data(exchange, input=made.input))["loginAsExchange"]["accessToken"]
    return Change(Client(scene.guest.http, "/graphql", token), {"firstName": "Augusta"}, made.row)


async def impersonated_sign_out(scene: Scene) -> Change:
    made = await impersonated_update(scene)
    return Change(made.client, {}, made.row)


async def impersonation_end(scene: Scene) -> Change:
    made = await login_as_exchange(scene)
    id = await scene.connection.fetchval("SELECT id FROM impersonation WHERE customer_id = $1", made.row.id)
    return Change(scene.staff, {"id": encode_id("imp", made.row.id, id)}, made.row)


async def unlock(scene: Scene) -> Change:
    row = await scene.shopper()
    await scene.connection.execute("UPDATE customer SET locked_until = now() + interval '1 day' WHERE id = $1", row.id)
    return Change(scene.staff, {"id": customer_id(row)}, row)


def force_at_view(ids: Any) -> Any:
    return {"input": {"id": ids.own("cus"), "loginCodeReason": "Walk", "loginCodeStoreViewId": ids["stv"]}}


def login_at_view(ids: Any) -> Any:
    return {"input": {"id": ids.own("cus"), "reason": "Walk", "storeViewId": ids["stv"]}}


CALLS = {
    "customerForceSignIn": [about("cus"), about("cus", loginCodeReason="Walk"), force_at_view],
    "customerSessionRevoke": [about("ses")],
    "customerResetPassword": [about("cus")],
    "customerLock": [about("cus"), about("cus", until=SOON)],
    "customerUnlock": [about("cus")],
    "customerActivate": [about("cus")],
    "customerDeactivate": [about("cus")],
    "customerConfirm": [about("cus")],
    "customerResendConfirmation": [about("cus")],
    "customerLoginAs": [about("cus", reason="Walk"), login_at_view],
    "impersonationEnd": [about("imp")],
}
CHANGES: Changes = {
    "signUp": [(sign_up, "SIGNED_UP", {"email", "firstName", "lastName"}), (sign_up, "SUBSCRIBED", {"status"})],
    "emailConfirm": [(confirm, "EMAIL_CONFIRMED", {"isEmailConfirmed"})],
    "emailConfirmResend": [(confirm_resend, "CONFIRMATION_REQUESTED", set())],
    "signIn": [(sign_in, "SIGNED_IN", set())],
    "signOut": [(own(), "SIGNED_OUT", set()), (impersonated_sign_out, "IMPERSONATION_ENDED", set())],
    "sessionRevoke": [(session_revoke, "SESSION_REVOKED", set())],
    "passwordChange": [(own(currentPassword=PASSWORD, newPassword=ANOTHER), "PASSWORD_CHANGED", set())],
    "passwordResetRequest": [(reset_request, "PASSWORD_RESET_REQUESTED", set())],
    "passwordReset": [(reset, "PASSWORD_RESET", set())],
    "emailChangeRequest": [(email_change_request, "EMAIL_CHANGE_REQUESTED", set())],
    "emailChangeConfirm": [(email_change, "EMAIL_CHANGED", {"email"})],
    "emailChangeUndo": [(email_change_undo, "EMAIL_CHANGE_UNDONE", {"email"})],
    "meDeleteRequest": [(own(currentPassword=PASSWORD), "DELETED", set())],
    "meUpdate": [(impersonated_update, "EDITED", {"firstName"})],
    "loginAsExchange": [(login_as_exchange, "IMPERSONATION_STARTED", set())],
    "customerSessionRevoke": [(session_revoke_by_staff, "SESSION_REVOKED", set())],
    "customerForceSignIn": [(by_staff(), "FORCED_SIGN_IN", set())],
    "customerResetPassword": [(by_staff(), "PASSWORD_RESET_REQUESTED", set())],
    "customerLock": [(by_staff(), "LOCKED", {"lockedUntil"})],
    "customerUnlock": [(unlock, "UNLOCKED", {"lockedUntil"})],
    "customerActivate": [(by_staff(INACTIVE), "ACTIVATED", {"status"})],
    "customerDeactivate": [(by_staff(), "DEACTIVATED", {"status"})],
    "customerConfirm": [(by_staff(UNCONFIRMED), "EMAIL_CONFIRMED", {"isEmailConfirmed"})],
    "customerResendConfirmation": [(by_staff(UNCONFIRMED), "CONFIRMATION_REQUESTED", set())],
    "customerLoginAs": [(by_staff(CONSENTING, reason="Walk"), "LOGIN_CODE_GIVEN", {"reason"})],
    "impersonationEnd": [(impersonation_end, "IMPERSONATION_ENDED", set())],
}
NOT_PERSONAL = {"ViewerImpersonation.staffName": "told to the customer, whom the staff user acts as"}
UNRECORDED = {
    "tokenRefresh": "the same session goes on",
    "rememberedForget": "a device forgets who it showed; nobody was signed in by it",
}


def button(name: str, **input: Any) -> Writer:
    async def writer(subject: Subject, _turn: int) -> Any:
        return name, subject.staff, {"id": encode_id("cus", subject.id), **input}

    return writer


async def own_email(subject: Subject, turn: int) -> Any:
    device, email = await subject.device(), f"own{turn}.{subject.id}@example.com"
    await device.data(EMAIL_REQUEST, input={"email": email, "currentPassword": PASSWORD})
    return (
        "emailChangeConfirm",
        device,
        {"token": await newest_token(subject.connection, email, "email_change_confirm")},
    )


async def first_proof(subject: Subject, _turn: int) -> Any:
    """The owner of the mailbox takes the account over."""
    device = await subject.device()
    email = await subject.connection.fetchval("SELECT email FROM customer WHERE id = $1", subject.id)
    await device.data(RESET_REQUEST, input={"email": email})
    token = await newest_token(subject.connection, email, "password_reset")
    return "passwordReset", device, {"token": token, "password": ANOTHER}


WRITERS = {
    "customerLock": button("customerLock", note="Asked by telephone"),
    "customerUnlock": button("customerUnlock"),
    "customerDeactivate": button("customerDeactivate"),
    "emailChangeConfirm": own_email,
    "passwordReset": first_proof,
}
