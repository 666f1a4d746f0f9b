from typing import Any, Final

import strawberry

from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.scalars import Money, money
from customer_gql.shop.websites.reads import websites_by_id
from customer_gql.shop.websites.types import Website

from . import reads


@strawberry.type(description="Store credit and reward points of a customer on one website.")
class Balance:
    website: Website = loaded(websites_by_id, key="website_id", description="The website.")
    store_credit: Money = money("Store credit, in the currency of the website.", amount="store_credit")
    reward_points: int = column("Reward points.")


@strawberry.type
class BalancesSection:
    @strawberry.field(
        description="Store credit and points on the account's own website and on every other one that has entries. The "
        "customer sees the other websites while accounts are shared by all of them.",
        graphql_type=list[Balance],
    )
    async def balances(self: Any, info: Info) -> Any:
        is_staff = info.context.viewer.is_staff_or_service
        read = reads.balances_by_customer if is_staff else reads.spendable_balances_by_customer
        return await info.context.load(read, self.id)


@strawberry.type
class DeletedCustomerBalancesSection:
    balances: list[Balance] = loaded(
        reads.balances_by_deleted_customer,
        key="customer_id",
        description="Store credit and points that the account left on its website and on every other one that has entries.",
        assumed=1,
    )


CUSTOMER_SECTIONS: Final = (BalancesSection,)
DELETED_CUSTOMER_SECTIONS: Final = (DeletedCustomerBalancesSection,)
