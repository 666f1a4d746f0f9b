from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import insert

from customer_gql.core.db import Connection, execute
from customer_gql.core.ids import new_id

from .tables import mail_outbox


async def queue(
    connection: Connection,
    *,
    template: str,
    recipient: str,
    customer_id: int | None,
    store_view_id: int | None,
    placeholders: Mapping[str, Any],
    secrets: Mapping[str, str] | None = None,
) -> None:
    """Write a mail in the transaction that causes it. `secrets` are erased when it is sent.

    Mail to staff is about no customer and of no store view.
    """
    await execute(
        connection,
        insert(mail_outbox).values(
            id=new_id(),
            template=template,
            recipient=recipient,
            customer_id=customer_id,
            store_view_id=store_view_id,
            placeholders=orjson.dumps(placeholders).decode(),
            secrets=None if secrets is None else orjson.dumps(secrets).decode(),
        ),
    )
