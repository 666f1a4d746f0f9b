"""Staff look after their own account."""

from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.core.input_ids import parse_input_id
from customer_gql.graph.context import Info
from customer_gql.graph.cookies import SessionTransport
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, own_staff_field, own_staff_mutation
from customer_gql.security import hashing
from customer_gql.security.passwords import PASSWORD_CHANGED_MEANWHILE
from customer_gql.staff.audit.writes import record_staff_event
from customer_gql.staff.types import StaffMe, StaffSession

from . import confirmation, notices, passwords, sessions, totp
from .confirmation import own_staff_id

_NO_PASSWORD: Final = Refusal(
    "password.none",
    "You have no password. Ask for a link to choose one with staffPasswordResetRequest.",
    UserErrorCode.NOT_ALLOWED,
)
_SESSION_NOT_FOUND: Final = Refusal(
    "staff_session.not_found", "There is no such session. It may have ended.", UserErrorCode.NOT_FOUND
)
_FACTOR_OFF: Final = Refusal("second_factor.off", "There is no second factor to switch off.", UserErrorCode.NOT_ALLOWED)
_PASSWORD_TOO_SHORT: Final = Refusal(
    "second_factor.password_too_short",
    "Change to a password of at least {minimum} characters first.",
    UserErrorCode.NOT_ALLOWED,
)


@strawberry.input(description="Current and new password of the staff user.")
class StaffPasswordChangeInput:
    password: str | None = strawberry.field(description="Current password.", default=None)
    new_password: str = column("15 to 256 characters; 12 are enough with a second factor.")


@strawberry.type(description="Result of changing the password.")
class StaffPasswordChangePayload(Payload):
    is_changed: bool = strawberry.field(
        description="Whether the password was changed; false when refused.", default=False
    )


@strawberry.type(description="Result of signing out.")
class StaffSignOutPayload(Payload):
    ended_session_count: int = strawberry.field(description="Number of sessions that ended.", default=0)


@strawberry.input(description="Scope of a sign-out.")
class StaffSignOutInput:
    everywhere: bool = strawberry.field(
        description="Whether every own session ends, not this one alone.", default=False
    )
    session: SessionTransport = strawberry.field(
        description="Place where the client keeps the session; with `COOKIE` its cookie is deleted.",
        default=SessionTransport.TOKEN,
    )


@strawberry.input(description="Own session to end.")
class StaffSessionRevokeInput:
    id: strawberry.ID = column("Id of the session.")


@strawberry.type(description="Result of ending a session.")
class StaffSessionRevokePayload(Payload):
    revoked_id: strawberry.ID | None = strawberry.field(description="The session that ended.", default=None)


@strawberry.input(description="Proof that the request comes from the owner.")
class StaffTotpEnrollInput:
    password: str | None = strawberry.field(description="Own password; required if there is one.", default=None)


@strawberry.type(description="Secret for an authenticator; it has no effect before `staffTotpConfirm`.")
class StaffTotpEnrollPayload(Payload):
    secret: str | None = strawberry.field(
        description="Secret to enter into the authenticator; shown only once.", default=None
    )
    uri: str | None = strawberry.field(description="The secret as an `otpauth:` address, for a QR code.", default=None)


@strawberry.input(description="First code of the authenticator.")
class StaffTotpConfirmInput:
    code: str = column("Current six-digit code.")


@strawberry.type(description="Result of switching the second factor on.")
class StaffTotpConfirmPayload(Payload):
    recovery_codes: list[str] = strawberry.field(
        description="Ten codes that each replace a code of the authenticator once. Shown only once.",
        default_factory=list,
    )


@strawberry.input(description="Proof that the request comes from the owner.")
class StaffTotpDisableInput:
    password: str | None = strawberry.field(description="Own password; required if there is one.", default=None)
    code: str = column("Current six-digit code, or a recovery code.")


@strawberry.type(description="Result of switching the second factor off.")
class StaffTotpDisablePayload(Payload):
    is_off: bool = strawberry.field(description="Whether the second factor is off; false when refused.", default=False)


@strawberry.type
class StaffAccountQuery:
    @own_staff_field(graphql_type=StaffMe, description="The signed-in staff user.")
    async def staff_me(self, info: Info) -> Any:
        staff_id = own_staff_id(info.context)
        async with info.context.database.reads.acquire() as connection:
            user = await passwords.fetch_credentials(connection, staff_id, lock=False)
            left = await totp.count_recovery_codes(connection, staff_id)
        return StaffMe(
            staff_key=staff_id,
            is_password_set=user.hash is not None,
            is_totp_on=user.totp_since is not None,
            recovery_codes_left_count=left,
        )

    @own_staff_field(graphql_type=list[StaffSession], description="One's own sessions that work, newest first.")
    async def staff_sessions(self, info: Info) -> Any:
        async with info.context.database.reads.acquire() as connection:
            return await sessions.fetch_live_sessions(connection, own_staff_id(info.context))


