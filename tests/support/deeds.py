"""How to call each mutation that does something to a customer, so that it does. The test of the history fails for a
mutation that is neither here nor among those that touch no customer.

A deed takes the scene, arranges what it needs, and gives who asks, the input, and whom it is about.
"""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.customers.newsletter import opt_in
from support.clients import Client
from support.customers import customer_id, make_address
from support.shopping import ANOTHER, PASSWORD, person

ADDRESS = {"firstName": "Ada", "lastName": "Byron", "street": ["1 Analytical Way"], "city": "London"}
ADDRESS |= {"postcode": "N1 7AA", "countryCode": "GB", "telephone": "+44 20 7946 0000"}
SECRET = "SELECT secrets->>'token' FROM mail_outbox WHERE recipient = $1 AND template = $2 ORDER BY id DESC LIMIT 1"
RESET_REQUEST = "mutation Q($input: EmailInput!) { passwordResetRequest(input: $input) { userErrors { code } } }"
RESEND = "mutation Q($input: EmailInput!) { emailConfirmResend(input: $input) { userErrors { code } } }"
EMAIL_REQUEST = (
    "mutation Q($input: EmailChangeRequestInput!) { emailChangeRequest(input: $input) { userErrors { code } } }"
)
LOGIN_AS = "mutation L($input: CustomerLoginAsInput!) { customerLoginAs(input: $input) { code } }"


@dataclass
class Scene:
    connection: Any
    shopper: Callable[..., Awaitable[Any]]
    guest: Client
    staff: Client

    async def device(self, row: Any) -> Client:
        return Client(self.guest.http, "/graphql", await issue_customer_token(self.connection, row.id))

    async def mailed(self, recipient: str, template: str) -> str:
        return await self.connection.fetchval(SECRET, recipient, template)


@dataclass
class Deed:
    client: Client
    input: dict[str, Any] | None
    row: Any = None
    """Nobody yet, at sign-up."""


Make = Callable[[Scene], Awaitable[Deed]]


def own(**input: Any) -> Make:
    """What customers do to themselves while signed in."""

    async def make(scene: Scene) -> Deed:
        row = await scene.shopper()
        return Deed(await scene.device(row), input, row)

    return make


def by_staff(given: Any = None, **input: Any) -> Make:
    """What staff do to a customer named by `id`."""

    async def make(scene: Scene) -> Deed:
        row = await scene.shopper(**(given or {}))
        return Deed(scene.staff, {"id": customer_id(row), **input}, row)

    return make


def mass(action: str, **input: Any) -> Make:
    async def make(scene: Scene) -> Deed:
        row = await scene.shopper()
        if action == "UNSUBSCRIBE":
            await subscribed(scene, row)
        return Deed(scene.staff, {"action": action, "selection": {"ids": [customer_id(row)]}, **input}, row)

    return make


async def subscribed(scene: Scene, row: Any) -> None:
    await (await scene.device(row)).data("mutation { newsletterSubscribe { userErrors { code } } }")


async def sign_up(scene: Scene) -> Deed:
    return Deed(scene.guest, person(f"{uuid.uuid4().hex}@example.com", isSubscribed=True))


async def sign_in(scene: Scene) -> Deed:
    row = await scene.shopper()
    return Deed(scene.guest, {"email": row.email, "password": PASSWORD}, row)


async def session_revoke(scene: Scene) -> Deed:
    row = await scene.shopper()
    device = await scene.device(row)
    session = (await device.data("{ sessions { id } }"))["sessions"][0]["id"]
    return Deed(await scene.device(row), {"id": session}, row)


async def confirm_resend(scene: Scene) -> Deed:
    row = await scene.shopper(is_email_confirmed=False)
    return Deed(scene.guest, {"email": row.email}, row)


async def confirm(scene: Scene) -> Deed:
    row = await scene.shopper(is_email_confirmed=False)
    await scene.guest.data(RESEND, input={"email": row.email})
    return Deed(scene.guest, {"token": await scene.mailed(row.email, "confirm_email")}, row)


async def reset_request(scene: Scene) -> Deed:
    row = await scene.shopper()
    return Deed(scene.guest, {"email": row.email}, row)


async def reset(scene: Scene) -> Deed:
    row = await scene.shopper()
    await scene.guest.data(RESET_REQUEST, input={"email": row.email})
    return Deed(scene.guest, {"token": await scene.mailed(row.email, "password_reset"), "password": ANOTHER}, row)


async def email_change_request(scene: Scene) -> Deed:
    row = await scene.shopper()
    wanted = f"{uuid.uuid4().hex}@example.com"
    return Deed(await scene.device(row), {"email": wanted, "currentPassword": PASSWORD}, row)


async def email_change(scene: Scene) -> Deed:
    made = await email_change_request(scene)
    await made.client.data(EMAIL_REQUEST, input=made.input)
    assert made.input is not None
    token = await scene.mailed(made.input["email"], "email_change_confirm")
    return Deed(made.client, {"token": token}, made.row)


