"""What a mutation would be refused with, told before anybody calls it."""

import strawberry
from strawberry.scalars import JSON

from customer_gql.core.errors import RuleError
from customer_gql.graph.context import Info
from customer_gql.graph.payloads import UserErrorCodeType


@strawberry.type(description="What a mutation would be refused with, as an entry of `userErrors`.")
class CapabilityRefusal:
    refused: strawberry.Private[RuleError]
    code: UserErrorCodeType = strawberry.field(description="Kind of the refusal.")  # pyright: ignore
    key: str = strawberry.field(description="Stable name of the rule that refuses.")
    params: JSON = strawberry.field(  # pyright: ignore[reportInvalidTypeForm]
        description="Values that the message is about, by name."
    )

    @strawberry.field(description="A sentence for people, in the language of `Accept-Language`.")
    def message(self, info: Info) -> str:
        return self.refused.message_in(info.context.language)


def show_refusal(refused: RuleError) -> CapabilityRefusal:
    return CapabilityRefusal(refused=refused, code=refused.code, key=refused.key, params=refused.params)  # pyright: ignore
