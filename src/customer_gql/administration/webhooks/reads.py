from typing import Final

from sqlalchemy import ARRAY, BigInteger, Text, any_, bindparam, func, select

from customer_gql.database.statements import compile_statement
from customer_gql.loading.pages import Pages, Sort
from customer_gql.loading.reads import capped_by, one_by
from customer_gql.messaging.webhooks.tables import IS_KEPT, webhook, webhook_attempt, webhook_delivery

SHOWN_ATTEMPTS: Final = 50

WEBHOOKS: Final = select(webhook).order_by(webhook.c.created_at, webhook.c.id)
ONE_WEBHOOK: Final = compile_statement(
    select(webhook).where(webhook.c.id == bindparam("id", type_=BigInteger())).with_for_update()
)
COUNT_OF_WEBHOOKS: Final = compile_statement(select(func.count()).select_from(webhook))
webhooks_by_id = one_by(select(webhook), webhook.c.id)
_seen = select(webhook_delivery).join(webhook, webhook.c.id == webhook_delivery.c.webhook_id).where(IS_KEPT)
deliveries_by_id = one_by(_seen, webhook_delivery.c.id)
deliveries_by_webhook = Pages(
    _seen.where(
        webhook_delivery.c.status == any_(bindparam("statuses", type_=ARRAY(Text()))),
        webhook_delivery.c.type == any_(bindparam("types", type_=ARRAY(Text()))),
    ),
    webhook_delivery.c.webhook_id,
    sort=Sort("NEWEST", (webhook_delivery.c.created_at, webhook_delivery.c.id), descending=True),
)
attempts_by_delivery = capped_by(
    select(webhook_attempt).order_by(webhook_attempt.c.attempted_at, webhook_attempt.c.id),
    SHOWN_ATTEMPTS,
    webhook_attempt.c.delivery_id,
)
