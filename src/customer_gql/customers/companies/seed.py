"""Companies of the demo shop: every customer who buys for one is a member, below the admin, a team or another member.

A company takes members until the next admin of its website comes; those of one batch stay together.
"""

from collections.abc import Mapping
from typing import Any, Final

from customer_gql.core.text import sort_key
from customer_gql.customers.profile.shopper import AccountPlan, Shopper, fill_pattern
from customer_gql.customers.profile.tables import CustomerType
from customer_gql.database.seeding import CustomerSeed, Rows, Stage, TableRows, to_datetime
from customer_gql.staff.seed import SALES_REPRESENTATIVES

from .permissions import DEFAULT_PERMISSIONS, DEFAULT_ROLE_NAME, CompanyPermission
from .tables import CompanyStatus, company, company_member, company_role, company_team

_TEAMS: Final = (("Purchasing", "Orders for all sites."), ("Operations", None))
_JOB_TITLES: Final = ("Buyer", "Office manager", "Purchasing assistant", "Head of operations", None)
_MANAGER: Final = ("Purchasing manager", tuple(CompanyPermission))
_REJECTED_BECAUSE: Final = "We could not verify the VAT number."


def add_company(s: Shopper[AccountPlan], rows: Rows) -> None:
    if s.plan.customer_type == CustomerType.COMPANY_ADMIN.value:
        _add_with_admin(s, rows)
    elif s.plan.customer_type == CustomerType.COMPANY_USER.value:
        _add_user(s, rows)


def _add_with_admin(s: Shopper[AccountPlan], rows: Rows) -> None:
    key, member, created = s.make_id(s.created), s.make_id(s.created), to_datetime(s.created)
    rows[company].append({**_describe_company(s), "id": key, "created_at": created, "updated_at": created})
    roles = [s.make_id(s.created) for _ in range(2)]
    named = ((DEFAULT_ROLE_NAME, DEFAULT_PERMISSIONS), _MANAGER)
    for role, (name, permissions) in zip(roles, named, strict=True):
        allowed = [permission.value for permission in permissions]
        rows[company_role].append(
            {"id": role, "company_id": key, "name": name, "permissions": allowed, "is_default": role == roles[0]}
        )
    for name, description in _TEAMS:
        rows[company_team].append(
            {
                "id": s.make_id(s.created),
                "company_id": key,
                "parent_id": member,
                "name": name,
                "name_sort_key": sort_key(name),
                "description": description,
                "created_at": created,
            }
        )
    _add_member(s, rows, {"id": member, "company_id": key, "role_id": roles[0], "job_title": "Owner"})


def _describe_company(s: Shopper[AccountPlan]) -> dict[str, Any]:
    name = s.home["company"] or f"{s.last} & Co."
    pattern = s.people.tax_number
    status = _pick_status(s)
    is_rejected = status is CompanyStatus.REJECTED
    return {
        "number": s.number,
        "external_id": f"ERP-C{s.number:06d}",
        "website_id": s.plan.site.id,
        "name": name,
        "name_sort_key": sort_key(name),
        "email": f"office.{s.number}@example.com",
        "legal_name": name if s.r() < 0.5 else None,
        "vat_number": fill_pattern(pattern, s.draw) if pattern else None,
        **{column: s.home[column] for column in ("street", "city", "region", "postcode", "country_code", "telephone")},
        "status": status.value,
        "rejection_reason": _REJECTED_BECAUSE if is_rejected else None,
        "rejected_at": to_datetime(s.pick_moment()) if is_rejected else None,
        "group_id": s.plan.group_id,
        "sales_representative_id": 1 + s.number % len(SALES_REPRESENTATIVES),
        "admin_customer_id": s.id,
    }


def _pick_status(s: Shopper[AccountPlan]) -> CompanyStatus:
    """The admin of an active company can sign in."""
    if not s.plan.is_active:
        return CompanyStatus.PENDING if s.number % 2 else CompanyStatus.REJECTED
    return CompanyStatus.BLOCKED if s.number % 13 == 0 else CompanyStatus.ACTIVE


def _add_user(s: Shopper[AccountPlan], rows: Rows) -> None:
    taken = {CompanyStatus.ACTIVE.value, CompanyStatus.BLOCKED.value}
    employer = _find_last(rows[company], {"website_id": {s.plan.site.id}, "status": taken})
    role = _find_last(rows[company_role], {"company_id": {employer["id"]}, "is_default": {s.number % 4 != 0}})
    of_employer = {"company_id": {employer["id"]}}
    above = _find_last(rows[company_team if s.number % 2 else company_member], of_employer)
    title = _JOB_TITLES[s.number % len(_JOB_TITLES)]
    given = {"company_id": employer["id"], "role_id": role["id"], "job_title": title, "parent_id": above["id"]}
    _add_member(s, rows, {"id": s.make_id(s.created), **given})


def _add_member(s: Shopper[AccountPlan], rows: Rows, given: Mapping[str, Any]) -> None:
    rows[company_member].append(
        {
            "customer_id": s.id,
            "parent_id": None,
            "telephone": s.home["telephone"],
            "is_primary": True,
            "is_active": True,
            "is_account_of_company": s.plan.customer_type == CustomerType.COMPANY_USER.value or not s.plan.is_active,
            "joined_at": to_datetime(s.created),
            **given,
        }
    )


def _find_last(made: TableRows, wanted: Mapping[str, set[Any]]) -> dict[str, Any]:
    places = {made.columns.index(column): values for column, values in wanted.items()}
    found = next(row for row in reversed(made.records) if all(row[place] in ok for place, ok in places.items()))
    return dict(zip(made.columns, found, strict=True))


SEED: Final = (CustomerSeed((company, company_role, company_team, company_member), add_company, Stage.SHOPPING),)
