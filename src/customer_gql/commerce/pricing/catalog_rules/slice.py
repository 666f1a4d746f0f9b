from collections.abc import Sequence
from typing import Final

from sqlalchemy import any_, literal, select

from customer_gql.database.statements import Connection, fetch_value
from customer_gql.messaging.jobs.work import Job, Schedule
from customer_gql.shop.websites.uses import Use

from .rebuild import REBUILD_JOB, rebuild_all, run_rebuild
from .tables import catalog_price_rule


async def find_rules_of_group(connection: Connection, group_id: int) -> Sequence[str]:
    rule = catalog_price_rule.c
    found = select(rule.id).where(literal(group_id, rule.id.type) == any_(rule.group_ids)).limit(1)
    return [] if await fetch_value(connection, found) is None else ["catalog price rules"]


WORK: Final = (
    Job(REBUILD_JOB, run_rebuild, at_once=1),
    Schedule("pricing.rebuild_rule_prices_nightly", "7 3 * * *", rebuild_all),
)
GROUP_USES: Final = (find_rules_of_group,)
WEBSITE_USES: Final = (Use("catalog price rules", catalog_price_rule.c.website_ids, fixes_currency=True),)
