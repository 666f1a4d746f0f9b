import strawberry

from .slices import declared_for_graph


@strawberry.type(description="A customer of the shop, with everything that hangs on them.")
class Customer(*declared_for_graph("types", "CUSTOMER_SECTIONS")):
    """Every slice adds the fields of its sections."""
