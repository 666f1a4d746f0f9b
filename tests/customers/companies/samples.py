"""Samples of companies for the tests that walk the whole graph."""

from typing import Any

from sqlalchemy import update

from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import execute_statement
from support.changes import Change, Changes, Scene
from support.companies import admin_of, company_id, make_company, make_invitation, make_member, make_team, member_id
from support.customers import make_customer, recompute_rows

_OF_THE_FIRM = "of a firm, not of a person"
NOT_PERSONAL = {
    f"Company.{field}": _OF_THE_FIRM
    for field in ("name", "email", "legalName", "vatNumber", "resellerId", "comment", "rejectionReason", "externalId")
}
NOT_PERSONAL |= {
    f"CompanyLegalAddress.{field}": _OF_THE_FIRM
    for field in ("street", "city", "region", "regionCode", "postcode", "telephone", "countryCode")
}
NOT_PERSONAL |= {
    "CustomerGridRow.jobTitle": "what somebody does for the company",
    "CompanyInvitation.jobTitle": "what somebody is to do for the company",
    "CompanyMember.jobTitle": "what somebody does for the company",
    "CompanyRole.name": "the name of a role",
    "CompanyTeam.name": "the name of a team",
    "CompanyTeam.description": "about a team",
}


async def furnish(connection: Any, owner: Any) -> dict[str, str]:
    """The customer is a member, while the walks may still change their group and delete them."""
    place = {"website_id": owner.website_id, "created_in_store_view_id": owner.created_in_store_view_id}
    employer = await make_company(connection, await make_customer(connection, **place))
    team = await make_team(connection, employer, (await admin_of(connection, employer)).id)
    member = await make_member(connection, employer, owner, parent_id=team.id)
    values = {"customer_type": owner.customer_type, "group_id": owner.group_id}
    await execute_statement(connection, update(customer).where(customer.c.id == owner.id).values(**values))
    await recompute_rows(connection, owner.id)
    return {
        "com": company_id(employer),
        "ctm": encode_id("ctm", team.id),
        "crl": encode_id("crl", member.role_id),
        "cmb": member_id(member),
        "civ": encode_id("civ", (await make_invitation(connection, employer)).id),
    }


async def selecting(scene: Scene) -> Change:
    row = await scene.shopper()
    await make_member(scene.connection, await make_company(scene.connection), row)
    other = await make_company(scene.connection)
    await make_member(scene.connection, other, row)
    return Change(await scene.device(row), {"companyId": company_id(other)}, row)


CHANGES: Changes = {"companySelect": [(selecting, "COMPANY_SELECTED", {"primaryCompany"})]}
_OF_COMPANY = (
    *("companyProfileUpdate", "companyRoleCreate", "companyRoleUpdate", "companyRoleDuplicate", "companyRoleDelete"),
    *("companyTeamCreate", "companyTeamUpdate", "companyTeamDelete", "companyNodeMove"),
    *("companyUserInvite", "companyInvitationResend", "companyInvitationCancel"),
)
UNRECORDED = {
    **dict.fromkeys(_OF_COMPANY, "of the company; the history of the member tells that they manage it"),
    **dict.fromkeys(("companyUserUpdate", "companyUserRemove"), "in the histories of two customers"),
    "companyInvitationAccept": "as a member is added by staff, or with an account of its own",
    "companyRegister": "makes the account that it is about",
}
