from sqlalchemy import BigInteger, ColumnElement, FromClause, Text, and_, column, literal_column, select, table
from sqlalchemy.dialects.postgresql import distinct_on

from customer_gql.database.statements import Connection, Row, equals_any, fetch_one
from customer_gql.loading.pages import Pages, Sort
from customer_gql.loading.reads import one_by

from .numbers import VatNumber
from .tables import VatResult, VatSource, vat_check

# The table of addresses stands above this slice.
_address = table(
    "address",
    *[column(name, BigInteger()) for name in ("customer_id", "id")],
    *[column(name, Text()) for name in ("country_code", "vat_number")],
)


def is_of_present_number(address: FromClause) -> ColumnElement[bool]:
    """Whether a check is about the number that its address has now."""
    return and_(
        vat_check.c.customer_id == address.c.customer_id,
        vat_check.c.address_id == address.c.id,
        vat_check.c.country_code == address.c.country_code,
        vat_check.c.vat_number == address.c.vat_number,
    )


checks_by_customer = Pages(
    select(vat_check), vat_check.c.customer_id, sort=Sort("NEWEST", (vat_check.c.id,), descending=True)
)
newest_checks_by_address = one_by(
    select(vat_check)
    .join(_address, is_of_present_number(_address))
    .ext(distinct_on(vat_check.c.customer_id, vat_check.c.address_id))
    .order_by(vat_check.c.customer_id, vat_check.c.address_id, vat_check.c.id.desc()),
    vat_check.c.customer_id,
    vat_check.c.address_id,
)


async def find_last_answer(connection: Connection, customer_id: int, number: VatNumber) -> Row | None:
    """What VIES last told about a number of a customer; checks without an answer do not count."""
    answered = [VatResult.VALID.value, VatResult.INVALID.value]
    return await fetch_one(
        connection,
        select(vat_check)
        .where(
            vat_check.c.customer_id == customer_id,
            vat_check.c.number == str(number),
            vat_check.c.source == VatSource.VIES.value,
            equals_any(vat_check.c.result, answered),
        )
        .order_by(vat_check.c.id.desc())
        .limit(literal_column("1")),
    )
