"""Staff users who can look after a company."""

from typing import Final

from sqlalchemy import Select

from customer_gql.staff.filters import STAFF
from customer_gql.staff.tables import staff_user

MOST_REPRESENTATIVES: Final = 100


def select_representatives(search: str | None) -> Select[*tuple[object, ...]]:
    """The first by name of those whose name has each of the words in it."""
    named = [staff_user.c.name.icontains(word, autoescape=True) for word in (search or "").split()]
    found = STAFF.where(staff_user.c.is_active, *named).order_by(staff_user.c.name_sort_key, staff_user.c.id)
    return found.limit(MOST_REPRESENTATIVES)
