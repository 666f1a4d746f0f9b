from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.ids import decode_id
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.permissions import Permission
from customer_gql.customers.companies.reads import find_reachable_company
from customer_gql.customers.companies.self_service.changing import parse_node_id
from customer_gql.customers.companies.types import Company
from customer_gql.graph.context import Info
from customer_gql.graph.grids.types import grid_field
from customer_gql.graph.roots import INPUT, DryRun, admin_field, admin_mutation
from customer_gql.staff.types import StaffUser

from .admins import create_company, replace_admin
from .inputs import (
    CompanyAdminReplaceInput,
    CompanyCreateInput,
    CompanyInput,
    CompanyMemberAddInput,
    CompanyMemberRemoveInput,
    CompanyMemberUpdateInput,
    CompanyNodeParentSetInput,
    CompanyParentSetInput,
    CompanyRejectInput,
    CompanyUpdateInput,
    read_admin,
    read_edits,
    read_member_edits,
    read_new_company,
)
from .member_changes import change_company_member, move_company_node
from .members import add_company_member, remove_company_member
from .representatives import MOST_REPRESENTATIVES, select_representatives
from .status import CompanyDecision, decide_company
from .types import COMPANY_GRID, CompanyDeletePayload, CompanyMemberPayload, CompanyPayload
from .writes import delete_company, set_parent, update_company


@strawberry.type
class CompanyAdminQuery:
    companies: COMPANY_GRID.connection | None = grid_field(  # pyright: ignore
        COMPANY_GRID,
        description="Companies, those that wait for a decision first: a grid with filter, search, sort and facets.",
    )

    @admin_field(
        permission=Permission.COMPANIES_READ,
        graphql_type=Company | None,
        description="A company; null when it is unknown or of a website that the viewer does not reach.",
    )
    async def company(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Id of the company.")]
    ) -> Any:
        return await find_reachable_company(info.context, decode_id(id, "com"))

    @admin_field(
        permission=Permission.COMPANIES_WRITE,
        graphql_type=list[StaffUser] | None,
        assumed=MOST_REPRESENTATIVES,
        description="Staff users who can look after a company: those who may sign in and reach a website of "
        f"the viewer's, by name, at most {MOST_REPRESENTATIVES}. Without `staff.manage` only their ids and names are shown.",
    )
    async def sales_representatives(
        self,
        info: Info,
        search: Annotated[
            str | None,
            strawberry.argument(description="Words that are all in the name, ignoring case; all by default."),
        ] = None,
    ) -> Any:
        return await info.context.fetch(select_representatives(search, websites=info.context.viewer.website_ids))


_WRITES = "Writes the history of staff and events."


