from customer_gql.core.permissions import Permission
from customer_gql.graph.access.guards import guarded_type

from .slices import declared_for_graph


@guarded_type(requires=Permission.ORDERS_READ, description="An order of a customer.")
class Order(*declared_for_graph("types", "ORDER_SECTIONS")):
    """Every slice adds the fields of its sections."""
