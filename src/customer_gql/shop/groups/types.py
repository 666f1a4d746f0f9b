import strawberry

from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id, visible_to_everyone
from customer_gql.graph.scalars import graph_enum
from customer_gql.shop.websites.types import Website

from . import reads
from .tables import TaxClassKind

graph_enum(
    TaxClassKind,
    "What a tax class is for.",
    {"CUSTOMER": "Groups of customers.", "PRODUCT": "Products."},
)


@strawberry.type(description="A tax class, which decides with others of its kind how a purchase is taxed.")
class TaxClass(Node):
    id: strawberry.ID = node_id(
        "tax", reads.tax_classes_by_id, "id", visible=visible_to_everyone, description="Id of the tax class."
    )
    name: str = column("Unique name.")
    kind: TaxClassKind = column("What the tax class is for.")


@strawberry.type(description="A customer group, which decides discounts and the tax class. Group 0 is for guests.")
class CustomerGroup(Node):
    id: strawberry.ID = node_id(
        "grp", reads.groups_by_id, "id", visible=visible_to_everyone, description="Id of the customer group."
    )
    number: int = column("Number of the group.")
    version: int = column("Version, which increases with every change. Pass it as `expectedVersion` in an edit.")
    name: str = column("Name of at most 32 characters, unique whatever its case.")
    tax_class: TaxClass = loaded(
        reads.tax_classes_by_id, key="tax_class_id", description="Tax class of purchases by members of the group."
    )
    excluded_websites: list[Website] = loaded(
        reads.excluded_websites_by_group,
        key="id",
        description="Websites on which members of the group cannot sign in; there are a few at most.",
        assumed=3,
    )
    is_assignable: bool = column(
        "Whether customers can be put into the group: not into that of guests, nor into one that is being deleted."
    )
