"""What staff send to create and change companies."""

from typing import Any, Final

import strawberry

from customer_gql.administration.customer_editing.creation import Welcome
from customer_gql.administration.customer_editing.inputs import read_welcome_view
from customer_gql.core.input_ids import parse_input_id
from customer_gql.customers.companies.self_service.legal_address import CompanyLegalAddressInput, read_legal_address
from customer_gql.customers.companies.types import CompanyStatus
from customer_gql.customers.profile.types import Gender
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import EXPECTED_VERSION

from .admins import ChosenAdmin

_NAME = "Name, at most 255 characters."
_EMAIL = "E-mail address of the company; others can have it too."
_LEGAL_NAME = "Name under which it is registered, at most 255 characters."
_VAT = "VAT number or tax number, at most 50 characters."
_RESELLER = "Number as a reseller, at most 64 characters."
_EXTERNAL = "Key in another program, at most 64 characters, unique."
_COMMENT = "Comment of staff, at most 4,000 characters."
_REPRESENTATIVE = "Id of the staff user who looks after the company."
_ADDRESS = "Address under which the company is registered, as a whole."


@strawberry.input(description="A new account for the admin of a company, without a password.")
class CompanyNewAdminInput:
    email: str = column("Address to sign in with, at most 254 characters.")
    first_name: str = column("First name, at most 255 characters.")
    last_name: str = column("Last name, at most 255 characters.")
    job_title: str | None = strawberry.field(description="Job title in the company.", default=None)
    telephone: str | None = strawberry.field(description="Telephone number at work.", default=None)
    prefix: str | None = strawberry.field(description="Title before the name, at most 40 characters.", default=None)
    middle_name: str | None = strawberry.field(
        description="Middle name or initial, at most 255 characters.", default=None
    )
    suffix: str | None = strawberry.field(description="Suffix after the name, at most 40 characters.", default=None)
    gender: Gender | None = strawberry.field(description="Gender.", default=None)
    sends_welcome_mail: bool = strawberry.field(
        description="Whether a link to choose a password is mailed now. A company that is activated later has it mailed then.",
        default=True,
    )
    welcome_store_view_id: strawberry.ID | None = strawberry.field(
        description="Store view whose language and sender the mails have, and in which the account counts as created; by default "
        "the default one of the website.",
        default=None,
    )


@strawberry.input(description="A new company, with its admin: a customer, or a new account.")
class CompanyCreateInput:
    website_id: strawberry.ID = column("Id of the website of the company and all of its members.")
    name: str = column(_NAME)
    email: str = column(_EMAIL)
    legal_address: CompanyLegalAddressInput = column(_ADDRESS)
    group_id: strawberry.ID = column("Id of the customer group of its members.")
    status: CompanyStatus = strawberry.field(description="State of the new company.", default=CompanyStatus.ACTIVE)
    rejection_reason: str | None = strawberry.field(
        description="Reason for the rejection, required for the status `REJECTED`.", default=None
    )
    admin_id: strawberry.ID | None = strawberry.field(
        description="Id of an existing customer as the admin.", default=None
    )
    job_title: str | None = strawberry.field(description="Job title of the customer in `adminId`.", default=None)
    new_admin: CompanyNewAdminInput | None = strawberry.field(
        description="Account to create as the admin, instead of `adminId`. It cannot sign in before the company is active.",
        default=None,
    )
    legal_name: str | None = strawberry.field(description=_LEGAL_NAME, default=None)
    vat_number: str | None = strawberry.field(description=_VAT, default=None)
    reseller_id: str | None = strawberry.field(description=_RESELLER, default=None)
    external_id: str | None = strawberry.field(description=_EXTERNAL, default=None)
    sales_representative_id: strawberry.ID | None = strawberry.field(description=_REPRESENTATIVE, default=None)
    comment: str | None = strawberry.field(description=_COMMENT, default=None)


@strawberry.input(
    description="Changes of a company. What is left out keeps its value; null clears it where that is allowed."
)
class CompanyUpdateInput:
    id: strawberry.ID = column("Id of the company.")
    name: strawberry.Maybe[str] = column(_NAME)
    email: strawberry.Maybe[str] = column(_EMAIL)
    legal_address: strawberry.Maybe[CompanyLegalAddressInput] = column(_ADDRESS)
    group_id: strawberry.Maybe[strawberry.ID] = column("Id of the customer group; every member follows at once.")
    legal_name: strawberry.Maybe[str | None] = column(_LEGAL_NAME)
    vat_number: strawberry.Maybe[str | None] = column(_VAT)
    reseller_id: strawberry.Maybe[str | None] = column(_RESELLER)
    external_id: strawberry.Maybe[str | None] = column(_EXTERNAL)
    sales_representative_id: strawberry.Maybe[strawberry.ID | None] = column(_REPRESENTATIVE)
    comment: strawberry.Maybe[str | None] = column(_COMMENT)
    expected_version: int | None = strawberry.field(description=EXPECTED_VERSION, default=None)


@strawberry.input(description="A company.")
class CompanyInput:
    id: strawberry.ID = column("Id of the company.")


@strawberry.input(description="A company to reject.")
class CompanyRejectInput:
    id: strawberry.ID = column("Id of the company.")
    reason: str = column("Reason, at most 1,000 characters.")


