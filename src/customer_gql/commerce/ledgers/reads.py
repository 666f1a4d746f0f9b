from typing import Any

from sqlalchemy import Table, select

from customer_gql.database.statements import AnySelect
from customer_gql.loading.pages import Pages, Sort
from customer_gql.security.audit import select_staff


def entry_columns(entry: Table) -> tuple[Any, ...]:
    """What an entry is read as: its columns, and the staff user where one is the actor."""
    return (entry, select_staff(entry))


def select_entries(entry: Table) -> AnySelect:
    return select(*entry_columns(entry))


def entries_newest_first(entry: Table) -> Pages:
    """The entries of one customer on one website; each has the balance of the next one, less what that moved."""
    return Pages(
        select_entries(entry),
        entry.c.customer_id,
        entry.c.website_id,
        sort=Sort("NEWEST", (entry.c.created_at, entry.c.id), descending=True),
    )
