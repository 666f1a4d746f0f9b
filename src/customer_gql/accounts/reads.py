from sqlalchemy import BigInteger, DateTime, bindparam, func, select
from sqlalchemy.dialects.postgresql import BYTEA

from customer_gql.core.db import compiled

from .tables import customer_token, password_reset

CUSTOMER_BY_TOKEN = compiled(
    select(customer_token.c.customer_id).where(
        customer_token.c.token_hash == bindparam("token_hash", type_=BYTEA()), customer_token.c.expires_at > func.now()
    )
)

RESETS_SINCE = compiled(
    select(func.count().label("total")).where(
        password_reset.c.customer_id == bindparam("customer_id", type_=BigInteger()),
        password_reset.c.created_at > bindparam("since", type_=DateTime(timezone=True)),
    )
)
