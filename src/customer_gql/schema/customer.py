import strawberry

from .slices import declared


@strawberry.type(description="A customer of the shop, with everything that hangs on them.")
class Customer(*declared("types", "CUSTOMER_SECTIONS")):
    """Every slice adds the fields of its sections."""
