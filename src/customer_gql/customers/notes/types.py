import datetime as dt
from typing import Final

import strawberry

from customer_gql.graph.connections import Connection, paged
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id
from customer_gql.staff.reads import staff_by_id
from customer_gql.staff.types import StaffUser

from . import reads


@strawberry.type(description="A note that staff wrote about a customer, for each other. Customers never see it.")
class CustomerNote(Node):
    id: strawberry.ID = node_id("not", reads.notes_by_id, "customer_id", "id", description="Id of the note.")
    text: str = column("Text of the note, at most 4,000 characters in any number of lines.", personal=True)
    is_pinned: bool = column("Whether the note stands before those that are not pinned.")
    version: int = column(
        "Version, which increases with every change of the note. Pass it as `expectedVersion` in an edit."
    )
    created_at: dt.datetime = column("Time at which the note was written.")
    edited_at: dt.datetime | None = column("Time of the last change; null when it was never changed.")
    author: StaffUser | None = loaded(
        staff_by_id, key="staff_id", description="Staff user who wrote the note; null when a service token did."
    )


@strawberry.type
class NoteSection:
    notes: Connection[CustomerNote] = paged(
        reads.notes_by_customer,
        key="id",
        description="Notes of staff: pinned ones first, then the others, each newest first.",
        admin=True,
    )


CUSTOMER_SECTIONS: Final = (NoteSection,)
