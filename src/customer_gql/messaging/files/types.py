import datetime as dt
from typing import Any

import strawberry

from customer_gql.core.ids import encode_id
from customer_gql.graph.fields import column


@strawberry.type(description="A file that the service keeps for a while.")
class StoredFile:
    name: str = column("Name that it is downloaded by.")
    size_bytes: int = column("Size in bytes.")
    row_count: int | None = column("Number of rows after the header; null for files that are no tables.")
    expires_at: dt.datetime | None = column("Time at which it is deleted; null for one that stays.")

    @strawberry.field(description="Id of the file. Starts with `fil_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("fil", self.id))
