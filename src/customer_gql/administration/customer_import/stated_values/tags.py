"""Tags that the rows of a mapped file state (docs/domain/import.md#import-33)."""

from collections.abc import Mapping
from typing import Final

from customer_gql.core.actor import Actor
from customer_gql.core.text import fold_text
from customer_gql.customers.tags.writes import state_tags
from customer_gql.database.statements import Connection

_TAGS: Final = """
SELECT line, ARRAY(SELECT jsonb_array_elements_text(customer->'tags')) AS tags FROM import_row
WHERE import_id = $1 AND line = ANY($2) AND customer ? 'tags' ORDER BY line
"""


async def state_tags_of_rows(
    connection: Connection, import_id: int, customers: Mapping[int, int | None], *, by: Actor
) -> list[int]:
    """`customers` are those of the rows, by line. Of several rows of a customer the last one that has a cell of tags counts.
    The lines that changed something."""
    stated, lines = dict[int, dict[str, str]](), dict[int, int]()
    for row in await connection.fetch(_TAGS, import_id, list(customers)):
        customer_id = customers[row.line]
        assert customer_id is not None, "a row of a customer that is not refused has one"
        stated[customer_id] = {fold_text(tag): tag for tag in row.tags}
        lines[customer_id] = row.line
    return [lines[customer_id] for customer_id in await state_tags(connection, stated, by=by)]
