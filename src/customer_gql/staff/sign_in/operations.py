"""How staff get in: what needs no token."""

import datetime as dt
from functools import partial
from typing import Annotated, Any, Final, Self

import strawberry

from customer_gql.core.errors import Refusal
from customer_gql.core.values.emails import normalize_email, validate_email
from customer_gql.core.viewer import ViewerKind
from customer_gql.graph.access.guards import OwnRecord
from customer_gql.graph.context import Info
from customer_gql.graph.cookies import Cookies, SessionTransport
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, open_admin_mutation
from customer_gql.security import devices, hashing
from customer_gql.security.sessions import SessionGrant
from customer_gql.staff import reads
from customer_gql.staff.audit.writes import actor_without_token
from customer_gql.staff.tables import SignedInBy
from customer_gql.staff.types import StaffUser

from . import attempts, links, oidc, passwords, sessions
from .own_account import StaffAccountMutation, StaffAccountQuery
from .sessions import DEVICE_COOKIE, SESSION_COOKIE, SESSION_LIFETIME
from .sign_in import SignInAttempt, sign_in_staff

_OIDC_CODE_INVALID: Final = Refusal(
    "staff_sign_in.code_invalid",
    "This code does not work: it was used, is unknown, is too old, or another page started the sign-in. Sign in again.",
)
_LINK_INVALID: Final = Refusal(
    "staff_link.invalid",
    "This link does not work: it was used, replaced by a newer one, or is too old. Ask for another one.",
)


@strawberry.input(description="Credentials of a staff user.")
class StaffSignInInput:
    email: str = column("Address of the account, at most 254 characters.")
    password: str = column("Password, at most 256 characters.")
    totp: str | None = strawberry.field(
        description="Current six-digit code, or a recovery code, when a second factor is on.", default=None
    )
    device_token: str | None = strawberry.field(
        description="Device token of an earlier sign-in on this device. Guesses from elsewhere do not delay it then. With "
        "`COOKIE`, the cookie of an earlier sign-in stands for it.",
        default=None,
    )
    session: SessionTransport = strawberry.field(
        description="Place where the client keeps the session.", default=SessionTransport.TOKEN
    )


@strawberry.type
class SessionPayload(Payload):
    """A payload with the token of a new session."""

    staff_key: strawberry.Private[int | None] = None
    token: str | None = strawberry.field(
        description="Access token, to be sent as `Authorization: Bearer …`. Shown only once; null when refused, "
        "and with `COOKIE`.",
        default=None,
    )
    expires_at: dt.datetime | None = strawberry.field(
        description="Time at which the session ends in any case; without use it ends after `staff.session_idle_minutes`.",
        default=None,
    )

    @classmethod
    def of(cls, grant: SessionGrant, transport: SessionTransport, cookies: Cookies) -> Self:
        token: str | None = grant.access_token
        if transport is SessionTransport.COOKIE:
            cookies.set(SESSION_COOKIE, grant.access_token, seconds=int(SESSION_LIFETIME.total_seconds()))
            token = None
        return cls(token=token, expires_at=grant.expires_at, staff_key=grant.owner_id)

    @strawberry.field(graphql_type=StaffUser | None, description="Staff user who signed in; null when refused.")
    async def staff_user(self, info: Info) -> Any:
        if self.staff_key is None:
            return None
        return OwnRecord(await info.context.load(reads.staff_by_id, self.staff_key))


@strawberry.type(description="A new session, or the reason for refusing one.")
class StaffSignInPayload(SessionPayload):
    device_token: str | None = strawberry.field(
        description="Token by which this device is known, valid for this account for a year after its last use. Keep "
        "it on the device and send it at the next sign-in. It does not sign in. With `COOKIE` it is a cookie, and this null.",
        default=None,
    )


@strawberry.input(description="Code that a browser brought from the identity provider.")
class StaffOidcExchangeInput:
    code: str = column("The one-time code.")
    verifier: str = column(
        "Secret of the page that started the sign-in, 43 to 128 characters; its SHA-256 in URL-safe base64 was the "
        "`challenge` of `/admin/oidc/start`."
    )
    session: SessionTransport = strawberry.field(
        description="Place where the client keeps the session.", default=SessionTransport.TOKEN
    )


@strawberry.type(description="A new session, or the reason for refusing one.")
class StaffOidcExchangePayload(SessionPayload):
    pass


@strawberry.input(description="Password that a staff user chooses with a mailed link.")
class StaffPasswordSetInput:
    token: str = column("Token of the link in the mail.")
    password: str = column("15 to 256 characters; 12 are enough with a second factor.")


@strawberry.type(description="Result of setting a password.")
class StaffPasswordSetPayload(Payload):
    is_set: bool = strawberry.field(description="Whether the password was set; false when refused.", default=False)
    device_token: str | None = strawberry.field(
        description="Device token for the first sign-in with the new password.", default=None
    )


@strawberry.input(description="Staff user who needs a new password.")
class StaffPasswordResetRequestInput:
    email: str = column("Address of the account, at most 254 characters.")


@strawberry.type(description="Result of a request for a new password; it is the same for every address.")
class StaffPasswordResetRequestPayload(Payload):
    is_accepted: bool = strawberry.field(
        description="Whether the request was accepted; false when refused.", default=False
    )


