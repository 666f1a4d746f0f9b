from typing import Final

import strawberry

from customer_gql.core.permissions import Permission
from customer_gql.graph.lists import admin_list

from .reads import event_list
from .types import StaffEvent


@strawberry.type
class StaffHistoryAdminQuery:
    staff_history = admin_list(
        event_list,
        "NEWEST",
        of=StaffEvent,
        permission=Permission.STAFF_MANAGE,
        all_websites=True,
        description="History of staff, newest event first, in pages.",
    )


ADMIN_QUERIES: Final = (StaffHistoryAdminQuery,)
