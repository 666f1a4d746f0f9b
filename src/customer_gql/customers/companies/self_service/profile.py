"""The profile of a company, as its members change it (docs/domain/company-users.md#company-users-3)."""

from collections.abc import Mapping
from typing import Any

from customer_gql.core.actor import Actor
from customer_gql.customers.companies.permissions import CompanyPermission
from customer_gql.customers.companies.values import validate_profile
from customer_gql.customers.companies.writes import merge_company
from customer_gql.database.statements import Connection

from .acting import ActingMember, record_acting


def find_needed_permissions(given: Mapping[str, Any]) -> list[CompanyPermission]:
    """What a member needs to change these fields."""
    needed = [CompanyPermission.PROFILE_EDIT] if given.keys() - {"legalAddress"} or not given else []
    return needed + ([CompanyPermission.LEGAL_ADDRESS_EDIT] if "legalAddress" in given else [])


async def edit_company_profile(
    connection: Connection,
    acting: ActingMember,
    given: Mapping[str, Any],
    *,
    expected_version: int | None,
    by: Actor,
) -> None:
    """Store what differs. Raises `RuleErrors`."""
    wanted = validate_profile(given)
    edit = await merge_company(connection, acting.company, wanted, expected_version=expected_version)
    if edit is not None:
        await record_acting(connection, acting, "COMPANY_CHANGED", edit.changes, by=by, version=edit.version)
