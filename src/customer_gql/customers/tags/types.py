from typing import Any, Final

import strawberry

from customer_gql.graph.context import Info
from customer_gql.graph.fields import column

from . import reads
from .values import MAX_TAGS


@strawberry.type(description="A tag that customers have.")
class KnownTag:
    tag: str = column("The tag. Of several spellings of one word, the first in the order of their characters.")
    customer_count: int = column("Number of customers of the viewer's websites who have it.")


@strawberry.type
class TagSection:
    @strawberry.field(
        description=f"Tags that staff gave the customer, in alphabetical order; at most {MAX_TAGS}.",
        metadata={"audience": "admin", "assumed": 5},
    )
    async def tags(self: Any, info: Info) -> list[str]:
        found = await info.context.load(reads.tags_by_customer, self.id)
        return [] if found is None else found.tags


CUSTOMER_SECTIONS: Final = (TagSection,)
