from collections.abc import Collection
from typing import Final

from sqlalchemy import ARRAY, BigInteger, any_, cast, literal, select

from customer_gql.database.statements import Connection, Row, equals_any, fetch_rows
from customer_gql.loading.lists import RootList
from customer_gql.loading.pages import Sort
from customer_gql.loading.reads import one_by

from .computing import RateFacts, RuleFacts
from .tables import tax_rate, tax_rule

rates_by_id: Final = one_by(select(tax_rate), tax_rate.c.id)
rules_by_id: Final = one_by(select(tax_rule), tax_rule.c.id)
rate_list: Final = RootList(select(tax_rate), [Sort("CODE", (tax_rate.c.code, tax_rate.c.id))])
rule_list: Final = RootList(select(tax_rule), [Sort("PRIORITY", (tax_rule.c.priority, tax_rule.c.id))])


async def find_tax_rules(
    connection: Connection, *, customer_class_id: int, product_class_ids: Collection[int], country_code: str
) -> dict[int, list[RuleFacts]]:
    """The rules for each of the product classes, with their rates in a country, by two statements."""
    rule, classes = tax_rule.c, sorted(product_class_ids)
    of_classes = rule.product_class_ids.op("&&", is_comparison=True)(
        cast(literal(classes, ARRAY(BigInteger())), ARRAY(BigInteger()))
    )
    rules = await fetch_rows(
        connection,
        select(tax_rule).where(literal(customer_class_id, BigInteger()) == any_(rule.customer_class_ids), of_classes),
    )
    rate_ids = sorted({rate_id for row in rules for rate_id in row.rate_ids})
    in_country = (equals_any(tax_rate.c.id, rate_ids), tax_rate.c.country_code == country_code)
    rates = {row.id: _rate_of(row) for row in await fetch_rows(connection, select(tax_rate).where(*in_country))}
    found: dict[int, list[RuleFacts]] = {class_id: [] for class_id in classes}
    for row in rules:
        facts = RuleFacts(row.id, row.priority, [rates[rate_id] for rate_id in row.rate_ids if rate_id in rates])
        for class_id in classes:
            if class_id in row.product_class_ids:
                found[class_id].append(facts)
    return found


def _rate_of(row: Row) -> RateFacts:
    return RateFacts(row.id, row.code, row.country_code, row.region, row.postcode, row.percent)
