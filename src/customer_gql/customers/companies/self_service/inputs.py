"""What members send to manage their company."""

from typing import Any, Final

import strawberry

from customer_gql.customers.companies.access.role_types import CompanyPermission
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import EXPECTED_VERSION

from .legal_address import CompanyLegalAddressInput, read_legal_address

_COMPANY: Final = "Id of the company; the primary one by default."
_ROLE_NAME: Final = "Name, at most 64 characters, unique in the company."
_PERMISSIONS: Final = "What members with the role can do: no more than the signed-in member can."
_TEAM_NAME: Final = "Name, at most 255 characters."
_TEAM_DESCRIPTION: Final = "What the team is for, at most 1,000 characters."
_VERSION: Final = (
    "Version of the {record} that the edit is based on. When somebody changed the {record} since, the edit is refused with a "
    "`VersionConflictError`. Without it the last edit wins."
)
_MEMBER: Final = "Id of the membership."


def company_id_field() -> Any:
    return strawberry.field(description=_COMPANY, default=None)


@strawberry.input(description="Changes of the profile of a company. What is left out keeps its value; null clears it.")
class CompanyProfileUpdateInput:
    company_id: strawberry.ID | None = company_id_field()
    name: strawberry.Maybe[str] = column("Name, at most 255 characters.")
    email: strawberry.Maybe[str] = column("E-mail address of the company; others can have it too.")
    legal_name: strawberry.Maybe[str | None] = column("Name under which it is registered, at most 255 characters.")
    vat_number: strawberry.Maybe[str | None] = column("VAT number or tax number, at most 50 characters.")
    reseller_id: strawberry.Maybe[str | None] = column("Number as a reseller, at most 64 characters.")
    legal_address: strawberry.Maybe[CompanyLegalAddressInput] = column(
        "Address under which the company is registered, as a whole. Needs `LEGAL_ADDRESS_EDIT`."
    )
    expected_version: int | None = strawberry.field(description=EXPECTED_VERSION, default=None)

    def edits(self) -> dict[str, Any]:
        """Those that are given, by input name."""
        texts = {
            "name": self.name,
            "email": self.email,
            "legalName": self.legal_name,
            "vatNumber": self.vat_number,
            "resellerId": self.reseller_id,
        }
        given: dict[str, Any] = {name: maybe.value for name, maybe in texts.items() if maybe is not None}
        if self.legal_address is not None:
            given["legalAddress"] = read_legal_address(self.legal_address.value)
        return given


@strawberry.input(description="A new role of a company.")
class CompanyRoleCreateInput:
    company_id: strawberry.ID | None = company_id_field()
    name: str = column(_ROLE_NAME)
    permissions: list[CompanyPermission] = column(_PERMISSIONS)


@strawberry.input(description="Changes of a role of a company. What is left out keeps its value.")
class CompanyRoleUpdateInput:
    company_id: strawberry.ID | None = company_id_field()
    id: strawberry.ID = column("Id of the role.")
    name: str | None = strawberry.field(description=_ROLE_NAME, default=None)
    permissions: list[CompanyPermission] | None = strawberry.field(
        description=f"{_PERMISSIONS} Those that the role has already may stay.", default=None
    )
    expected_version: int | None = strawberry.field(description=_VERSION.format(record="role"), default=None)


@strawberry.input(description="A role of a company.")
class CompanyRoleInput:
    company_id: strawberry.ID | None = company_id_field()
    id: strawberry.ID = column("Id of the role.")


@strawberry.input(description="A new team of a company.")
class CompanyTeamCreateInput:
    company_id: strawberry.ID | None = company_id_field()
    name: str = column(_TEAM_NAME)
    description: str | None = strawberry.field(description=_TEAM_DESCRIPTION, default=None)
    parent_id: strawberry.ID | None = strawberry.field(
        description="Id of the team or membership above; the admin by default.", default=None
    )


@strawberry.input(description="Changes of a team. What is left out keeps its value; null clears it.")
class CompanyTeamUpdateInput:
    company_id: strawberry.ID | None = company_id_field()
    id: strawberry.ID = column("Id of the team.")
    name: strawberry.Maybe[str] = column(_TEAM_NAME)
    description: strawberry.Maybe[str | None] = column(_TEAM_DESCRIPTION)
    expected_version: int | None = strawberry.field(description=_VERSION.format(record="team"), default=None)

    def edits(self) -> dict[str, str | None]:
        given = {"name": self.name, "description": self.description}
        return {name: maybe.value for name, maybe in given.items() if maybe is not None}


@strawberry.input(description="A team of a company.")
class CompanyTeamInput:
    company_id: strawberry.ID | None = company_id_field()
    id: strawberry.ID = column("Id of the team.")


@strawberry.input(description="Another place of a member or team in the structure.")
class CompanyNodeMoveInput:
    company_id: strawberry.ID | None = company_id_field()
    node_id: strawberry.ID = column("Id of the membership or team; everything below it comes along.")
    parent_id: strawberry.ID = column("Id of the membership or team above it from now on.")


@strawberry.input(
    description="Changes of a membership, and of the name of an account that was created for the company alone. What is left "
    "out keeps its value; null clears it. E-mail addresses are changed by their owners."
)
class CompanyUserUpdateInput:
    company_id: strawberry.ID | None = company_id_field()
    id: strawberry.ID = column(_MEMBER)
    job_title: strawberry.Maybe[str | None] = column("Job title in the company, at most 255 characters.")
    telephone: strawberry.Maybe[str | None] = column("Telephone number at work.")
    role_id: strawberry.Maybe[strawberry.ID] = column(
        "Id of a role of the company, which allows no more than that of the signed-in member."
    )
    is_active: strawberry.Maybe[bool] = column("Whether the company lets the member act for it; not for the admin.")
    first_name: strawberry.Maybe[str] = column("First name, at most 255 characters.")
    last_name: strawberry.Maybe[str] = column("Last name, at most 255 characters.")

    def edits(self) -> dict[str, Any]:
        """Those that are given, by input name; ids as they are."""
        given = {
            "jobTitle": self.job_title,
            "telephone": self.telephone,
            "roleId": self.role_id,
            "isActive": self.is_active,
            "firstName": self.first_name,
            "lastName": self.last_name,
        }
        return {name: maybe.value for name, maybe in given.items() if maybe is not None}


@strawberry.input(description="A membership of a company.")
class CompanyUserInput:
    company_id: strawberry.ID | None = company_id_field()
    id: strawberry.ID = column(_MEMBER)


@strawberry.input(description="The company to make the primary one.")
class CompanySelectInput:
    company_id: strawberry.ID = column("Id of a company of the signed-in customer.")
