from typing import Any

from sqlalchemy import BigInteger, bindparam, literal_column, select, true

from customer_gql.administration.customer_actions.judgements import SAMPLE_SIZE
from customer_gql.database.statements import AnySelect
from customer_gql.loading.reads import one_by
from customer_gql.messaging.jobs.runs.parts import unnest_keys

from .tables import selection, selection_batch

selections_by_id = one_by(select(selection), selection.c.id)
samples_by_selection = one_by(
    select(
        selection_batch.c.selection_id,
        selection_batch.c.customer_ids[1:SAMPLE_SIZE].label("ids"),
        selection_batch.c.record_ids[1:SAMPLE_SIZE].label("record_ids"),
    ).where(selection_batch.c.first_line == literal_column("1")),
    selection_batch.c.selection_id,
)


def select_lines_of(key: int) -> AnySelect:
    """The ids of a selection with the place of each, and `record_id` of those that have one."""
    owner: Any = bindparam(None, key, type_=BigInteger())
    ids = unnest_keys(selection_batch)
    place = selection_batch.c.first_line + ids.c.place
    joined = selection_batch.join(ids, true())
    return (
        select(ids.c.id, ids.c.record_id, place.label("place"))
        .select_from(joined)
        .where(selection_batch.c.selection_id == owner)
    )
