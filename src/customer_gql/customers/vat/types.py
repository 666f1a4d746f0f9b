import datetime as dt
from typing import Final

import strawberry

from customer_gql.graph.connections import Connection, paged
from customer_gql.graph.fields import column
from customer_gql.graph.scalars import graph_enum

from . import reads
from .tables import VatResult, VatSource

graph_enum(
    VatSource,
    "What judged a VAT number.",
    {
        "OFFLINE": "The rules of the country for format and checksum.",
        "VIES": "The service of the European Union, which knows the numbers that are registered.",
    },
    name="VatCheckSource",
)
graph_enum(
    VatResult,
    "What a check of a VAT number found.",
    {
        "VALID": "The number is valid. A check `OFFLINE` says only that format and checksum fit.",
        "INVALID": "The number is not valid.",
        "UNAVAILABLE": "VIES gave no answer. It is asked again later.",
        "NOT_CHECKED": "The country is not one whose numbers are checked.",
    },
    name="VatCheckResult",
)


@strawberry.type(description="A check of a VAT number. It never changes; each new one is another.")
class VatCheck:
    country_code: str = column("ISO 3166-1 code of the country of the address.")
    number: str = column("The number in one form, with the prefix of its country, as `ATU12345675`.", personal=True)
    source: VatSource = column("What judged the number.")
    result: VatResult = column("What the check found.")
    request_id: str | None = column(
        "Consultation number of VIES, the evidence for a tax office; null without an answer, and where the shop has stated no "
        "VAT number of its own.",
        admin=True,
    )
    error_code: str | None = column(
        "What kept VIES from answering, such as `MS_UNAVAILABLE`; null when nothing did.", admin=True
    )
    checked_at: dt.datetime = column("Time of the check.")


@strawberry.type
class VatSection:
    vat_checks: Connection[VatCheck] = paged(
        reads.checks_by_customer, key="id", description="Checks of the VAT numbers at the addresses, newest first."
    )


CUSTOMER_SECTIONS: Final = (VatSection,)
