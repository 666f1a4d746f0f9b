"""What customers do to their own account; roots of the storefront."""

from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.errors import Refusal
from customer_gql.core.input_ids import parse_input_keys
from customer_gql.core.viewer import ViewerKind
from customer_gql.customers.accounts.recovery import password_reset
from customer_gql.customers.accounts.registration import account_deletion, sign_up
from customer_gql.customers.accounts.sessions import access, renewal
from customer_gql.customers.accounts.sessions.viewer import ViewerQuery
from customer_gql.customers.accounts.sign_in import sign_in, sign_out
from customer_gql.customers.accounts.support import impersonation
from customer_gql.customers.attributes.values.inputs import collect_given
from customer_gql.graph.context import Info
from customer_gql.graph.roots import INPUT, customer_field, customer_mutation, guest_mutation

from . import lockout
from .email_operations import (
    CAPTCHA,
    PEER_LIMIT,
    AccountEmailMutation,
    count_peer_attempt,
    find_store_view_of_request,
    find_website_of_request,
)
from .inputs import (
    DonePayload,
    LoginAsExchangeInput,
    MeDeleteRequestInput,
    MeDeleteRequestPayload,
    PasswordChangeInput,
    PasswordResetInput,
    PasswordResetRequestInput,
    SessionRevokeInput,
    SessionsEndedPayload,
    SignInInput,
    SignOutInput,
    SignUpInput,
    SignUpPayload,
    TokenRefreshInput,
)
from .reads import MAX_SESSIONS, sessions_by_customer
from .types import Session, SignInPayload

_REFRESH_TOKEN_INVALID: Final = Refusal("refresh_token.invalid", "This refresh token does not work. Sign in again.")
_SIGNED_IN: Final = Refusal("login_code.signed_in", "A login code cannot be exchanged while signed in. Sign out first.")


@strawberry.type
class AccountQuery:
    @customer_field(
        graphql_type=list[Session] | None,
        description=f"Devices signed in to the account, the last used first; at most {MAX_SESSIONS}.",
    )
    async def sessions(self, info: Info) -> Any:
        return await info.context.load(sessions_by_customer, info.context.viewer.customer_id)