async def login_as_exchange(scene: Scene) -> Deed:
    row = await scene.shopper(allows_remote_assistance=True)
    given = await scene.staff.data(LOGIN_AS, input={"id": customer_id(row), "reason": "Walk"})
    return Deed(scene.guest, {"code": given["customerLoginAs"]["code"]}, row)


async def impersonated_update(scene: Scene) -> Deed:
    exchange = "mutation X($input: LoginAsExchangeInput!) { loginAsExchange(input: $input) { accessToken } }"
    made = await login_as_exchange(scene)
    token = (await scene.guest.data(exchange, input=made.input))["loginAsExchange"]["accessToken"]
    return Deed(Client(scene.guest.http, "/graphql", token), {"firstName": "Augusta"}, made.row)


async def impersonated_sign_out(scene: Scene) -> Deed:
    made = await impersonated_update(scene)
    return Deed(made.client, {}, made.row)


async def impersonation_end(scene: Scene) -> Deed:
    made = await login_as_exchange(scene)
    id = await scene.connection.fetchval("SELECT id FROM impersonation WHERE customer_id = $1", made.row.id)
    return Deed(scene.staff, {"id": encode_id("imp", made.row.id, id)}, made.row)


def of_address(**input: Any) -> Make:
    async def make(scene: Scene) -> Deed:
        row = await scene.shopper()
        made = await make_address(scene.connection, row)
        return Deed(await scene.device(row), {"id": encode_id("adr", row.id, made.id), **input}, row)

    return make


async def unsubscribe(scene: Scene) -> Deed:
    row = await scene.shopper()
    await subscribed(scene, row)
    return Deed(await scene.device(row), None, row)


async def subscribe(scene: Scene) -> Deed:
    row = await scene.shopper()
    return Deed(await scene.device(row), None, row)


async def newsletter_confirm(scene: Scene) -> Deed:
    row = await scene.shopper()
    async with scene.connection.transaction():
        await opt_in.request_confirmation(scene.connection, row, row.created_in_store_view_id)
    return Deed(scene.guest, {"token": await scene.mailed(row.email, "newsletter_confirm")}, row)


async def unlock(scene: Scene) -> Deed:
    row = await scene.shopper()
    await scene.connection.execute("UPDATE customer SET locked_until = now() + interval '1 day' WHERE id = $1", row.id)
    return Deed(scene.staff, {"id": customer_id(row)}, row)


INACTIVE, UNCONFIRMED = {"status": "INACTIVE"}, {"is_email_confirmed": False}
CONSENTING = {"allows_remote_assistance": True}
KEY = {"idempotencyKey": "walk"}
GROUP = encode_id("grp", 2)

# Mutation -> how to call it, the kind of event it writes, and the fields that stand there before and after.
DEEDS: dict[str, list[tuple[Make, str, set[str]]]] = {
    "signUp": [(sign_up, "SIGNED_UP", {"email", "firstName", "lastName", "isSubscribed"})],
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
    "meDeleteRequest": [(own(currentPassword=PASSWORD), "DELETED", set())],
    "meUpdate": [(own(firstName="Augusta"), "EDITED", {"firstName"}), (impersonated_update, "EDITED", {"firstName"})],
    "loginAsExchange": [(login_as_exchange, "IMPERSONATION_STARTED", set())],
    "addressCreate": [(own(**ADDRESS), "ADDRESS_CREATED", {"city"})],
    "addressUpdate": [(of_address(city="Ockham"), "ADDRESS_EDITED", {"city"})],
    "addressDelete": [(of_address(), "ADDRESS_DELETED", {"city"})],
    "newsletterSubscribe": [(subscribe, "SUBSCRIBED", {"isSubscribed"})],
    "newsletterConfirm": [(newsletter_confirm, "SUBSCRIBED", {"isSubscribed"})],
    "newsletterUnsubscribe": [(unsubscribe, "UNSUBSCRIBED", {"isSubscribed"})],
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
    "customerQuickEdit": [(by_staff(taxVatNumber="GB7"), "EDITED", {"taxVatNumber"})],
    "customerMassAction": [
        (mass("SUBSCRIBE"), "SUBSCRIBED", {"isSubscribed"}),
        (mass("UNSUBSCRIBE"), "UNSUBSCRIBED", {"isSubscribed"}),
        (mass("ASSIGN_GROUP", groupId=GROUP), "EDITED", {"groupId"}),
        (mass("DELETE"), "DELETED", set()),
    ],
    "storeCreditAdjust": [(by_staff(amount="1.00", **KEY), "STORE_CREDIT_ADJUSTED", {"storeCredit"})],
    "rewardPointsAdjust": [(by_staff(points=5, **KEY), "REWARD_POINTS_ADJUSTED", {"rewardPoints"})],
}

# Those that change no customer, and why they stand in no history of one.
ELSEWHERE = {
    "tokenRefresh": "the same session goes on",
    "accountSharingSet": "a setting of the shop, in the history of staff",
    **dict.fromkeys(("mailRetry", "mailTemplateUpdate", "mailTemplateReset"), "in the history of staff"),
    **dict.fromkeys(("configurationSet", "configurationReset"), "in the history of staff"),
}
OF_STAFF = ("staff", "serviceToken")
