import strawberry

from customer_gql.graph.fields import column, loaded, named
from customer_gql.graph.scalars import Money, graph_enum, money
from customer_gql.shop.websites.reads import websites_by_id
from customer_gql.shop.websites.types import Website

from .steps import MoveEffect, MoveKind

graph_enum(
    MoveKind,
    "Kind of record that a move to another website affects.",
    {
        "STORE_CREDIT": "Store credit.",
        "REWARD_POINTS": "Reward points.",
        "ORDERS": "Orders.",
        "SUBSCRIPTIONS": "Newsletter subscriptions.",
        "CART": "Open carts.",
        "SESSIONS": "Sessions of customers.",
        "MAILS": "Texts, sender and links of mails.",
    },
)
graph_enum(
    MoveEffect,
    "Effect of a move to another website.",
    {
        "STAYS": "It stays with its website and stays visible.",
        "ENDS": "It ends.",
        "CHANGES": "It follows the new website.",
    },
)


@strawberry.type(description="One consequence of a move to another website.")
class WebsiteMoveStep:
    kind: MoveKind = column("Kind of record.")
    effect: MoveEffect = column("Effect on these records.")
    count: int = column("Number of records; of reward points, the number of points.")
    amount: Money | None = money("Store credit that stays; null for the rest, and for many accounts.", amount="amount")
    message: str = column("Sentence for the person who decides.")


@strawberry.type(description="A move of a customer to another website, and its consequences.")
class WebsiteMove:
    left: Website = named(
        loaded(websites_by_id, key="from_id", description="Website of the account until now."), "from"
    )
    joined: Website = named(loaded(websites_by_id, key="to_id", description="Website the account moves to."), "to")
    steps: list[WebsiteMoveStep] = column("Consequences; those without a record are left out.", assumed=len(MoveKind))
