"""Addresses of customers are judged as all addresses are."""

from customer_gql.core.emails import checked_email, normalised

__all__ = ["checked_email", "normalised"]
