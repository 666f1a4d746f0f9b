from typing import Any

import strawberry

from customer_gql.administration.website_moves.types import WebsiteMove
from customer_gql.customers.profile.types import CustomerPayload


@strawberry.type
class CustomerEditPayload(CustomerPayload):
    """What every edit of a customer by staff answers."""

    changed_fields: list[str] = strawberry.field(
        description="Input fields whose stored value changed; empty when nothing did.", default_factory=list
    )
    website_move: Any = strawberry.field(
        description="Consequences of a move to another website; null without one.",
        graphql_type=WebsiteMove | None,
        default=None,
    )
