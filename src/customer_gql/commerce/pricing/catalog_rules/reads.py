from typing import Final

from sqlalchemy import select

from customer_gql.loading.lists import RootList
from customer_gql.loading.pages import Sort
from customer_gql.loading.reads import one_by

from .tables import catalog_price_rule

_RULE: Final = select(catalog_price_rule)
rules_by_id: Final = one_by(_RULE, catalog_price_rule.c.id)
rule_list: Final = RootList(_RULE, [Sort("PRIORITY", (catalog_price_rule.c.priority, catalog_price_rule.c.id))])
