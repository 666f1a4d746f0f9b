from customer_gql.core.viewer import Websites
from customer_gql.database.statements import Connection, equals_any, fetch_one
from customer_gql.messaging.mail.tables import mail_outbox

from .filters import DEAD, WEBSITE_OF_MAIL


async def is_reachable(connection: Connection, mail_id: int, websites: Websites) -> bool:
    """Whether staff of these websites may see a dead mail."""
    if websites is None:
        return True
    found = DEAD.where(mail_outbox.c.id == mail_id, equals_any(WEBSITE_OF_MAIL, sorted(websites)))
    return await fetch_one(connection, found) is not None
