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
    "State of a newsletter subscription.",
    {
        "SUBSCRIBED": "Subscribed: newsletters are sent.",
        "NOT_ACTIVE": "Waiting for the link in a mail to be opened.",
        "UNSUBSCRIBED": "Unsubscribed: no newsletters are sent.",
        "UNCONFIRMED": "Waiting for the account to be confirmed.",
    },
)


@strawberry.type(description="A customer's subscription to the newsletter of a store view.")
class NewsletterSubscription(Node):
    id: strawberry.ID = node_id(
        "sub", reads.subscriptions_by_id, "customer_id", "store_view_id", description="Id of the subscription."
    )
    store_view: StoreView = loaded(store_views_by_id, key="store_view_id", description="Store view of the newsletter.")
    status: SubscriptionStatus = column("State of the subscription.")
    changed_at: dt.datetime = column("Time of the last change of the status.")


@strawberry.type
class NewsletterSection:
    newsletter_subscriptions: list[NewsletterSubscription] = loaded(
        reads.subscriptions_by_customer,
        key="id",
        description="Subscriptions, one for each store view that the customer ever subscribed to.",
    )


CUSTOMER_SECTIONS: Final = (NewsletterSection,)
