"""Staff users who can look after a company."""

from typing import Final

from sqlalchemy import ColumnElement, Select, or_

from customer_gql.core.viewer import Websites
from customer_gql.staff.filters import STAFF
from customer_gql.staff.tables import staff_role, staff_user

MOST_REPRESENTATIVES: Final = 100


def select_representatives(search: str | None, *, websites: Websites) -> Select[*tuple[object, ...]]:
    """The first by name of those whose name has each of the words in it, and who reach one of these websites at least."""
    named = [staff_user.c.name.icontains(word, autoescape=True) for word in (search or "").split()]
    found = STAFF.where(staff_user.c.is_active, *named, *_reaches(websites))
    return found.order_by(staff_user.c.name_sort_key, staff_user.c.id).limit(MOST_REPRESENTATIVES)


def _reaches(websites: Websites) -> list[ColumnElement[bool]]:
    reached = staff_role.c.website_ids
    return [] if websites is None else [or_(reached.is_(None), reached.overlap(sorted(websites)))]