@strawberry.type
class AccountMutation:
    @guest_mutation(
        hashes=1,
        exclusive=True,
        in_person=True,
        description="Create an account on the website of the store view in `X-Store-View` (the default one without it). "
        "The answer does not tell whether the address has an account. Mails a welcome, or a link to confirm the "
        "address where the website wants that; the owner of an existing account is told, five times an hour at most. "
        f"`REQUIRED`, `TOO_LONG` or `INVALID` with the field for what does not fit. {CAPTCHA} {PEER_LIMIT} "
        "Signs nobody in. Writes history. Undone by `meDeleteRequest`.",
    )
    async def sign_up(self, info: Info, input: Annotated[SignUpInput, INPUT]) -> SignUpPayload:
        required = await sign_up.sign_up(
            info.context,
            await find_store_view_of_request(info),
            email=input.email,
            password=input.password,
            about=input.about(),
            attributes=collect_given(input.attributes),
            is_subscribed=input.is_subscribed,
            captcha_token=input.captcha_token,
        )
        return SignUpPayload(is_confirmation_required=required)

    @guest_mutation(
        hashes=1,
        exclusive=True,
        in_person=True,
        description="Start a session on the website of the store view in `X-Store-View` (the default one without it). "
        "One refusal for an unknown address, a wrong password, an account that is locked, inactive or of a group "
        "this website excludes; a right one for an address that is not confirmed yet is `NOT_ALLOWED`. After 5 wrong passwords an account waits a second, doubling to 15 minutes; "
        "the 6th in a row closes sign-in for 30 minutes, the 10th locks the account for 10, unless configured otherwise. "
        f"{CAPTCHA} {PEER_LIMIT} `TOO_LONG` for what no address or password can be. With `X-Cart-Token` the guest's cart goes into the customer's, "
        "as by `cartMerge`; where that fails, the customer is signed in all the same. Writes history; a lock is told by mail. `signOut` "
        "undoes it.",
    )
    async def sign_in(self, info: Info, input: Annotated[SignInInput, INPUT]) -> SignInPayload:
        grant = await sign_in.sign_in(
            info.context,
            await find_store_view_of_request(info),
            email=input.email,
            password=input.password,
            device_token=input.device_token,
            captcha_token=input.captcha_token,
            is_remembered=input.is_remembered,
        )
        return SignInPayload(customer_id=grant.owner_id, grant=grant)

    @guest_mutation(
        exclusive=True,
        unlimited=True,
        in_person=True,
        description="New tokens for a refresh token; the old access token ends. The token exchanged last gets the same "
        "tokens again for a minute unless configured otherwise, so that two tabs, or a repeat after a lost answer, stay "
        "signed in. One presented later, or an older one, was copied: it ends the session and is written into the "
        "history. `INVALID` for one that is unknown, copied or over, and on a website the session does not reach.",
    )
    async def token_refresh(self, info: Info, input: Annotated[TokenRefreshInput, INPUT]) -> SignInPayload:
        website_id = await find_website_of_request(info)
        async with info.context.transaction() as connection:
            grant = await renewal.renew_session(
                connection, input.refresh_token, website_id=website_id, address=info.context.viewer.address
            )
        if grant is None:
            raise _REFRESH_TOKEN_INVALID(path=["refreshToken"])
        return SignInPayload(customer_id=grant.owner_id, grant=grant)

    @customer_mutation(
        unlimited=True,
        description="End this session, or with `all` every one: the tokens stop working at once, on every server. "
        "With `all`, staff who are signed in as the customer leave too. They themselves end their own token alone. Writes history. Cannot be undone; sign in again.",
    )
    async def sign_out(self, info: Info, input: Annotated[SignOutInput, INPUT]) -> SessionsEndedPayload:
        ended = await sign_out.sign_out(info.context, every=input.all)
        return SessionsEndedPayload(ended_session_count=ended)

    @customer_mutation(
        in_person=True,
        unlimited=True,
        description="End one session of the account; the others continue. Writes history. A session that has ended, or is "
        "another's, is `NOT_FOUND`. Cannot be undone; the device signs in again.",
    )
    async def session_revoke(self, info: Info, input: Annotated[SessionRevokeInput, INPUT]) -> SessionsEndedPayload:
        customer_id, session_id = parse_input_keys(input.id, "ses", 2, ["id"])
        if customer_id != info.context.viewer.customer_id:
            raise access.SESSION_NOT_FOUND(path=["id"])
        ended = await sign_out.revoke_session(info.context, session_id)
        return SessionsEndedPayload(ended_session_count=ended)

    @customer_mutation(
        hashes=2,
        exclusive=True,
        in_person=True,
        description="Choose another password. Ends every other session unless told otherwise, and open reset links. "
        "`INVALID` with the field for a wrong or an unfit password. The 10th wrong one in a row, here or at sign-in, locks "
        "for 10 minutes unless configured otherwise; refused sign-ins alone close nothing here. Mails the owner, writes "
        "history. Undone by changing it back.",
    )
    async def password_change(self, info: Info, input: Annotated[PasswordChangeInput, INPUT]) -> SessionsEndedPayload:
        ended = await password_reset.change_password(
            info.context,
            current=input.current_password,
            new=input.new_password,
            keep_others=input.keep_other_sessions,
        )
        return SessionsEndedPayload(ended_session_count=ended)

    @guest_mutation(
        exclusive=True,
        in_person=True,
        description="Mail a link to choose a new password, when there is an account: five an hour, two minutes apart. "
        "A network address that asks too often gets `RATE_LIMITED` with the seconds to wait. The link works once, for 30 minutes unless configured otherwise, and "
        f"only the newest works. The answer does not tell; `INVALID` and `TOO_LONG` are for what is no address. {CAPTCHA} Writes "
        "history. The old password goes on working.",
    )
    async def password_reset_request(
        self, info: Info, input: Annotated[PasswordResetRequestInput, INPUT]
    ) -> DonePayload:
        await password_reset.request_reset(
            info.context,
            await find_store_view_of_request(info),
            email=input.email,
            captcha_token=input.captcha_token,
        )
        return DonePayload()

    @guest_mutation(
        hashes=1,
        exclusive=True,
        in_person=True,
        description="Choose a new password with a link. Ends every session and link, a lock of wrong passwords too; "
        "confirms the address. Where it was never confirmed, the address book, the consent to remote assistance and "
        "waiting newsletter wishes go too: the person who created the account may not have been the owner. `INVALID` with `token` for "
        f"a link that is unknown, used, replaced or too old, with `password` for one that does not fit. {PEER_LIMIT} Signs nobody in. "
        "Mails the owner, writes history. Cannot be undone.",
    )
    async def password_reset(self, info: Info, input: Annotated[PasswordResetInput, INPUT]) -> DonePayload:
        await password_reset.reset_password(info.context, token=input.token, password=input.password)
        return DonePayload()

    @customer_mutation(
        hashes=1,
        exclusive=True,
        in_person=True,
        description="Delete the customer's own account, or ask staff to where the shop requires it. Orders, reviews and ledgers "
        "stay. `INVALID` with `currentPassword` for a wrong one or too many of them, `NOT_ALLOWED` for a company's admin. "
        "Ends every session, mails the owner, writes history. Cannot be undone.",
    )
    async def me_delete_request(
        self, info: Info, input: Annotated[MeDeleteRequestInput, INPUT]
    ) -> MeDeleteRequestPayload:
        deleted = await account_deletion.request_deletion(info.context, password=input.current_password)
        return MeDeleteRequestPayload(is_deleted=deleted)

    @guest_mutation(
        exclusive=True,
        in_person=True,
        description="Exchange a code of `customerLoginAs` for a token of 15 minutes that acts as the customer and names "
        "the staff member too. Closed to a signed-in customer. `INVALID` for a code that is unknown, used or older "
        f"than a minute, and on a website the customer may not act on. {PEER_LIMIT} Writes "
        "history; the customer sees it afterwards.",
    )
    async def login_as_exchange(self, info: Info, input: Annotated[LoginAsExchangeInput, INPUT]) -> SignInPayload:
        if info.context.viewer.kind is not ViewerKind.GUEST:
            raise _SIGNED_IN(path=["code"])
        await count_peer_attempt(info)
        website_id, address = await find_website_of_request(info), info.context.viewer.address
        async with info.context.transaction() as connection:
            grant = await impersonation.exchange_login_code(
                connection, input.code, website_id=website_id, address=address
            )
            await lockout.forgive_peer(connection, info.context.caller.address)
        return SignInPayload(customer_id=grant.owner_id, grant=grant)


QUERIES: Final = (AccountQuery, ViewerQuery)
MUTATIONS: Final = (AccountMutation, AccountEmailMutation)