@strawberry.type
class CompanyAdminMutation:
    @admin_mutation(
        permission=Permission.COMPANIES_WRITE,
        exclusive=True,
        description="Create a company with its admin, a customer or a new account, whose group becomes that of the company. A new "
        f"account of an active company is mailed a link to choose a password. {_WRITES} Undone by `companyDelete`.",
    )
    async def company_create(self, info: Info, input: Annotated[CompanyCreateInput, INPUT]) -> CompanyPayload:
        viewer, website_id = info.context.viewer, parse_input_id(input.website_id, "web", ["websiteId"])
        given = read_new_company(input)
        admin = read_admin(input.admin_id, input.new_admin, field="adminId", title=input.job_title)
        async with info.context.transaction() as connection:
            key = await create_company(
                connection,
                given,
                admin,
                website_id=website_id,
                status=input.status,
                reason=input.rejection_reason,
                websites=viewer.website_ids,
                by=actor_of(viewer),
            )
        return CompanyPayload(company_key=key)

    @admin_mutation(
        permission=Permission.COMPANIES_WRITE,
        description="Change a company. A new group reaches every member whose primary company it is, in the same transaction, and "
        f"ends their sessions on websites that the group excludes. {_WRITES} Undone by another update.",
    )
    async def company_update(self, info: Info, input: Annotated[CompanyUpdateInput, INPUT]) -> CompanyPayload:
        viewer, key = info.context.viewer, parse_input_id(input.id, "com", ["id"])
        given = read_edits(input)
        async with info.context.transaction() as connection:
            await update_company(
                connection,
                key,
                given,
                expected_version=input.expected_version,
                websites=viewer.website_ids,
                by=actor_of(viewer),
            )
        return CompanyPayload(company_key=key)

    @admin_mutation(
        permission=Permission.COMPANIES_DELETE,
        exclusive=True,
        description="Delete a company for good. Accounts that were created for it and belong to no other company become "
        "inactive; other accounts stay as individual ones, or as members of their next company. Orders, history and credit stay, and "
        f"child companies stand alone. {_WRITES} Cannot be undone.",
    )
    async def company_delete(
        self, info: Info, input: Annotated[CompanyInput, INPUT], dry_run: DryRun = False
    ) -> CompanyDeletePayload:
        viewer, key = info.context.viewer, parse_input_id(input.id, "com", ["id"])
        async with info.context.transaction(dry_run=dry_run) as connection:
            deletion = await delete_company(connection, key, websites=viewer.website_ids, by=actor_of(viewer))
        return CompanyDeletePayload(
            deleted_company_id=input.id,
            member_count=deletion.member_count,
            deactivated_count=deletion.deactivated_count,
        )

    @admin_mutation(
        permission=Permission.COMPANIES_WRITE,
        description="Activate a company that waits, was rejected or is blocked. Accounts that were created for it can sign in from "
        f"now on, and those that waited are mailed a link to choose a password. {_WRITES} Undone by `companyBlock` in part.",
    )
    async def company_activate(
        self, info: Info, input: Annotated[CompanyInput, INPUT], dry_run: DryRun = False
    ) -> CompanyPayload:
        return await _decide(info, input.id, CompanyDecision.ACTIVATE, dry_run=dry_run)

    @admin_mutation(
        permission=Permission.COMPANIES_WRITE,
        description=f"Reject a company that waits for a decision, with a reason. {_WRITES} Undone by `companyActivate`.",
    )
    async def company_reject(
        self, info: Info, input: Annotated[CompanyRejectInput, INPUT], dry_run: DryRun = False
    ) -> CompanyPayload:
        return await _decide(info, input.id, CompanyDecision.REJECT, input.reason, dry_run=dry_run)

    @admin_mutation(
        permission=Permission.COMPANIES_WRITE,
        description="Block an active company: its members sign in and browse, but cannot order. "
        f"{_WRITES} Undone by `companyActivate`.",
    )
    async def company_block(
        self, info: Info, input: Annotated[CompanyInput, INPUT], dry_run: DryRun = False
    ) -> CompanyPayload:
        return await _decide(info, input.id, CompanyDecision.BLOCK, dry_run=dry_run)

    @admin_mutation(
        permission=Permission.COMPANIES_WRITE,
        description="Make a company the child of another one on its website, or detach it. Only a company with neither "
        f"a parent nor children can become a child, and a child cannot become a parent. {_WRITES} Undone by the former parent.",
    )
    async def company_parent_set(self, info: Info, input: Annotated[CompanyParentSetInput, INPUT]) -> CompanyPayload:
        viewer, key = info.context.viewer, parse_input_id(input.company_id, "com", ["companyId"])
        parent = None if input.parent_id is None else parse_input_id(input.parent_id, "com", ["parentId"])
        async with info.context.transaction() as connection:
            await set_parent(connection, key, parent, websites=viewer.website_ids, by=actor_of(viewer))
        return CompanyPayload(company_key=key)

    @admin_mutation(
        permission=Permission.COMPANIES_WRITE,
        description="Make a customer a member of a company, below its admin. The primary company decides the group of the "
        "customer, who can have up to 20 memberships. Writes the histories of staff and of the customer, and events. Undone by "
        "`companyMemberRemove`.",
    )
    async def company_member_add(
        self, info: Info, input: Annotated[CompanyMemberAddInput, INPUT]
    ) -> CompanyMemberPayload:
        viewer, key = info.context.viewer, parse_input_id(input.company_id, "com", ["companyId"])
        customer_id = parse_input_id(input.customer_id, "cus", ["customerId"])
        role_id = None if input.role_id is None else parse_input_id(input.role_id, "crl", ["roleId"])
        async with info.context.transaction() as connection:
            member = await add_company_member(
                connection,
                key,
                customer_id,
                role_id=role_id,
                job_title=input.job_title,
                is_primary=input.is_primary,
                websites=viewer.website_ids,
                by=actor_of(viewer),
            )
        return CompanyMemberPayload(company_key=key, member_key=(customer_id, member))

    @admin_mutation(
        permission=Permission.COMPANIES_WRITE,
        description="Change the role, the job title or the activity of a member; the admin stays active. Writes the histories of "
        "staff and of the customer, and an event. Undone by another update.",
    )
    async def company_member_update(
        self, info: Info, input: Annotated[CompanyMemberUpdateInput, INPUT]
    ) -> CompanyMemberPayload:
        viewer, key = info.context.viewer, parse_input_id(input.company_id, "com", ["companyId"])
        customer_id = parse_input_id(input.customer_id, "cus", ["customerId"])
        async with info.context.transaction() as connection:
            member = await change_company_member(
                connection,
                key,
                customer_id,
                read_member_edits(input),
                websites=viewer.website_ids,
                by=actor_of(viewer),
            )
        return CompanyMemberPayload(company_key=key, member_key=(customer_id, member))

    @admin_mutation(
        permission=Permission.COMPANIES_WRITE,
        description="Put a member or a team below another one in the structure of a company, with everything below it; neither "
        f"below itself, nor the admin. {_WRITES} Undone by another move.",
    )
    async def company_node_parent_set(
        self, info: Info, input: Annotated[CompanyNodeParentSetInput, INPUT]
    ) -> CompanyPayload:
        viewer, key = info.context.viewer, parse_input_id(input.company_id, "com", ["companyId"])
        node, above = parse_node_id(input.node_id, ["nodeId"]), parse_node_id(input.parent_id, ["parentId"])
        async with info.context.transaction() as connection:
            await move_company_node(connection, key, node, above, websites=viewer.website_ids, by=actor_of(viewer))
        return CompanyPayload(company_key=key)

    @admin_mutation(
        permission=Permission.COMPANIES_WRITE,
        description="Remove a member, but not the admin, from a company. An account that was created for it and belongs to no "
        "other company becomes inactive. Members below this one move up. Writes the histories of staff and of the customer, "
        "and events. Undone by `companyMemberAdd`, except for the place in the structure.",
    )
    async def company_member_remove(
        self, info: Info, input: Annotated[CompanyMemberRemoveInput, INPUT]
    ) -> CompanyMemberPayload:
        viewer, key = info.context.viewer, parse_input_id(input.company_id, "com", ["companyId"])
        customer_id = parse_input_id(input.customer_id, "cus", ["customerId"])
        async with info.context.transaction() as connection:
            await remove_company_member(connection, key, customer_id, websites=viewer.website_ids, by=actor_of(viewer))
        return CompanyMemberPayload(company_key=key)

    @admin_mutation(
        permission=Permission.COMPANIES_WRITE,
        exclusive=True,
        description="Put another customer, or a new account, in charge of a company. The former admin becomes a user with the "
        f"default role, below the new one. {_WRITES} Undone by another replacement.",
    )
    async def company_admin_replace(
        self, info: Info, input: Annotated[CompanyAdminReplaceInput, INPUT]
    ) -> CompanyPayload:
        viewer, key = info.context.viewer, parse_input_id(input.company_id, "com", ["companyId"])
        admin = read_admin(input.customer_id, input.new_admin, field="customerId", title=None)
        async with info.context.transaction() as connection:
            await replace_admin(connection, key, admin, websites=viewer.website_ids, by=actor_of(viewer))
        return CompanyPayload(company_key=key)


async def _decide(
    info: Info, id: str, decision: CompanyDecision, reason: str | None = None, *, dry_run: bool
) -> CompanyPayload:
    viewer, key = info.context.viewer, parse_input_id(id, "com", ["id"])
    async with info.context.transaction(dry_run=dry_run) as connection:
        await decide_company(connection, key, decision, reason=reason, websites=viewer.website_ids, by=actor_of(viewer))
    return CompanyPayload(company_key=key)


ADMIN_QUERIES: Final = (CompanyAdminQuery,)
ADMIN_MUTATIONS: Final = (CompanyAdminMutation,)
