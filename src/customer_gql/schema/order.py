import strawberry

from .slices import declared_for_graph


@strawberry.type(description="An order of a customer.")
class Order(*declared_for_graph("types", "ORDER_SECTIONS")):
    """Every slice adds the fields of its sections."""
