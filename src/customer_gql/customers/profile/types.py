import datetime as dt
import enum
from typing import TYPE_CHECKING, Annotated, Any, Final

import strawberry

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
from .tables import CustomerStatus, CustomerType, Gender

if TYPE_CHECKING:
    from customer_gql.schema.customer import Customer

CustomerLink = Annotated["Customer", strawberry.lazy("customer_gql.schema.customer")]

graph_enum(
    Gender,
    "Gender as the customer stated it.",
    {"MALE": "Male.", "FEMALE": "Female.", "NOT_SPECIFIED": "Asked, and not stated."},
)
graph_enum(
    CustomerStatus,
    "Whether the account may be used.",
    {"ACTIVE": "May sign in and buy.", "INACTIVE": "Switched off by staff: can neither sign in nor buy."},
)
graph_enum(
    CustomerType,
    "What the customer is to a company.",
    {
        "INDIVIDUAL": "A customer on their own.",
        "COMPANY_ADMIN": "Runs a company; cannot be deleted until another takes over.",
        "COMPANY_USER": "Buys for a company, in a role it gives.",
    },
)


class CustomerSort(enum.Enum):
    NEWEST = "NEWEST"
    OLDEST = "OLDEST"
    EMAIL = "EMAIL"
    NAME = "NAME"


graph_enum(
    CustomerSort,
    "Order of a list of customers.",
    {
        "NEWEST": "By number, the newest first.",
        "OLDEST": "By number, the oldest first.",
        "EMAIL": "By e-mail address.",
        "NAME": "By last name, then first name.",
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


@strawberry.type(description="When the customer was last seen. Page views do not count; sign-ins and cart changes do.")
class CustomerActivity:
    last_sign_in_at: dt.datetime | None = column("Last sign-in.")
    last_sign_out_at: dt.datetime | None = column("Last sign-out.")
    last_activity_at: dt.datetime | None = column("Last sign-in, sign-up or change of the cart.")
    is_online: bool = column("Active within the last 15 minutes and not signed out since.")


@strawberry.type
class ProfileSection(Node):
    """Who the customer is. The type of the graph gathers this and every other section, see `schema/customer.py`."""

    id: strawberry.ID = node_id("cus", reads.customers_by_id, "id", description="The customer.")
    number: int = column("The number people use, given once, in order of creation.")
    version: int = column("Grows with every change of the profile; give it back as `expectedVersion` when editing.")
    email: str = column("Address they sign in with, as typed; unique in its website whatever its case.", personal=True)
    prefix: str | None = column("Title before the name.", personal=True)
    first_name: str = column("First name.", personal=True)
    middle_name: str | None = column("Middle name or initial.", personal=True)
    last_name: str = column("Last name.", personal=True)
    suffix: str | None = column("What follows the name.", personal=True)
    full_name: str = column("Prefix, first, middle and last name, and suffix.", personal=True)
    gender: Gender | None = column("Null when never asked.", personal=True)
    date_of_birth: dt.date | None = column("Date of birth, or null.", personal=True)
    tax_vat_number: str | None = column("Tax or VAT number of the person; an address has its own.", personal=True)
    created_at: dt.datetime = column("Customer since.")
    updated_at: dt.datetime = column("Last change of the profile or its addresses.")
    status: CustomerStatus = column("Whether the account may be used.")
    is_locked: bool = column("Sign-in is closed for a while, after too many wrong passwords.")
    is_email_confirmed: bool = column("The address was confirmed, or needs no confirmation.")
    customer_type: CustomerType = column("What the customer is to a company.")
    allows_remote_assistance: bool = column("Staff may sign in as this customer to help.")
    is_automatic_group_change_disabled: bool = column(
        "A checked VAT number never moves this customer to another group.", admin=True
    )
    website: Website = loaded(websites_by_id, key="website_id", description="Website the account belongs to.")
    created_in: StoreView = loaded(
        store_views_by_id, key="created_in_store_view_id", description="Store view the account was created in."
    )
    group: CustomerGroup = loaded(groups_by_id, key="group_id", description="Decides discounts and tax class.")
    activity: CustomerActivity = loaded(
        reads.activities_by_customer, key="id", description="When the customer was last seen."
    )


CUSTOMER_SECTIONS: Final = (ProfileSection,)
