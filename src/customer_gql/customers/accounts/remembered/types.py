"""What a device shows of the customer it remembers."""

import strawberry

from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload


@strawberry.type(
    description="The customer that the device remembers, who is not signed in by it: everything else takes a sign-in."
)
class Remembered:
    first_name: str = column("First name, for a greeting.", personal=True)
    cart_key: strawberry.Private[tuple[int, int] | None] = None
    """The customer and the website of the cart; None where it is not shown."""


@strawberry.type(
    description="Result of forgetting a customer on this device: the same whether or not somebody was remembered."
)
class RememberedForgetPayload(Payload):
    pass
