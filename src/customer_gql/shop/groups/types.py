import strawberry

from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id, visible_to_everyone

from . import reads


@strawberry.type(description="A tax class of customers, which decides how their purchases are taxed.")
class TaxClass(Node):
    id: strawberry.ID = node_id(
        "tax", reads.tax_classes_by_id, "id", visible=visible_to_everyone, description="Id of the tax class."
    )
    name: str = column("Unique name.")


@strawberry.type(description="A customer group, which decides discounts and the tax class. Group 0 is for guests.")
class CustomerGroup(Node):
    id: strawberry.ID = node_id(
        "grp", reads.groups_by_id, "id", visible=visible_to_everyone, description="Id of the customer group."
    )
    name: str = column("Unique name of at most 32 characters.")
    tax_class: TaxClass = loaded(
        reads.tax_classes_by_id, key="tax_class_id", description="Tax class of purchases by members of the group."
    )
