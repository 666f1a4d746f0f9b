"""The profile of a customer as webhooks of the content `PROFILE` send it (docs/domain/webhooks.md#webhooks-5)."""

from typing import Any, Final

from sqlalchemy import BigInteger, bindparam, select

from customer_gql.core.ids import encode_id
from customer_gql.core.viewer import Websites
from customer_gql.customers.history.stored_values import name_stored_value
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, compile_statement, fetch_one

_PREFIXES: Final = {"id": "cus", "website_id": "web", "group_id": "grp", "created_in_store_view_id": "stv"}
_SHOWN: Final = (
    *("id", "number", "external_id", "version", "email", "is_email_confirmed", "status", "customer_type"),
    *("prefix", "first_name", "middle_name", "last_name", "suffix", "gender", "date_of_birth", "birth_year"),
    *("tax_vat_number", "website_id", "group_id", "created_in_store_view_id", "allows_remote_assistance"),
    *("created_at", "updated_at"),
)
_PROFILE: Final = compile_statement(
    select(*[customer.c[name] for name in _SHOWN]).where(customer.c.id == bindparam("id", type_=BigInteger()))
)


async def describe_profile(connection: Connection, customer_id: int, websites: Websites) -> dict[str, Any] | None:
    """As stored now; None for a customer who is gone, or on a website that the webhook is not for."""
    row = await fetch_one(connection, _PROFILE, id=customer_id)
    if row is None or (websites is not None and row.website_id not in websites):
        return None
    return {
        name_stored_value(name): encode_id(_PREFIXES[name], row[name]) if name in _PREFIXES else row[name]
        for name in _SHOWN
    }
