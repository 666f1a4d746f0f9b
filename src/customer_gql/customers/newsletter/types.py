import datetime as dt
from typing import Final

import strawberry

from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id
from customer_gql.graph.scalars import graph_enum
from customer_gql.shop.websites.reads import store_views_by_id
from customer_gql.shop.websites.types import StoreView

from . import reads
from .tables import SubscriptionStatus

graph_enum(
    SubscriptionStatus,
    "Where a newsletter subscription stands.",
    {
        "SUBSCRIBED": "Receives mail.",
        "NOT_ACTIVE": "Waits for the link in a mail to be opened.",
        "UNSUBSCRIBED": "Left.",
        "UNCONFIRMED": "Waits for the account to be confirmed.",
    },
)


@strawberry.type(description="A customer's subscription to one store view's newsletter.")
class NewsletterSubscription(Node):
    id: strawberry.ID = node_id(
        "sub", reads.subscriptions_by_id, "customer_id", "store_view_id", description="The subscription."
    )
    store_view: StoreView = loaded(store_views_by_id, key="store_view_id", description="Whose newsletter it is.")
    status: SubscriptionStatus = column("Where it stands.")
    changed_at: dt.datetime = column("Last change of the status.")


@strawberry.type
class NewsletterSection:
    newsletter_subscriptions: list[NewsletterSubscription] = loaded(
        reads.subscriptions_by_customer,
        key="id",
        description="One for each store view the customer ever subscribed to; no more than there are store views.",
    )


CUSTOMER_SECTIONS: Final = (NewsletterSection,)
