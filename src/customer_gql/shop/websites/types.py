import strawberry

from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id, visible_to_everyone
from customer_gql.graph.scalars import CurrencyCode

from . import reads


@strawberry.type(description="The language and look a shopper sees; the narrowest scope.")
class StoreView(Node):
    id: strawberry.ID = node_id(
        "stv", reads.store_views_by_id, "id", visible=visible_to_everyone, description="The store view."
    )
    code: str = column("Unique short name.")
    name: str = column("Name people see.")
    locale: str = column("Language and region of texts and mails, as `en_US`.")


@strawberry.type(description="A shop within a website; its store views share one catalog.")
class Store(Node):
    id: strawberry.ID = node_id("sto", reads.stores_by_id, "id", visible=visible_to_everyone, description="The store.")
    code: str = column("Unique short name.")
    name: str = column("Name people see.")
    store_views: list[StoreView] = loaded(
        reads.store_views_by_store, key="id", description="Its store views; a few by nature."
    )


@strawberry.type(description="The widest scope an account lives in: its customers, prices and currency are its own.")
class Website(Node):
    id: strawberry.ID = node_id(
        "web", reads.websites_by_id, "id", visible=visible_to_everyone, description="The website."
    )
    code: str = column("Unique short name.")
    name: str = column("Name people see.")
    currency: CurrencyCode = column("Base currency: store credit and statistics are kept in it.")
    stores: list[Store] = loaded(reads.stores_by_website, key="id", description="Its stores; a few by nature.")
