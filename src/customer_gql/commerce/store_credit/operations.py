from decimal import Decimal
from typing import Annotated, Any, Final

import strawberry

from customer_gql.commerce.ledgers import operations as ledgers
from customer_gql.core.permissions import Permission
from customer_gql.customers.profile.types import CustomerPayload
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, admin_mutation

from .types import StoreCreditEntry
from .writes import STORE_CREDIT


@strawberry.input(description="An adjustment of store credit by staff.")
class StoreCreditAdjustInput:
    id: strawberry.ID = column("Id of the customer.")
    amount: Decimal = column("Amount to add, in the currency of the website; a negative amount is deducted. Not zero.")
    idempotency_key: str = column(ledgers.KEY_DESCRIPTION)
    website_id: strawberry.ID | None = strawberry.field(description=ledgers.WEBSITE_DESCRIPTION, default=None)
    comment: str | None = strawberry.field(description=ledgers.COMMENT_DESCRIPTION, default=None)
    notify_customer: bool = strawberry.field(description=ledgers.NOTIFY_DESCRIPTION, default=False)


@strawberry.type(description="Result of `storeCreditAdjust`.")
class StoreCreditAdjustPayload(CustomerPayload):
    entry: Any = strawberry.field(
        graphql_type=StoreCreditEntry | None, description=ledgers.ENTRY_DESCRIPTION, default=None
    )


@strawberry.type
class StoreCreditAdminMutation:
    @admin_mutation(
        permission=Permission.CREDIT_ADJUST,
        exclusive=True,
        description=f"Add store credit for a customer, or deduct it. {ledgers.ADJUST_DESCRIPTION}",
    )
    async def store_credit_adjust(
        self, info: Info, input: Annotated[StoreCreditAdjustInput, INPUT]
    ) -> StoreCreditAdjustPayload:
        return StoreCreditAdjustPayload(**await ledgers.adjust_ledger(info, STORE_CREDIT, input, input.amount))


ADMIN_MUTATIONS: Final = (StoreCreditAdminMutation,)