@strawberry.type
class StaffAccountMutation:
    @own_staff_mutation(
        hashes=2,
        description="Change one's own password. A first one is chosen with the link of `staffInvite` or "
        "`staffPasswordResetRequest`. Ends one's other sessions and mails a notice. Writes the history of staff. Cannot be "
        "undone.",
    )
    async def staff_password_change(
        self, info: Info, input: Annotated[StaffPasswordChangeInput, INPUT]
    ) -> StaffPasswordChangePayload:
        context, staff_id = info.context, own_staff_id(info.context)
        passwords.require_passwords(context.settings)
        confirmed = await confirmation.reauthenticate_staff(context, input.password)
        if confirmed is None:
            raise _NO_PASSWORD(path=["password"])
        async with context.transaction() as connection:
            user = await passwords.fetch_credentials(connection, staff_id)
            await passwords.validate_staff_password(connection, user, input.new_password, path="newPassword")
        hash = await hashing.hash_password(input.new_password)
        async with context.transaction() as connection:
            # Nothing was locked while the passwords were hashed, so look again whether it still is the confirmed one.
            if (await passwords.fetch_credentials(connection, staff_id)).hash != confirmed:
                raise PASSWORD_CHANGED_MEANWHILE(path=["password"])
            await passwords.change_staff_password(
                connection, user, hash, by=actor_of(context.viewer), keep=context.viewer.session
            )
        return StaffPasswordChangePayload(is_changed=True)

    @own_staff_mutation(description="End this session, or all of one's own. Writes the history of staff.")
    async def staff_sign_out(self, info: Info, input: Annotated[StaffSignOutInput, INPUT]) -> StaffSignOutPayload:
        context, staff_id = info.context, own_staff_id(info.context)
        async with context.transaction() as connection:
            if input.everywhere:
                ended = await sessions.end_staff_sessions(connection, staff_id)
            else:
                ended = await sessions.end_session_of_token(connection, context.viewer.session)
            await record_staff_event(
                connection, "SIGNED_OUT", by=actor_of(context.viewer), subject=encode_id("stf", staff_id)
            )
        if input.session is SessionTransport.COOKIE:
            context.cookies.delete(sessions.SESSION_COOKIE)
        return StaffSignOutPayload(ended_session_count=ended)

    @own_staff_mutation(description="End one of one's own sessions; the others continue. Writes the history of staff.")
    async def staff_session_revoke(
        self, info: Info, input: Annotated[StaffSessionRevokeInput, INPUT]
    ) -> StaffSessionRevokePayload:
        session_id, viewer = parse_input_id(input.id, "sse", ["id"]), info.context.viewer
        assert viewer.staff_id is not None
        async with info.context.transaction() as connection:
            if not await sessions.end_staff_session(connection, viewer.staff_id, session_id):
                raise _SESSION_NOT_FOUND(path=["id"])
            await record_staff_event(connection, "SESSION_REVOKED", by=actor_of(info.context.viewer), subject=input.id)
        return StaffSessionRevokePayload(revoked_id=input.id)

    @own_staff_mutation(
        hashes=1,
        description="Begin to set up a second factor: a secret for an authenticator. Asks for one's own password. "
        "Nothing changes before `staffTotpConfirm`.",
    )
    async def staff_totp_enroll(
        self, info: Info, input: Annotated[StaffTotpEnrollInput, INPUT]
    ) -> StaffTotpEnrollPayload:
        await confirmation.reauthenticate_staff(info.context, input.password)
        async with info.context.transaction() as connection:
            user = await passwords.fetch_credentials(connection, own_staff_id(info.context))
            secret, uri = await totp.enroll_totp(connection, user, info.context.settings)
        return StaffTotpEnrollPayload(secret=secret, uri=uri)

    @own_staff_mutation(
        description="Switch the second factor on with a first code, and get ten recovery codes. From then on signing "
        "in with the password asks for a code. Ten wrong codes end the session. Mails a notice. Writes the history of "
        "staff. Undone by `staffTotpDisable`."
    )
    async def staff_totp_confirm(
        self, info: Info, input: Annotated[StaffTotpConfirmInput, INPUT]
    ) -> StaffTotpConfirmPayload:
        context = info.context
        async with context.database.reads.acquire() as connection:
            totp.require_enrollment(await passwords.fetch_credentials(connection, own_staff_id(context), lock=False))
        await confirmation.admit_code(context)
        refusal = None
        async with context.transaction() as connection:
            user = await passwords.fetch_credentials(connection, own_staff_id(context))
            codes = await totp.confirm_totp(connection, user, input.code, context.settings)
            if codes is None:
                refusal = await confirmation.refuse_code(connection, context, user)
            else:
                await confirmation.accept_code(connection, context)
                by, subject = actor_of(context.viewer), encode_id("stf", user.id)
                await record_staff_event(connection, "TOTP_ON", by=by, subject=subject)
                await notices.notify_owner(connection, user, "staff_totp_on", address=by.address)
        if refusal is not None:
            raise refusal
        return StaffTotpConfirmPayload(recovery_codes=codes or [])

    @own_staff_mutation(
        hashes=1,
        description="Switch the second factor off. Asks for one's own password, which has to be long enough to stand "
        "alone, and a code; ten wrong codes end the session. Mails a notice. Writes the history of staff. Recovery "
        "codes end; a new set-up makes new ones.",
    )
    async def staff_totp_disable(
        self, info: Info, input: Annotated[StaffTotpDisableInput, INPUT]
    ) -> StaffTotpDisablePayload:
        context = info.context
        async with context.database.reads.acquire() as connection:
            user = await passwords.fetch_credentials(connection, own_staff_id(context), lock=False)
        if user.totp_since is None:
            raise _FACTOR_OFF()
        await confirmation.confirm_password_before_code(context, input.password)
        if input.password is not None and len(hashing.normalize_password(input.password)) < passwords.MIN_LENGTH:
            raise _PASSWORD_TOO_SHORT(path=["password"], minimum=passwords.MIN_LENGTH)
        refusal = None
        async with context.transaction() as connection:
            user = await passwords.fetch_credentials(connection, own_staff_id(context))
            checked = await totp.check_second_factor(connection, user, input.code, context.settings)
            if checked in (totp.FactorCheck.PASSED, totp.FactorCheck.RECOVERY_CODE):
                await confirmation.accept_code(connection, context)
                await totp.disable_totp(connection, user, by=actor_of(context.viewer))
            else:
                refusal = await confirmation.refuse_code(connection, context, user)
        if refusal is not None:
            raise refusal
        return StaffTotpDisablePayload(is_off=True)
