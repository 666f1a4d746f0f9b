import strawberry

from customer_gql.core.permissions import Permission
from customer_gql.graph.access.guards import guarded_type

from .slices import declared_for_graph


@guarded_type(
    requires=Permission.CUSTOMERS_READ, description="A customer of the shop, with everything that belongs to them."
)
class Customer(*declared_for_graph("types", "CUSTOMER_SECTIONS")):
    """Every slice adds the fields of its sections."""


@guarded_type(
    requires=Permission.CUSTOMERS_READ,
    description="What is left of a customer whose account was deleted: neither name nor address.",
)
class DeletedCustomer(*declared_for_graph("types", "DELETED_CUSTOMER_SECTIONS")):
    """Every slice adds the fields of its sections."""


@strawberry.type(description="An event in the history of a customer. It is kept when the account is deleted.")
class HistoryEvent(*declared_for_graph("types", "HISTORY_EVENT_SECTIONS")):
    """Every slice adds the fields of its sections."""
