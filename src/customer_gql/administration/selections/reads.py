from typing import Any

from sqlalchemy import BigInteger, bindparam, column, func, literal_column, select, true

from customer_gql.administration.customer_actions.judgements import SAMPLE_SIZE
from customer_gql.database.statements import AnySelect
from customer_gql.loading.reads import one_by

from .tables import selection, selection_batch

selections_by_id = one_by(select(selection), selection.c.id)
samples_by_selection = one_by(
    select(selection_batch.c.selection_id, selection_batch.c.customer_ids[1:SAMPLE_SIZE].label("ids")).where(
        selection_batch.c.first_line == literal_column("1")
    ),
    selection_batch.c.selection_id,
)


def select_lines_of(key: int) -> AnySelect:
    """The ids of a selection with the place of each."""
    owner: Any = bindparam(None, key, type_=BigInteger())
    ids = func.unnest(selection_batch.c.customer_ids).table_valued(column("id", BigInteger()), with_ordinality="place")
    ids = ids.render_derived(name="ids")
    place = selection_batch.c.first_line + ids.c.place
    joined = selection_batch.join(ids, true())
    return select(ids.c.id, place.label("place")).select_from(joined).where(selection_batch.c.selection_id == owner)
