import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Final

import strawberry

from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id
from customer_gql.graph.payloads import Payload
from customer_gql.graph.scalars import graph_enum
from customer_gql.shop.groups.reads import groups_by_id
from customer_gql.shop.groups.types import CustomerGroup
from customer_gql.shop.websites.reads import store_views_by_id, websites_by_id
from customer_gql.shop.websites.types import StoreView, Website

from . import reads
from .tables import ConfirmationStatus, CustomerStatus, CustomerType, Gender

if TYPE_CHECKING:
    from customer_gql.schema.customer import Customer

CustomerLink = Annotated["Customer", strawberry.lazy("customer_gql.schema.customer")]

graph_enum(
    Gender,
    "Gender as stated by the customer.",
    {"MALE": "Male.", "FEMALE": "Female.", "NOT_SPECIFIED": "Asked for, but not stated."},
)
graph_enum(
    CustomerStatus,
    "State of the account.",
    {
        "ACTIVE": "The customer can sign in and buy.",
        "INACTIVE": "Deactivated by staff: the customer can neither sign in nor buy.",
    },
)
graph_enum(
    CustomerType,
    "Relationship of the customer to a company.",
    {
        "INDIVIDUAL": "Not part of a company.",
        "COMPANY_ADMIN": "Administrator of a company; cannot be deleted until another customer takes over.",
        "COMPANY_USER": "Buyer for a company, in a role that the company assigns.",
    },
)


graph_enum(
    ConfirmationStatus,
    "Whether the e-mail address of an account is confirmed.",
    {
        "CONFIRMED": "A link that was mailed to the address was used.",
        "NOT_REQUIRED": "The shop asked for no confirmation.",
        "REQUIRED": "The customer cannot sign in until the address is confirmed.",
    },
)


@strawberry.type
class CustomerPayload(Payload):
    """A payload about one customer, read after the commit, so that it shows what is stored."""

    customer_id: strawberry.Private[int | None] = None

    @strawberry.field(
        graphql_type=CustomerLink | None, description="The customer as stored now; null when refused or unknown."
    )
    async def customer(self, info: Info) -> Any:
        return None if self.customer_id is None else await reads.find_reachable_customer(info.context, self.customer_id)


@strawberry.type(
    description="Times at which the customer was last seen. Sign-ins and changes of the cart count, page views do not."
)
class CustomerActivity:
    last_sign_in_at: dt.datetime | None = column("Time of the last sign-in.")
    last_sign_out_at: dt.datetime | None = column("Time of the last sign-out.")
    last_activity_at: dt.datetime | None = column("Time of the last sign-in, sign-up or change of the cart.")
    is_online: bool = column("Whether the customer was active within the last 15 minutes and has not signed out since.")


@strawberry.type
class ProfileSection(Node):
    """Who the customer is. The type of the graph gathers this and every other section, see `schema/customer.py`."""

    id: strawberry.ID = node_id("cus", reads.customers_by_id, "id", is_written=True, description="Id of the customer.")
    number: int = column("Customer number that people use, assigned in order of creation.")
    version: int = column(
        "Version, which increases with every change of the profile. Pass it as `expectedVersion` in an edit."
    )
    email: str = column(
        "E-mail address used to sign in, as typed; unique in its website, regardless of case.", personal=True
    )
    prefix: str | None = column("Title before the name.", personal=True)
    first_name: str = column("First name.", personal=True)
    middle_name: str | None = column("Middle name or initial.", personal=True)
    last_name: str = column("Last name.", personal=True)
    suffix: str | None = column("Suffix after the name.", personal=True)
    full_name: str = column("Prefix, first, middle and last name, and suffix.", personal=True)
    gender: Gender | None = column("Gender; null when it was never asked for.", personal=True)
    date_of_birth: dt.date | None = column("Date of birth, or null.", personal=True)
    known_birth_year: int | None = column(
        "Year of birth: that of the date, or one that is known without it.", name="birthYear", personal=True
    )
    tax_vat_number: str | None = column("Tax or VAT number of the customer; an address has its own.", personal=True)
    external_id: str | None = column("Key of the customer in another program, unique in the shop.", admin=True)
    created_at: dt.datetime = column("Time at which the account was created.")
    updated_at: dt.datetime = column("Time of the last change of the profile or its addresses.")
    status: CustomerStatus = column("State of the account.")
    is_locked: bool = column("Whether sign-in is locked at this moment, after too many wrong passwords or by staff.")
    is_email_confirmed: bool = column("Whether the e-mail address is confirmed or needs no confirmation.")
    confirmation_status: ConfirmationStatus = column("Whether the e-mail address is confirmed, or has to be.")
    customer_type: CustomerType = column("Relationship of the customer to a company.")
    allows_remote_assistance: bool = column("Whether staff may sign in as this customer to help.")
    is_automatic_group_change_disabled: bool = column(
        "Whether a validated VAT number leaves the customer in the current group.", admin=True
    )
    website: Website = loaded(websites_by_id, key="website_id", description="Website of the account.")
    created_in: StoreView = loaded(
        store_views_by_id, key="created_in_store_view_id", description="Store view in which the account was created."
    )
    group: CustomerGroup = loaded(
        groups_by_id, key="group_id", description="Customer group, which decides discounts and the tax class."
    )
    activity: CustomerActivity = loaded(
        reads.activities_by_customer, key="id", description="Times at which the customer was last seen."
    )


@strawberry.type
class OtherAccountSection:
    @strawberry.field(
        graphql_type=list[CustomerLink] | None,
        description="Accounts with the same e-mail address on other websites that the viewer reaches, oldest first. Null, with "
        "an error, without the permission `customers.pii`: it tells who has the address.",
        metadata={"audience": "admin", "requires": Permission.CUSTOMERS_PII, "assumed": 1},
    )
    async def other_accounts(self: Any, info: Info) -> Any:
        found = await reads.find_other_accounts(info.context, self.id)
        return [account for account in found if info.context.viewer.reaches(account.website_id)]


CUSTOMER_SECTIONS: Final = (ProfileSection, OtherAccountSection)
