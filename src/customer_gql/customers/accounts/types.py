import datetime as dt
from typing import Any, Final

import strawberry

from customer_gql.customers.profile.reads import customers_by_id
from customer_gql.customers.profile.tables import LockReason
from customer_gql.customers.profile.types import CustomerLink, CustomerPayload
from customer_gql.graph.connections import Connection, paged
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id
from customer_gql.graph.scalars import graph_enum
from customer_gql.security.sessions import SessionGrant
from customer_gql.staff.reads import staff_by_id
from customer_gql.staff.types import StaffUser

from . import reads


@strawberry.type(description="One device on which the customer is signed in.")
class Session(Node):
    id: strawberry.ID = node_id("ses", reads.sessions_by_id, "customer_id", "id", description="Id of the session.")
    device: str | None = column("`User-Agent` of the device, cut at 200 characters.", personal=True)
    address: str | None = column("Network address the device signed in from.", personal=True)
    created_at: dt.datetime = column("Time of the sign-in.")
    last_used_at: dt.datetime = column("Time of the last use, to the minute.")
    expires_at: dt.datetime = column("Time at which the session ends in any case.")

    @strawberry.field(description="Whether this request belongs to the session.")
    def is_current(root: strawberry.Parent[Any], info: Info) -> bool:
        return root.id == info.context.viewer.session_id


@strawberry.type(description="A time in which a staff user was signed in as a customer who allows it.")
class Impersonation(Node):
    id: strawberry.ID = node_id(
        "imp", reads.impersonations_by_id, "customer_id", "id", description="Id of the impersonation."
    )
    reason: str = column("Reason, in the words of the staff user.", personal=True)
    started_at: dt.datetime | None = column("Time at which the code was exchanged; null if it never was.")
    expires_at: dt.datetime = column("Time at which the impersonation ends by itself.")
    ended_at: dt.datetime | None = column("Time at which it was ended early; null if it was not.")
    staff: StaffUser | None = loaded(
        staff_by_id, key="staff_id", description="The staff user who was signed in.", admin=True
    )
    customer: CustomerLink | None = loaded(
        customers_by_id, key="customer_id", description="The customer the staff member acts as.", admin=True
    )


graph_enum(
    LockReason,
    "Cause of the lock of an account.",
    {
        "PASSWORD": "Too many wrong passwords, wherever they were entered.",
        "TOKEN": "Too many refused sign-ins.",
        "STAFF": "Staff locked the account.",
    },
)


@strawberry.type(description="The lock of an account: sign-in is closed for a time, while sessions continue.")
class CustomerLock:
    until: dt.datetime = column("Time at which the lock ends by itself.")
    reason: LockReason = column("Cause of the lock.")
    failed_attempts: int | None = column("Failed attempts in a row that caused the lock; null for one by staff.")
    note: str | None = column("Note of staff about the lock.", personal=True)
    staff: StaffUser | None = loaded(
        staff_by_id, key="staff_id", description="Staff user who locked the account; null for other causes."
    )


@strawberry.type
class AccountSection:
    lock: CustomerLock | None = loaded(
        reads.locks_by_customer,
        key="id",
        description="Lock of the account, with its cause and its end; null when sign-in is open.",
        admin=True,
    )
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


@strawberry.type(description="Tokens of a device that signed in; shown only once.")
class SignInPayload(CustomerPayload):
    grant: strawberry.Private[SessionGrant | None] = None

    @strawberry.field(
        description="Access token, to be sent as `Authorization: Bearer …`. It ends after an hour without use; see `sessions`."
    )
    def access_token(self) -> str | None:
        return self.grant and self.grant.access_token

    @strawberry.field(
        description="Time at which the access token ends if it is not used. Each use moves it on, to a day after it was issued at most."
    )
    def access_token_expires_at(self) -> dt.datetime | None:
        return self.grant and self.grant.expires_at

    @strawberry.field(description="Refresh token for `tokenRefresh`; null for staff signed in as a customer.")
    def refresh_token(self) -> str | None:
        return self.grant and self.grant.refresh_token

    @strawberry.field(description="Time at which the session ends in any case, however often it is renewed.")
    def session_expires_at(self) -> dt.datetime | None:
        return self.grant and self.grant.session_expires_at

    @strawberry.field(
        description="Keep it on the device for a year, and send it with the next `signIn` there: wrong passwords of "
        "strangers then do not lock out this device. It lets nobody in. Null for other operations than `signIn`."
    )
    def device_token(self) -> str | None:
        return self.grant and self.grant.device_token

    @strawberry.field(
        description="Keep it on the device and send it in the header `X-Persistent-Token`: `remembered` then shows the first name and "
        "the cart. It lets nobody in. Each sign-in on the device ends it. Null unless `isRemembered` was asked for, and offered."
    )
    def persistent_token(self) -> str | None:
        return self.grant and self.grant.persistent_token


CUSTOMER_SECTIONS: Final = (AccountSection,)
