import asyncio
from typing import Annotated, Any

import strawberry

from customer_gql.commerce.catalog.types import Product
from customer_gql.core.errors import BadInput
from customer_gql.core.money import to_major_units
from customer_gql.graph.context import Context, Info
from customer_gql.graph.fields import column
from customer_gql.graph.grids.types import extend_node
from customer_gql.graph.scalars import CurrencyCode, Money, graph_enum
from customer_gql.shop.groups.tables import NOT_LOGGED_IN
from customer_gql.shop.settings.time_zones import find_local_date, load_time_zone
from customer_gql.shop.websites.reads import find_website_of_shopper

from . import reads
from .prices import ExplainedPrice, PriceKind, explain_price

MAX_QUANTITY = 1_000_000
Quantity = Annotated[
    int, strawberry.argument(description=f"Quantity of one line, 1 to {MAX_QUANTITY}: it decides which tiers apply.")
]

graph_enum(
    PriceKind,
    "Kind of price.",
    {
        "BASE": "Base price of the product on the website.",
        "TIER": "Price for a group or from a quantity on.",
        "SPECIAL": "Special price of some days.",
        "CATALOG_RULE": "Price that catalog price rules give.",
    },
)


def make_money(amount: int, currency: str) -> Money:
    return Money(amount=to_major_units(amount, currency), currency=CurrencyCode(currency))


def validate_quantity(quantity: int) -> int:
    if not 1 <= quantity <= MAX_QUANTITY:
        raise BadInput(f"quantity: enter a number from 1 to {MAX_QUANTITY}, not {quantity}.", argument=["quantity"])
    return quantity


@strawberry.type
class FinalPriceSection:
    @strawberry.field(
        graphql_type=Money | None,
        description="Price of a unit for the viewer today, the lowest of all that apply, without options: on the website of "
        "`X-Store-View` or of the account, for the group of the customer or that of guests. Null where the product is not sold.",
        metadata={"audience": "storefront"},
    )
    async def final_price(self: Any, info: Info, quantity: Quantity = 1) -> Any:
        validate_quantity(quantity)
        facts = await _load_facts(info.context, self.id)
        explained = explain_price(facts, quantity)
        return None if explained is None else make_money(explained.winner.amount, facts[0].currency)


extend_node(Product, FinalPriceSection)


async def _load_facts(context: Context, product_id: int) -> list[Any]:
    website_id, group = await asyncio.gather(
        find_website_of_shopper(context, context.caller.store_view), _find_group(context)
    )
    on = find_local_date(await load_time_zone(context, website_id))
    return await context.load(reads.price_facts_by_product, product_id, website=website_id, group=group, on=on)


async def _find_group(context: Context) -> int:
    if context.viewer.customer_id is None:
        return NOT_LOGGED_IN
    found = await context.load(reads.groups_of_customers, context.viewer.customer_id)
    return NOT_LOGGED_IN if found is None else found.group_id


@strawberry.type(description="A price that applies to a product.")
class ExplainedCandidate:
    kind: PriceKind = column("Where it comes from.")
    amount: Money = column("Price of a unit.")


@strawberry.type(description="Why a product has its price.")
class PriceExplanation:
    candidates: list[ExplainedCandidate] = column(
        "The lowest price of each kind that applies; at most four.", assumed=4
    )
    winner: PriceKind = column("Kind of the lowest price; of equal ones the first.")
    final_price: Money = column("Price of a unit, without options.")


def show_explanation(explained: ExplainedPrice, currency: str) -> PriceExplanation:
    shown = [ExplainedCandidate(kind=one.kind, amount=make_money(one.amount, currency)) for one in explained.candidates]
    winner = explained.winner
    return PriceExplanation(candidates=shown, winner=winner.kind, final_price=make_money(winner.amount, currency))
