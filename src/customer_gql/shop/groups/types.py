import strawberry

from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id, visible_to_everyone

from . import reads


@strawberry.type(description="How a purchase is taxed, from the buyer's side.")
class TaxClass(Node):
    id: strawberry.ID = node_id(
        "tax", reads.tax_classes_by_id, "id", visible=visible_to_everyone, description="The tax class."
    )
    name: str = column("Unique name.")


@strawberry.type(description="Decides discounts and the tax class of a purchase. Group 0 is of those not signed in.")
class CustomerGroup(Node):
    id: strawberry.ID = node_id("grp", reads.groups_by_id, "id", visible=visible_to_everyone, description="The group.")
    name: str = column("Unique name of at most 32 characters.")
    tax_class: TaxClass = loaded(
        reads.tax_classes_by_id, key="tax_class_id", description="Tax class of what its members buy."
    )