@strawberry.type
class StaffSignInMutation:
    @open_admin_mutation(
        hashes=1,
        description="Sign in as staff. One answer for an unknown address, a wrong password or code, a closed account "
        "and too many guesses. Five guesses are free, then a pause doubles from 1 second to 15 minutes. A network "
        "address with 30 wrong guesses in five minutes, unless configured otherwise, gets `RATE_LIMITED` with the "
        "seconds to wait as `retryAfter`. With the `deviceToken` of an earlier sign-in, only guesses on that device "
        "count. A wrong code, a used recovery code and a new device are mailed to the owner. Writes the history of "
        "staff. Undone by `staffSignOut`.",
    )
    async def staff_sign_in(self, info: Info, input: Annotated[StaffSignInInput, INPUT]) -> StaffSignInPayload:
        cookies, device_token = info.context.cookies, input.device_token
        if input.session is SessionTransport.COOKIE:
            cookies.require_same_origin()
            device_token = device_token or cookies.get(DEVICE_COOKIE)
        attempt = SignInAttempt(input.email[:254], input.password, input.totp, device_token)
        signed_in = await sign_in_staff(info.context, attempt)
        payload = StaffSignInPayload.of(signed_in.grant, input.session, cookies)
        if input.session is SessionTransport.COOKIE:
            cookies.set(DEVICE_COOKIE, signed_in.device_token, seconds=int(devices.DEVICE_LIFETIME.total_seconds()))
        else:
            payload.device_token = signed_in.device_token
        return payload

    @open_admin_mutation(
        description="Exchange the code a browser brought from the identity provider, once and within 60 seconds, for "
        "a session. Only the page that started the sign-in can, with its verifier. A second factor is the responsibility of the provider. Writes the history of staff. Undone by `staffSignOut`."
    )
    async def staff_oidc_exchange(
        self, info: Info, input: Annotated[StaffOidcExchangeInput, INPUT]
    ) -> StaffOidcExchangePayload:
        context, grant = info.context, None
        if input.session is SessionTransport.COOKIE:
            context.cookies.require_same_origin()
        address = context.caller.address
        async with context.transaction() as connection:
            staff_id = await oidc.exchange_one_time_code(connection, input.code, input.verifier, address)
            if staff_id is not None:
                agent = context.caller.user_agent or None
                grant = await sessions.sign_in_staff_user(
                    connection, staff_id, by=SignedInBy.OIDC, address=address, user_agent=agent
                )
        # After the commit: a code that was tried with a wrong verifier is used up.
        if grant is None:
            raise _OIDC_CODE_INVALID(path=["code"])
        return StaffOidcExchangePayload.of(grant, input.session, context.cookies)

    @open_admin_mutation(
        hashes=1,
        description="Choose a password by a link mailed by `staffInvite` or `staffPasswordResetRequest`. The link works "
        "once. Ends every session, forgets wrong guesses and mails a notice; does not sign in, and a second factor "
        "stays on. Writes the history of staff. Cannot be undone.",
    )
    async def staff_password_set(
        self, info: Info, input: Annotated[StaffPasswordSetInput, INPUT]
    ) -> StaffPasswordSetPayload:
        passwords.require_passwords(info.context.settings)
        refusal = _LINK_INVALID(path=["token"])
        async with info.context.database.writes.acquire() as connection:
            await attempts.check_peer(connection, info.context.caller.address, info.context.settings.admin)
            user = await links.find_owner_of_link(connection, input.token)
            if user is None:
                raise refusal
            # The link was right, whether or not the new password is.
            await attempts.forgive_peer(connection, info.context.caller.address)
            await passwords.validate_staff_password(connection, user, input.password)
        hash = await hashing.hash_password(input.password)
        async with info.context.transaction() as connection:
            await passwords.fetch_credentials(connection, user.id)
            if not await links.use_link(connection, input.token):
                raise refusal
            by = actor_without_token(user.id, info.context.caller.address)
            await passwords.change_staff_password(connection, user, hash, by=by)
            device = await devices.remember_device(connection, ViewerKind.STAFF, user.id, None)
        return StaffPasswordSetPayload(is_set=True, device_token=device.token)

    @open_admin_mutation(
        description="Mail a staff user a link to choose a new password, for `staffPasswordSet`. It works once, for 30 "
        "minutes, and only the newest does. At most 5 in an hour for an account; a network address with 30 requests in "
        "five minutes, unless configured otherwise, gets `RATE_LIMITED`. The answer is the same for every address. Writes the history of staff."
    )
    async def staff_password_reset_request(
        self, info: Info, input: Annotated[StaffPasswordResetRequestInput, INPUT]
    ) -> StaffPasswordResetRequestPayload:
        context = info.context
        passwords.require_passwords(context.settings)
        email, address = validate_email(input.email), context.caller.address
        async with context.database.writes.acquire() as connection:
            admitted = await links.count_reset_request(connection, email, address, context.settings.admin)
        if admitted:
            # After the answer, whose time then does not say whether there is such a user.
            work = partial(links.mail_reset_link, email=email, address=address)
            context.later(("staff reset", normalize_email(email)), work)
        return StaffPasswordResetRequestPayload(is_accepted=True)


ADMIN_QUERIES: Final = (StaffAccountQuery,)
ADMIN_MUTATIONS: Final = (StaffAccountMutation, StaffSignInMutation)
