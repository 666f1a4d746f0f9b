"""The field `formatted` of addresses."""

from typing import Annotated, Final

import strawberry

from customer_gql.graph.scalars import graph_enum

from .settings import AddressFormat

graph_enum(
    AddressFormat,
    "How an address is written.",
    {
        "TEXT": "Lines of text.",
        "ONE_LINE": "One line.",
        "HTML": "HTML in which the values are escaped.",
        "PDF": "Lines with `|` between them, for invoices. In a value it is replaced by a broken bar.",
    },
)
Format = Annotated[AddressFormat, strawberry.argument(description="How the address is written.")]
StoreViewId = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="Store view whose template and language are used; `BAD_USER_INPUT` for an unknown one."
    ),
]
FORMATTED: Final = (
    "The whole address as the template of a store view writes it, in its language: of `storeViewId`, else of the store view "
    "in `X-Store-View`, else of the one that {record} belongs to."
)
