from typing import Annotated, Final

import strawberry

from customer_gql.core.input_ids import parse_input_id
from customer_gql.customers.accounts.email_operations import PEER_LIMIT, find_store_view_of_request
from customer_gql.customers.companies.permissions import CompanyPermission
from customer_gql.customers.companies.self_service.changing import (
    change_company_of_viewer,
    describe_needs,
    parse_node_id,
)
from customer_gql.graph.context import Info
from customer_gql.graph.roots import INPUT, customer_mutation, guest_mutation

from . import inviting
from .accepting import accept_invitation
from .inputs import CompanyInvitationAcceptInput, CompanyInvitationInput, CompanyUserInviteInput
from .types import CompanyInvitationAcceptPayload, CompanyInvitationPayload

_NEEDS: Final = describe_needs(CompanyPermission.USERS_MANAGE)


@strawberry.type
class CompanyInvitationMutation:
    @customer_mutation(
        in_person=True,
        description="Invite somebody to the company by a mailed link, which works once within seven days, for that address alone. "
        f"The answer is the same whether or not the address has an account. {_NEEDS} Undone by `companyInvitationCancel`.",
    )
    async def company_user_invite(
        self, info: Info, input: Annotated[CompanyUserInviteInput, INPUT]
    ) -> CompanyInvitationPayload:
        role_id = None if input.role_id is None else parse_input_id(input.role_id, "crl", ["roleId"])
        above = None if input.parent_id is None else parse_node_id(input.parent_id, ["parentId"])
        needed = CompanyPermission.USERS_MANAGE
        async with change_company_of_viewer(info, input.company_id, needed) as (connection, acting, by):
            key = await inviting.invite_user(
                connection,
                acting,
                email=input.email,
                role_id=role_id,
                parent_id=above,
                job_title=input.job_title,
                telephone=input.telephone,
                by=by,
            )
        return CompanyInvitationPayload(company_key=acting.company_id, invitation_key=key)

    @customer_mutation(
        in_person=True,
        description="Send the link of an invitation again, for another seven days; links from before work no longer. "
        f"{_NEEDS} Cannot be undone.",
    )
    async def company_invitation_resend(
        self, info: Info, input: Annotated[CompanyInvitationInput, INPUT]
    ) -> CompanyInvitationPayload:
        key, needed = parse_input_id(input.id, "civ", ["id"]), CompanyPermission.USERS_MANAGE
        async with change_company_of_viewer(info, input.company_id, needed) as (connection, acting, by):
            await inviting.resend_invitation(connection, acting, key, by=by)
        return CompanyInvitationPayload(company_key=acting.company_id, invitation_key=key)

    @customer_mutation(
        description=f"Cancel an invitation: its link works no longer. {_NEEDS} Undone by another invitation."
    )
    async def company_invitation_cancel(
        self, info: Info, input: Annotated[CompanyInvitationInput, INPUT]
    ) -> CompanyInvitationPayload:
        key, needed = parse_input_id(input.id, "civ", ["id"]), CompanyPermission.USERS_MANAGE
        async with change_company_of_viewer(info, input.company_id, needed) as (connection, acting, by):
            await inviting.cancel_invitation(connection, acting, key, by=by)
        return CompanyInvitationPayload(company_key=acting.company_id)

    @guest_mutation(
        hashes=1,
        exclusive=True,
        in_person=True,
        description="Accept an invitation: as the signed-in customer, whose address has to be the invited one, or with a new "
        "account, which is the company's and takes a password and a name. Any other link, a link used before and one for another "
        f"address or website are `INVALID` alike. {PEER_LIMIT} Signs nobody in. Writes history and events. Undone by "
        "`companyUserRemove`.",
    )
    async def company_invitation_accept(
        self, info: Info, input: Annotated[CompanyInvitationAcceptInput, INPUT]
    ) -> CompanyInvitationAcceptPayload:
        key = await accept_invitation(
            info.context,
            await find_store_view_of_request(info),
            token=input.token,
            password=input.password,
            about={"firstName": input.first_name, "lastName": input.last_name},
        )
        return CompanyInvitationAcceptPayload(company_key=key, is_accepted=True)


MUTATIONS: Final = (CompanyInvitationMutation,)
