import datetime as dt
from typing import Any, Final

import strawberry

from customer_gql.customers.accounts.sessions import online
from customer_gql.customers.profile.reads import customers_by_id
from customer_gql.customers.profile.types import CustomerLink
from customer_gql.graph.connections import Connection, paged
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id
from customer_gql.graph.payloads import Payload
from customer_gql.graph.scalars import graph_enum
from customer_gql.security.sessions import SessionGrant
from customer_gql.staff.reads import staff_by_id
from customer_gql.staff.types import StaffUser

from . import reads


@strawberry.type(description="One device on which the customer is signed in.")
class Session(Node):
    id: strawberry.ID = node_id("ses", reads.sessions_by_id, "customer_id", "id", description="The session.")
    device: str | None = column("What the device calls itself, its User-Agent, cut at 200 characters.", personal=True)
    address: str | None = column("Network address it signed in from.", personal=True)
    created_at: dt.datetime = column("When it signed in.")
    last_used_at: dt.datetime = column("Last use, to the minute.")
    expires_at: dt.datetime = column("When it ends in any case.")

    @strawberry.field(description="The session this request belongs to.")
    def is_current(root: strawberry.Parent[Any], info: Info) -> bool:
        return root.id == info.context.viewer.session_id


@strawberry.type(description="Staff who were signed in as a customer, with that customer's permission.")
class Impersonation(Node):
    id: strawberry.ID = node_id(
        "imp", reads.impersonations_by_id, "customer_id", "id", description="The impersonation."
    )
    reason: str = column("Why, in the words of the staff member.", personal=True)
    started_at: dt.datetime | None = column("When the code was exchanged; null when it never was.")
    expires_at: dt.datetime = column("When it ends by itself.")
    ended_at: dt.datetime | None = column("When it was ended before; null when it was not.")
    staff: StaffUser | None = loaded(staff_by_id, key="staff_id", description="Who.", admin=True)
    customer: CustomerLink | None = loaded(
        customers_by_id, key="customer_id", description="The customer the staff member acts as.", admin=True
    )


@strawberry.type
class AccountSection:
    sessions: list[Session] = loaded(
        reads.sessions_by_customer,
        key="id",
        description=f"Devices signed in, the last used first; at most {reads.MAX_SESSIONS}. Of the viewer: root `sessions`.",
        admin=True,
    )
    impersonations: Connection[Impersonation] = paged(
        reads.impersonations_by_customer,
        key="id",
        description="Staff who were signed in as the customer, newest first.",
    )


graph_enum(
    online.VisitorKind,
    "Who is online.",
    {"CUSTOMER": "Signed in, or signed up, with an account.", "VISITOR": "Somebody who did not sign in."},
)


@strawberry.type(description="Somebody active within the configured minutes. Page views do not count.")
class OnlineVisitor:
    kind: online.VisitorKind = column("Customer or visitor.")
    number: int | None = column("The customer's number; null for a visitor.")
    first_name: str | None = column("First name; null for a visitor.", personal=True)
    last_name: str | None = column("Last name; null for a visitor.", personal=True)
    email: str | None = column("Address of the account; null for a visitor.", personal=True)
    company: str | None = column("Company of the default billing address; null when there is none.", personal=True)
    last_activity_at: dt.datetime = column("Last sign-in, sign-up or change of the cart.")
    last_url: str | None = column(
        "Page it happened on, without its query; null when the storefront sent none.", personal=True
    )
    customer: CustomerLink | None = loaded(
        customers_by_id, key="customer_id", description="The customer; null for a visitor."
    )


@strawberry.type(description="What a device gets when it is let in. The tokens are shown this once.")
class SignInPayload(Payload):
    grant: strawberry.Private[SessionGrant | None] = None

    @strawberry.field(
        description="Send it as `Authorization: Bearer …`. Ends after an hour without use; see `sessions`."
    )
    def access_token(self) -> str | None:
        return self.grant and self.grant.access_token

    @strawberry.field(description="Until when the access token works, if used; then renew it.")
    def access_token_expires_at(self) -> dt.datetime | None:
        return self.grant and self.grant.expires_at

    @strawberry.field(description="Give it to `tokenRefresh`, once; null for staff signed in as a customer.")
    def refresh_token(self) -> str | None:
        return self.grant and self.grant.refresh_token

    @strawberry.field(description="When the session ends in any case, however often it is renewed.")
    def session_expires_at(self) -> dt.datetime | None:
        return self.grant and self.grant.session_expires_at


CUSTOMER_SECTIONS: Final = (AccountSection,)
