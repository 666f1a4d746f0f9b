from typing import Any

from sqlalchemy import func

from customer_gql.core.viewer import Websites
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, equals_any, fetch_one
from customer_gql.loading.lists import RootList
from customer_gql.loading.pages import Sort
from customer_gql.messaging.mail.reads import DEAD_LETTERS
from customer_gql.messaging.mail.tables import mail_outbox
from customer_gql.shop.websites.tables import store, store_view

# The customer's website comes first, so that mails follow a customer who is moved. Mails about no customer, such as
# invitations of staff, belong to no website, and only staff of all websites see them.
_WEBSITE: Any = func.coalesce(customer.c.website_id, store.c.website_id)
_DEAD = DEAD_LETTERS.select_from(
    mail_outbox.outerjoin(customer, customer.c.id == mail_outbox.c.customer_id)
    .outerjoin(store_view, store_view.c.id == mail_outbox.c.store_view_id)
    .outerjoin(store, store.c.id == store_view.c.store_id)
)
dead_letters = RootList(
    _DEAD, [Sort("NEWEST", (mail_outbox.c.dead_at, mail_outbox.c.id), descending=True)], website=_WEBSITE
)


async def is_reachable(connection: Connection, mail_id: int, websites: Websites) -> bool:
    """Whether staff of these websites may see a dead mail."""
    if websites is None:
        return True
    found = _DEAD.where(mail_outbox.c.id == mail_id, equals_any(_WEBSITE, sorted(websites)))
    return await fetch_one(connection, found) is not None
