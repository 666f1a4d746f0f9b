from sqlalchemy import Integer, cast, select

from customer_gql.loading.pages import Pages, Sort
from customer_gql.loading.reads import one_by

from .tables import customer_note

_pinned_rank = cast(customer_note.c.is_pinned, Integer()).label("pinned_rank")
_NOTE = select(customer_note, _pinned_rank)

notes_by_id = one_by(_NOTE, customer_note.c.customer_id, customer_note.c.id)
# A customer has few notes, so that the primary key finds them and they are sorted in memory.
notes_by_customer = Pages(
    _NOTE, customer_note.c.customer_id, sort=Sort("PINNED_FIRST", (_pinned_rank, customer_note.c.id), descending=True)
)