@strawberry.input(description="The place of a company below another.")
class CompanyParentSetInput:
    company_id: strawberry.ID = column("Id of the company.")
    parent_id: strawberry.ID | None = strawberry.field(
        description="Id of the parent company on the same website; null detaches it from its parent.", default=None
    )


@strawberry.input(description="A new member of a company.")
class CompanyMemberAddInput:
    company_id: strawberry.ID = column("Id of the company.")
    customer_id: strawberry.ID = column("Id of the customer, of the same website.")
    role_id: strawberry.ID | None = strawberry.field(
        description="Id of a role of the company; by default its default role.", default=None
    )
    job_title: str | None = strawberry.field(description="Job title in the company.", default=None)
    is_primary: bool = strawberry.field(
        description="Whether the company decides the group of the customer from now on; the first one does in any case.",
        default=False,
    )


@strawberry.input(description="Changes of a member of a company. What is left out keeps its value; null clears it.")
class CompanyMemberUpdateInput:
    company_id: strawberry.ID = column("Id of the company.")
    customer_id: strawberry.ID = column("Id of the member's account.")
    role_id: strawberry.Maybe[strawberry.ID] = column("Id of a role of the company.")
    job_title: strawberry.Maybe[str | None] = column("Job title in the company, at most 255 characters.")
    is_active: strawberry.Maybe[bool] = column("Whether the company lets the member act for it; not for the admin.")


@strawberry.input(description="Another place of a member or team in the structure of a company.")
class CompanyNodeParentSetInput:
    company_id: strawberry.ID = column("Id of the company.")
    node_id: strawberry.ID = column("Id of the membership or team; everything below it comes along.")
    parent_id: strawberry.ID = column("Id of the membership or team above it from now on.")


@strawberry.input(description="A member to remove from a company.")
class CompanyMemberRemoveInput:
    company_id: strawberry.ID = column("Id of the company.")
    customer_id: strawberry.ID = column("Id of the member's account.")


@strawberry.input(description="The next admin of a company: a customer, or a new account.")
class CompanyAdminReplaceInput:
    company_id: strawberry.ID = column("Id of the company.")
    customer_id: strawberry.ID | None = strawberry.field(
        description="Id of a customer of the same website, who becomes a member unless they are one.", default=None
    )
    new_admin: CompanyNewAdminInput | None = strawberry.field(
        description="Account to create as the next admin, instead of `customerId`.", default=None
    )


_IDS: Final = {"groupId": ("group_id", "grp"), "salesRepresentativeId": ("sales_representative_id", "stf")}
_TEXTS: Final = {
    "name": "name",
    "email": "email",
    "legalName": "legal_name",
    "vatNumber": "vat_number",
    "resellerId": "reseller_id",
    "externalId": "external_id",
    "comment": "comment",
}


def read_new_company(input: CompanyCreateInput) -> dict[str, Any]:
    """The fields of the company, by input name."""
    given = {name: getattr(input, attribute) for name, attribute in _TEXTS.items()}
    given["legalAddress"] = read_legal_address(input.legal_address)
    return {**given, **{name: _read_id(name, getattr(input, attribute)) for name, (attribute, _) in _IDS.items()}}


def read_edits(input: CompanyUpdateInput) -> dict[str, Any]:
    """Those that are given, by input name."""
    given = {name: maybe.value for name, at in _TEXTS.items() if (maybe := getattr(input, at)) is not None}
    if input.legal_address is not None:
        given["legalAddress"] = read_legal_address(input.legal_address.value)
    ids = {name: maybe.value for name, (at, _) in _IDS.items() if (maybe := getattr(input, at)) is not None}
    return {**given, **{name: _read_id(name, value) for name, value in ids.items()}}


def read_admin(
    customer_id: str | None, new: CompanyNewAdminInput | None, *, field: str, title: str | None
) -> ChosenAdmin:
    key = None if customer_id is None else parse_input_id(customer_id, "cus", [field])
    if new is None:
        return ChosenAdmin(customer_id=key, job_title=title, field=field)
    named = {"prefix": new.prefix, "middleName": new.middle_name, "suffix": new.suffix, "gender": new.gender}
    given = {
        "email": new.email,
        "firstName": new.first_name,
        "lastName": new.last_name,
        **{name: value for name, value in named.items() if value is not None},
    }
    return ChosenAdmin(
        customer_id=key,
        new=given,
        job_title=new.job_title,
        telephone=new.telephone,
        welcome=Welcome(new.sends_welcome_mail, read_welcome_view(new.welcome_store_view_id)),
        field=field,
    )


def _read_id(name: str, value: str | None) -> int | None:
    return None if value is None else parse_input_id(value, _IDS[name][1], [name])


def read_member_edits(given: CompanyMemberUpdateInput) -> dict[str, Any]:
    """Those that are given, by input name. Raises `RuleError`."""
    maybes = {"jobTitle": given.job_title, "isActive": given.is_active, "roleId": given.role_id}
    edits: dict[str, Any] = {name: maybe.value for name, maybe in maybes.items() if maybe is not None}
    if "roleId" in edits:
        edits["roleId"] = parse_input_id(edits["roleId"], "crl", ["roleId"])
    return edits
