"""Mails to the customers that an import has created (docs/domain/import.md#import-32)."""

from typing import Final

from customer_gql.administration.customer_import.copied_rows.reading import beside, copy_customers
from customer_gql.core.actor import Actor
from customer_gql.customers.accounts.recovery.ordered_links import order_reset_links
from customer_gql.database.statements import Connection

_CREATED: Final = """
SELECT c.* FROM customer c JOIN import_customer s ON s.customer_id = c.id AND s.owner_id = c.id ORDER BY c.id
"""


async def send_welcome_mails(connection: Connection, *, by: Actor) -> None:
    """A link to choose a password to each of them, made when the mail is due."""
    await copy_customers(connection, "SELECT owner_id FROM import_customer WHERE owner_id = customer_id")
    created = await connection.fetch(beside(_CREATED))
    await order_reset_links(connection, created, by=by, template="welcome_without_password")
