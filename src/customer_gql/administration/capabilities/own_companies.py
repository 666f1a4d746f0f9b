"""What members can do to their company on the storefront (docs/domain/capabilities.md#capabilities-5)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

import strawberry

from customer_gql.core.errors import RuleError
from customer_gql.core.viewer import Viewer
from customer_gql.customers.companies.access.permissions_of_viewer import permissions_of
from customer_gql.customers.companies.memberships import NOT_A_MEMBER
from customer_gql.customers.companies.permissions import CompanyPermission
from customer_gql.customers.companies.self_service.acting import COMPANY_NOT_ACTIVE
from customer_gql.customers.companies.tables import CompanyStatus
from customer_gql.graph.roots import IMPERSONATION_REFUSED, NotImpersonated

_NEEDED: Final[Mapping[CompanyPermission, Sequence[str]]] = {
    CompanyPermission.ROLES_MANAGE: (
        "companyRoleCreate",
        "companyRoleUpdate",
        "companyRoleDuplicate",
        "companyRoleDelete",
    ),
    CompanyPermission.USERS_MANAGE: (
        "companyTeamCreate",
        "companyTeamUpdate",
        "companyTeamDelete",
        "companyNodeMove",
        "companyUserInvite",
        "companyInvitationResend",
        "companyInvitationCancel",
        "companyUserUpdate",
        "companyUserRemove",
    ),
}
_SELECT: Final = "companySelect"
OWN_MUTATIONS: Final[Mapping[str, Collection[CompanyPermission]]] = {
    # One of the two is enough for a part of the profile.
    "companyProfileUpdate": (CompanyPermission.PROFILE_EDIT, CompanyPermission.LEGAL_ADDRESS_EDIT),
    **{name: (permission,) for permission, names in _NEEDED.items() for name in names},
    _SELECT: (),
}
"""The mutations of a company that its members have, and the permissions of which each needs one."""


class OwnCapability(NamedTuple):
    action: str
    missing: CompanyPermission | None
    refused: RuleError | None


def find_own_capabilities(
    company: Any, membership: Any, viewer: Viewer, schema: strawberry.Schema
) -> Iterable[OwnCapability]:
    """By the mutations themselves: first who is asking, then the role, then the state of the company."""
    granted, closed = permissions_of(membership), _find_closed_mutations(schema)
    for name, needed in OWN_MUTATIONS.items():
        missing = None if not needed or granted.intersection(needed) else next(iter(needed))
        is_closed = viewer.is_impersonated and name in closed
        refused = IMPERSONATION_REFUSED() if is_closed else _find_refusal_of_member(name, company, membership)
        yield OwnCapability(name, missing, refused)


def _find_refusal_of_member(name: str, company: Any, membership: Any) -> RuleError | None:
    if company.status != CompanyStatus.ACTIVE.value:
        return COMPANY_NOT_ACTIVE()
    return NOT_A_MEMBER() if name == _SELECT and not membership.is_active else None


@cache
def _find_closed_mutations(schema: strawberry.Schema) -> frozenset[str]:
    """Those closed to staff signed in as the customer."""
    return frozenset(
        schema.config.name_converter.get_graphql_name(field)
        for field in schema.mutation.__strawberry_definition__.fields  # pyright: ignore
        if any(isinstance(extension, NotImpersonated) for extension in field.extensions)
    )
