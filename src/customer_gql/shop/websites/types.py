import strawberry

from customer_gql.graph.fields import column, loaded, storefront_only
from customer_gql.graph.nodes import Node, node_id, visible_to_everyone
from customer_gql.graph.scalars import CurrencyCode

from . import reads

_VERSION = "Version, which increases with every change. Pass it as `expectedVersion` in an edit."


@strawberry.type(description="A language and appearance of a store; the narrowest scope of settings.")
class StoreView(Node):
    id: strawberry.ID = node_id(
        "stv",
        reads.store_views_by_id,
        "id",
        visible=visible_to_everyone,
        storefront_read=reads.active_store_views_by_id,
        description="Id of the store view.",
    )
    code: str = column("Unique code, which never changes.")
    name: str = column("Display name.")
    locale: str = column("Language and region of texts and mails, such as `en_US`.")
    currency: CurrencyCode = column("Currency of prices and of store credit: the base currency of the website.")
    is_default: bool = column("Whether it is used where a request names the store or the website alone.")
    is_active: bool = column("Whether the storefront is open; the default store view always is.", admin=True)
    version: int = column(_VERSION, admin=True)


@strawberry.type(description="A store of a website. Its store views share one catalog.")
class Store(Node):
    id: strawberry.ID = node_id(
        "sto", reads.stores_by_id, "id", visible=visible_to_everyone, description="Id of the store."
    )
    code: str = column("Unique code, which never changes.")
    name: str = column("Display name.")
    is_default: bool = column("Whether it is the default store of the website.")
    version: int = column(_VERSION, admin=True)
    store_views: list[StoreView] = loaded(
        reads.store_views_by_store,
        key="id",
        admin=True,
        description="Store views of the store, inactive ones too; there are only a few.",
    )
    active_store_views: list[StoreView] = storefront_only(
        loaded(
            reads.active_store_views_by_store, key="id", description="Store views of the store; there are only a few."
        ),
        "storeViews",
    )


@strawberry.type(description="A website, with customers, prices and a currency of its own.")
class Website(Node):
    id: strawberry.ID = node_id(
        "web", reads.websites_by_id, "id", visible=visible_to_everyone, description="Id of the website."
    )
    code: str = column("Unique code, which never changes.")
    name: str = column("Display name.")
    currency: CurrencyCode = column("Base currency, in which store credit and statistics are kept.")
    is_default: bool = column("Whether it is the website of requests that name none.")
    version: int = column(_VERSION, admin=True)
    stores: list[Store] = loaded(
        reads.stores_by_website, key="id", description="Stores of the website; there are only a few.", assumed=3
    )
