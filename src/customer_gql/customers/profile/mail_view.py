"""The store view whose language, sender and links a mail to a customer takes."""

from sqlalchemy import BigInteger, bindparam, select

from customer_gql.database.statements import Connection, Row, compile_statement, fetch_value
from customer_gql.shop.websites.tables import store, store_view

_CREATED_IN = (
    select(store_view.c.id)
    .join(store)
    .where(
        store_view.c.id == bindparam("view_id", type_=BigInteger()),
        store.c.website_id == bindparam("website_id", type_=BigInteger()),
    )
)
_DEFAULT_OF_WEBSITE = (
    select(store_view.c.id)
    .join(store)
    .where(
        store.c.is_default, store_view.c.is_default, store.c.website_id == bindparam("website_id", type_=BigInteger())
    )
)
_MAIL_VIEW = compile_statement(select(_CREATED_IN.union_all(_DEFAULT_OF_WEBSITE).subquery().c.id).limit(1))


async def find_mail_view(connection: Connection, customer: Row, *, website_id: int | None = None) -> int:
    """The view the account was made in when it is one of the website, else the website's default view.

    Without a website it is the customer's own, which an account that moved has changed.
    """
    website = customer.website_id if website_id is None else website_id
    found = await fetch_value(connection, _MAIL_VIEW, view_id=customer.created_in_store_view_id, website_id=website)
    return customer.created_in_store_view_id if found is None else found
