"""The tables of every slice, for migrations and for tests that look at all of them."""

from customer_gql.database.tables import metadata

from .slices import modules

modules("tables")

__all__ = ["metadata"]
