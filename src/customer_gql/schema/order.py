import strawberry

from .slices import declared


@strawberry.type(description="An order of a customer.")
class Order(*declared("types", "ORDER_SECTIONS")):
    """Every slice adds the fields of its sections."""
