"""The profile of a company, as its members change it (docs/domain/company-users.md#company-users-3)."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import refuse_conflicts
from customer_gql.core.ids import encode_id
from customer_gql.customers.companies.permissions import CompanyPermission
from customer_gql.customers.companies.values import describe_company, validate_profile
from customer_gql.customers.companies.writes import change_company
from customer_gql.database.statements import Connection
from customer_gql.staff.audit.reads import read_staff_changes

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
    stored = acting.company
    wanted = validate_profile(given)
    values = {column: value for column, value in wanted.items() if value != stored[column]}
    if not values:
        return
    changes = describe_company(stored, values)
    await refuse_conflicts(
        changes,
        current=stored.version,
        expected=expected_version,
        changes_since=partial(read_staff_changes, connection, encode_id("com", stored.id)),
    )
    version = await change_company(connection, stored, values)
    await record_acting(connection, acting, "COMPANY_CHANGED", changes, by=by, version=version)
