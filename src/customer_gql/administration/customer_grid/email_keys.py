"""The account form of addresses, which lies by itself in the claims of customers, for a distributed database: it is looked up by
two steps with keys before the rows of the grid are computed."""

from collections.abc import Sequence
from typing import Final

import orjson
from sqlalchemy import ARRAY, BigInteger, Text, any_, bindparam, column, select

from customer_gql.core.values.emails import normalize_email
from customer_gql.customers.profile.tables import customer, customer_email
from customer_gql.database.statements import Connection, compile_statement, fetch_rows, given_rows

LOOKED_UP: Final = "email_keys"
LOOKED_UP_KEYS: Final = given_rows(LOOKED_UP, column("customer_id", BigInteger), column("email_key", Text))
_EMAILS: Final = compile_statement(
    select(customer.c.id, customer.c.email).where(customer.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger()))))
)
_CLAIMS: Final = compile_statement(
    select(customer_email.c.email_normalised, customer_email.c.customer_id).where(
        customer_email.c.email_normalised == any_(bindparam("keys", type_=ARRAY(Text()))),
        customer_email.c.reserved_until.is_(None),
    )
)


async def look_up_email_keys(connection: Connection, customer_ids: Sequence[int]) -> str:
    keys = {row.id: normalize_email(row.email) for row in await fetch_rows(connection, _EMAILS, ids=list(customer_ids))}
    claims = await fetch_rows(connection, _CLAIMS, keys=sorted(set(keys.values())))
    claimed = {(row.customer_id, row.email_normalised) for row in claims}
    return orjson.dumps(
        [{"customer_id": id, "email_key": key} for id, key in keys.items() if (id, key) in claimed]
    ).decode()
