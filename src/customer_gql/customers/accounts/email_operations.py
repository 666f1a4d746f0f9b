"""The e-mail address of an account: confirmed, changed, and given back to its owner; roots of the storefront."""

from typing import Annotated

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.customers.accounts.recovery import email_verification
from customer_gql.customers.accounts.support import email_change_undo
from customer_gql.database.statements import Row
from customer_gql.graph.context import Info
from customer_gql.graph.roots import INPUT, customer_mutation, guest_mutation
from customer_gql.shop.websites.reads import find_requested_view

from . import lockout
from .inputs import DonePayload, EmailChangeRequestInput, EmailInput, EmailTokenInput, EmailTokenPayload

PEER_LIMIT = (
    "Wrong attempts are limited for a network address (30 in 5 minutes unless configured otherwise); beyond that "
    "`RATE_LIMITED` with the seconds to wait as `retryAfter`."
)

CAPTCHA = (
    "Where the website asks for a CAPTCHA, `REQUIRED` or `INVALID` with the key `captcha.required` for a `captchaToken` that is "
    "missing or not good."
)


async def count_peer_attempt(info: Info) -> None:
    """Outside the transaction that may be refused: a refused guess counts too."""
    async with info.context.database.writes.acquire() as connection:
        await lockout.check_peer(connection, info.context.caller.address, info.context.settings.storefront)


async def find_website_of_request(info: Info) -> int | None:
    return (await find_store_view_of_request(info)).website_id if info.context.caller.store_view else None


async def find_store_view_of_request(info: Info) -> Row:
    """The storefront that asks."""
    async with info.context.database.reads.acquire() as connection:
        return await find_requested_view(connection, info.context.caller.store_view)


@strawberry.type
class AccountEmailMutation:
    @guest_mutation(
        exclusive=True,
        in_person=True,
        description="Confirm the address an account was made with. Waiting newsletter subscriptions begin; sessions "
        "from before end. The link works for 24 hours, and only the newest works; any other is `INVALID`. An "
        "address that is confirmed already is answered with `isChanged: false`. "
        f"{PEER_LIMIT} Signs nobody in. Writes history, mails a welcome. Cannot be undone.",
    )
    async def email_confirm(self, info: Info, input: Annotated[EmailTokenInput, INPUT]) -> EmailTokenPayload:
        await count_peer_attempt(info)
        async with info.context.transaction() as connection:
            changed = await email_verification.confirm_email(
                connection, input.token, address=info.context.viewer.address
            )
            await lockout.forgive_peer(connection, info.context.caller.address)
        return EmailTokenPayload(is_changed=changed)

    @guest_mutation(
        exclusive=True,
        in_person=True,
        description="Mail a fresh link that confirms an address, when there is an account that waits for it: five an "
        f"hour, two minutes apart. The answer does not tell. {PEER_LIMIT} Older links stop working.",
    )
    async def email_confirm_resend(self, info: Info, input: Annotated[EmailInput, INPUT]) -> DonePayload:
        await email_verification.resend_confirmation_link(
            info.context, await find_store_view_of_request(info), email=input.email
        )
        return DonePayload()

    @customer_mutation(
        hashes=1,
        exclusive=True,
        in_person=True,
        description="Ask to move the account to another address: a link goes there, and works an hour. The answer does "
        "not tell whether the address has an account; its owner is told by mail. `INVALID` with `currentPassword` for a "
        "wrong password or too many of them, with `email` for no address; `LIMIT_REACHED` after 5 mails in an hour. "
        "Writes history. Nothing changes before the link is used.",
    )
    async def email_change_request(self, info: Info, input: Annotated[EmailChangeRequestInput, INPUT]) -> DonePayload:
        await email_verification.request_email_change(info.context, email=input.email, password=input.current_password)
        return DonePayload()

    @customer_mutation(
        exclusive=True,
        in_person=True,
        description="Move the account to the address the link was mailed to. Ends every session, this one too; sign in "
        "with the new address. `INVALID` for a link that is another's, used, replaced or too old, or when the address was "
        "taken meanwhile. Mails both addresses, writes history. Undone by changing it back.",
    )
    async def email_change_confirm(self, info: Info, input: Annotated[EmailTokenInput, INPUT]) -> EmailTokenPayload:
        viewer = info.context.viewer
        assert viewer.customer_id is not None
        async with info.context.transaction() as connection:
            changed = await email_verification.change_email(
                connection, input.token, customer_id=viewer.customer_id, by=actor_of(viewer)
            )
        return EmailTokenPayload(is_changed=changed)

    @guest_mutation(
        exclusive=True,
        in_person=True,
        unlimited=True,
        description="Undo a change of the address by staff, with the link that was mailed to the old address: address "
        "and password are as before, and every session and link that began since ends. The link works once, for 24 "
        f"hours; any other is `INVALID`. {PEER_LIMIT} Signs nobody in. Mails both addresses, writes history.",
    )
    async def email_change_undo(self, info: Info, input: Annotated[EmailTokenInput, INPUT]) -> DonePayload:
        await count_peer_attempt(info)
        async with info.context.transaction() as connection:
            await email_change_undo.undo_email_change(connection, input.token, address=info.context.viewer.address)
            await lockout.forgive_peer(connection, info.context.caller.address)
        return DonePayload()
