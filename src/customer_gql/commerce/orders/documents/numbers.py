"""Numbers of documents, counted for each store view and kind (docs/domain/orders.md#orders-17)."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import BigInteger, Text, bindparam, literal_column, select
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.database.statements import Connection, compile_statement, fetch_value, insert_row
from customer_gql.shop.websites.tables import store_view

from .tables import OrderDocument, document_counter, document_number

_put = upsert(document_counter).values(
    store_view_id=bindparam("store_view_id", type_=BigInteger()),
    document=bindparam("document", type_=Text()),
    last_number=literal_column("1"),
)
_COUNT: Final = compile_statement(
    _put.on_conflict_do_update(
        index_elements=["store_view_id", "document"],
        set_={"last_number": document_counter.c.last_number + literal_column("1")},
    ).returning(document_counter.c.last_number)
)


async def draw_number(
    connection: Connection, document: OrderDocument, store_view_id: int, key: Mapping[str, int], document_id: int
) -> str:
    """The next number, such as `DE-00000042`. Others wait for it until the transaction ends, so that none is left out."""
    code = await fetch_value(connection, select(store_view.c.code).where(store_view.c.id == store_view_id))
    count = await fetch_value(connection, _COUNT, store_view_id=store_view_id, document=document.value)
    number = f"{code.upper()}-{count:08}"
    row: dict[str, Any] = {"number": number, "document": document.value, **key, "document_id": document_id}
    await insert_row(connection, document_number, row)
    return number
